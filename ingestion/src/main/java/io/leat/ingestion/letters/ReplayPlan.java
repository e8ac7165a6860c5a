package io.leat.ingestion.letters;

/**
 * What to replay and how.
 *
 * @param limit the most letters that are produced; {@link Long#MAX_VALUE} for all
 * @param batch letters in one transaction, at most
 * @param actor who replays, for the audit
 * @param dryRun whether nothing is written
 */
public record ReplayPlan(LetterFilter filter, long limit, int batch, String actor, boolean dryRun) {
  /** Letters in one transaction where nobody says otherwise. */
  public static final int USUAL_BATCH = 500;

  public ReplayPlan {
    if (limit < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "a limit of %d and a batch of %d letters; expected at least 1".formatted(limit, batch));
    }
  }
}
