package io.leat.testing;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@link ExactlyOnceChecker} found.
 *
 * @param inputs number of committed input records
 * @param outputs number of committed output records
 * @param findings empty if the output is exactly what it should be
 */
public record ExactlyOnceReport(int inputs, int outputs, List<Finding> findings) {
  private static final int SHOWN = 20;

  public ExactlyOnceReport {
    findings = List.copyOf(findings);
  }

  /** What can be wrong with a record. */
  public enum Kind {
    /** Committed input of which there is no output. */
    LOST,
    /** More outputs than committed inputs of this id. */
    DUPLICATED,
    /** Its output came behind that of a later input of the same key. */
    REORDERED,
    /** Output of an input whose transaction was aborted, or is open. */
    UNCOMMITTED,
    /** Output of no input at all. */
    INVENTED
  }

  /** One wrong record; {@code details} says where it lies. */
  public record Finding(Kind kind, String id, String details) {}

  /** Whether everything is right; never so where there was nothing to check. */
  public boolean isExact() {
    return inputs > 0 && findings.isEmpty();
  }

  /** The ids of which something is wrong in this way, in the order of the output (lost: input). */
  public List<String> ids(Kind kind) {
    return findings.stream().filter(f -> f.kind() == kind).map(Finding::id).toList();
  }

  /**
   * Fails with the findings, the first {@value #SHOWN} in full, if there are any, and where there
   * was no input.
   */
  public void assertExact() {
    if (!isExact()) {
      throw new AssertionError(toString());
    }
  }

  @Override
  public String toString() {
    String head = "%d committed inputs, %d committed outputs".formatted(inputs, outputs);
    if (isExact()) {
      return head + ": exactly once";
    }
    if (inputs == 0 && findings.isEmpty()) {
      return head + ": there was nothing to check";
    }
    String counts =
        findings.stream()
            .collect(Collectors.groupingBy(Finding::kind, Collectors.counting()))
            .toString();
    return findings.stream()
        .limit(SHOWN)
        .map(f -> "\n  %s %s: %s".formatted(f.kind(), f.id(), f.details()))
        .collect(Collectors.joining("", head + ", NOT exactly once: " + counts, ""));
  }
}
