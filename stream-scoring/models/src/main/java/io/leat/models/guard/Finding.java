package io.leat.models.guard;

/**
 * What a guard says now.
 *
 * @param evidence figures it rests on, in one sentence
 */
public record Finding(Verdict verdict, String evidence) {
  /** What follows for the rollout. */
  public enum Verdict {
    /** The version is beyond the limit: back at once. */
    TRIPPED,
    /** Not known yet. */
    UNDECIDED,
    /** The version keeps to the limit. */
    PASSED
  }
}
