package io.leat.features.offline.replay;

import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * How far the work is: items that some operator has taken. One task's; the tasks' counts are summed
 * by Flink.
 */
public final class Progress {
  private static final String ACCUMULATOR = "progress";

  private final LongCounter done;

  private Progress(LongCounter done) {
    this.done = done;
  }

  /** The count of the task that an operator runs in. */
  public static Progress of(RuntimeContext context) {
    return new Progress(context.getLongCounter(ACCUMULATOR));
  }

  /** Counts one item. */
  public void step() {
    done.add(1L);
  }

  /** What all tasks have counted. */
  public static long done(Map<String, Object> accumulators) {
    return accumulators.get(ACCUMULATOR) instanceof Long done ? done : 0;
  }
}
