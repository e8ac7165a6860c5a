package io.leat.deadletters;

/**
 * What to replay and how.
 *
 * @param limit the most dead letters that are produced; {@link Long#MAX_VALUE} for all
 * @param batch dead letters in one transaction, at most
 * @param actor who replays, for the audit
 * @param dryRun whether nothing is written
 */
public record ReplayPlan(
    DeadLetterFilter filter, long limit, int batch, String actor, boolean dryRun) {
  /** Dead letters in one transaction where nobody says otherwise. */
  public static final int USUAL_BATCH = 500;

  public ReplayPlan {
    if (limit < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "a limit of %d and a batch of %d dead letters; expected at least 1"
              .formatted(limit, batch));
    }
  }
}
