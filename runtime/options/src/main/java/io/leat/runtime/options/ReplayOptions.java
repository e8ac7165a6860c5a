package io.leat.runtime.options;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that replay a feature service over its offline tables take. */
public abstract class ReplayOptions extends TableOptions {
  @Option(
      names = "--service",
      paramLabel = "NAME",
      required = true,
      description = "The feature service.")
  private String service = "";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Only vectors of this event time or later, such as 2026-05-01 (its midnight, UTC) or"
              + " 2026-05-01T12:00:00Z; earlier events only fill windows. Default: all.")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Only vectors of an event time before this one. Default: all.")
  private @Nullable Instant to;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "So many parts of the work at once; the result is the same. Default: one a processor.")
  private int parallelism;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description =
          "Heap of the process that does the work, as Java takes it. What is sorted lies outside of"
              + " it, and on disk. Default: ${DEFAULT-VALUE}.")
  private String heap = "1g";

  public final String service() {
    return service;
  }

  public final Optional<Instant> from() {
    return Optional.ofNullable(from);
  }

  public final Optional<Instant> to() {
    return Optional.ofNullable(to);
  }

  /**
   * How many parts of the work run at once, at least 1.
   *
   * @throws IllegalStateException with one sentence if it is negative
   */
  public final int parallelism() {
    if (parallelism < 0) {
      throw new IllegalStateException(
          "--parallelism is %d; expected 1 or more, or 0 for one a processor"
              .formatted(parallelism));
    }
    return parallelism == 0 ? Runtime.getRuntime().availableProcessors() : parallelism;
  }

  /** As Java's {@code -Xmx} takes it. */
  public final String heap() {
    return heap;
  }
}
