package io.leat.scoring.batch;

import io.leat.common.Lookups;
import io.leat.scoring.engine.Outcome;
import io.leat.scoring.engine.Outcome.Unscored;
import io.leat.scoring.engine.UnscoredReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;

/** What became of rows. One task's; Flink sums the tasks'. */
final class Tally {
  private static final String SCORED = "scored";
  private static final String UNSCORED = "unscored ";

  private final LongCounter scored;
  private final Map<UnscoredReason, LongCounter> unscored = new EnumMap<>(UnscoredReason.class);

  /**
   * What became of all rows.
   *
   * @param unscored number of rows by reason, in the order of the reasons' names
   */
  record Counts(long scored, Map<String, Long> unscored) {
    /** What all tasks have counted. */
    static Counts of(Map<String, Object> accumulators) {
      Map<String, Long> reasons = new TreeMap<>();
      for (UnscoredReason reason : UnscoredReason.values()) {
        long count = count(accumulators, UNSCORED + reason.name());
        if (count > 0) {
          reasons.put(reason.name(), count);
        }
      }
      return new Counts(count(accumulators, SCORED), reasons);
    }

    private static long count(Map<String, Object> accumulators, String name) {
      return accumulators.get(name) instanceof Long count ? count : 0;
    }

    long withoutScore() {
      return unscored.values().stream().mapToLong(Long::longValue).sum();
    }

    long rows() {
      return scored + withoutScore();
    }
  }

  private Tally(RuntimeContext context) {
    this.scored = context.getLongCounter(SCORED);
    for (UnscoredReason reason : UnscoredReason.values()) {
      unscored.put(reason, context.getLongCounter(UNSCORED + reason.name()));
    }
  }

  /** The counts of the task that a function runs in. */
  static Tally of(RuntimeContext context) {
    return new Tally(context);
  }

  void count(Outcome outcome) {
    if (outcome instanceof Unscored without) {
      Lookups.required(unscored, without.reason()).add(1L);
    } else {
      scored.add(1L);
    }
  }
}
