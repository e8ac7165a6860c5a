package io.leat.pipeline.definition;

import java.util.Optional;

/**
 * Who scores a vector that the version which was to decide has no score for.
 *
 * @param score there where it is {@link Kind#DEFAULT}, and only there; finite
 */
public record Fallback(Kind kind, Optional<Double> score) {
  /** Where nothing is declared. */
  public static final Fallback CHAMPION = new Fallback(Kind.CHAMPION, Optional.empty());

  /** Who it is. */
  public enum Kind {
    /** In a canary's place the champion. */
    CHAMPION,
    /** That, and in the champion's place the champion before it. */
    PREVIOUS,
    /** As {@link #CHAMPION}, and where it has none either a score that is declared. */
    DEFAULT,
    /** Nobody: the vector is a dead letter. */
    DLQ
  }
}
