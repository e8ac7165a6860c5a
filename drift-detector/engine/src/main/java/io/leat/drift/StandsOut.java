package io.leat.drift;

import io.leat.schemas.NullReason;
import java.util.Locale;
import java.util.Optional;

/**
 * What stands out in a window of a stream, beside how it is distributed: as much of a cause as can
 * be told at once, of the sentence that says that it drifts.
 */
final class StandsOut {
  /** By so much a share of nulls has to have risen. */
  private static final double LEAST_RISE = 0.01;

  private static final double TIMES = 1.5;

  /** Fewer that are new are none. */
  private static final double LEAST_NEW = 0.005;

  private StandsOut() {}

  /** A clause for the end of a sentence; empty where nothing does. */
  static Optional<String> of(FeatureReference reference, FeatureCounts window) {
    long rows = window.values() + window.nulls();
    if (rows == 0) {
      return Optional.empty();
    }
    double risen = LEAST_RISE;
    Optional<String> clause = Optional.empty();
    for (NullReason reason : NullReason.values()) {
      double now = (double) window.nulls(reason) / rows;
      double then = share(reference, reason);
      if (now - then >= risen && now >= TIMES * then) {
        risen = now - then;
        clause =
            Optional.of(
                "%s null (%s), %s in the training data"
                    .formatted(percent(now), reason.text(), percent(then)));
      }
    }
    long fresh = 0;
    for (int cell = 0; cell < window.cells(); cell++) {
      fresh += reference.isNew(cell) ? window.cell(cell) : 0;
    }
    double share = (double) fresh / rows;
    return clause.isEmpty() && share >= LEAST_NEW
        ? Optional.of("%s of categories that the training data lack".formatted(percent(share)))
        : clause;
  }

  private static double share(FeatureReference reference, NullReason reason) {
    long rows = reference.count() + reference.nulls();
    long nulls = reference.nullsByReason().getOrDefault(reason.text(), 0L);
    return rows == 0 ? 0 : (double) nulls / rows;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
