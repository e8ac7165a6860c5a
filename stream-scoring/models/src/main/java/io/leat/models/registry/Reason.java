package io.leat.models.registry;

import java.util.List;
import java.util.Optional;

/**
 * Who changes the registry, and why; it stands in the audit.
 *
 * @param actor name of a user or a service
 * @param text why, in their words
 * @param evidence what it rests on: figures, links; of more than 200 lines the first, of each the
 *     first 500 characters
 */
public record Reason(String actor, Optional<String> text, List<String> evidence) {
  /** Lines that are kept; of each so many characters. */
  private static final int MOST_LINES = 200;

  private static final int LONGEST_LINE = 500;

  public Reason {
    evidence =
        evidence.stream()
            .limit(MOST_LINES)
            .map(line -> line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line)
            .toList();
  }

  /** Of somebody who gives no reason. */
  public static Reason of(String actor) {
    return new Reason(actor, Optional.empty(), List.of());
  }
}
