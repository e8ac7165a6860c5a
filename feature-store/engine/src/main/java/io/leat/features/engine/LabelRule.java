package io.leat.features.engine;

import com.google.common.math.LongMath;
import io.leat.features.aggregation.IdOrder;
import io.leat.pipeline.definition.Contract;
import java.io.Serializable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Which label is a row's: of those that share its {@code on}, the last one that happened between
 * the row's time and the end of {@code within}, both included; of two of one time, the one with the
 * greater id. Training sets and the stream both choose by it. Times are in microseconds.
 *
 * @param withinMicros how long after its row a label may happen; at least 0
 * @param ids order of the ids of the events that bring labels
 */
public record LabelRule(long withinMicros, IdOrder ids) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The rule for labels that a contract's events bring. */
  public static LabelRule of(Duration within, Contract from) {
    return new LabelRule(
        TimeUnit.MILLISECONDS.toMicros(within.toMillis()), new EventIdentity(from).idOrder());
  }

  /** The last moment at which a row's label may happen. */
  public long end(long rowTime) {
    return LongMath.saturatedAdd(rowTime, withinMicros);
  }

  /** The first moment of a row that a label may belong to. */
  public long begin(long labelTime) {
    return LongMath.saturatedSubtract(labelTime, withinMicros);
  }

  /** Whether a label may be a row's, by their times. */
  public boolean mayLabel(long rowTime, long labelTime) {
    return labelTime >= rowTime && labelTime <= end(rowTime);
  }

  /** Whether a label comes behind another, so that it is taken in its place. */
  public boolean isLater(long time, String id, long otherTime, String otherId) {
    return time == otherTime ? ids.compare(id, otherId) > 0 : time > otherTime;
  }
}
