package io.leat.features.offline.consistency;

import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.Progress;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Compares logged vectors with recomputed ones. Both come sorted by the position of the producer's
 * event, of one position the logged first. What was found is an accumulator of the job, {@link
 * Findings#NAME}, added when all is compared.
 */
final class CompareVectors extends AbstractStreamOperator<Item>
    implements OneInputStreamOperator<Item, Item>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  /** {@link Item#source} of a vector that this definition of the service made. */
  static final int LOGGED = 0;

  /** Of one that another definition made. */
  static final int OTHER = 1;

  /** Of one that was recomputed. */
  static final int RECOMPUTED = 2;

  private final Findings findings;
  private transient @Nullable SpineRow logged;
  private transient int source;
  private transient Progress progress;

  /**
   * @param keys number of keys that a recomputed row begins with
   * @param features number of features
   */
  CompareVectors(int keys, int features) {
    this.findings = new Findings(keys, features);
  }

  /** A vector on its way here. */
  static Item item(int source, SpineRow row) {
    String position = SortKey.number(row.partition()) + SortKey.number(row.offset());
    return new Item(
        source, row.toBytes(), SortKey.bucket(position) + position + SortKey.small(source));
  }

  @Override
  public void open() throws Exception {
    super.open();
    progress = Progress.of(getRuntimeContext());
  }

  @Override
  public void processElement(StreamRecord<Item> record) {
    progress.step();
    Item item = record.getValue();
    SpineRow row = SpineRow.fromBytes(item.value());
    SpineRow pending = logged != null && isOfOneEvent(logged, row) ? logged : null;
    if (item.source() != RECOMPUTED) {
      letGo();
      logged = row;
      source = item.source();
    } else if (pending == null) {
      findings.missing(row);
    } else if (source == OTHER) {
      findings.otherDefinition();
      logged = null;
    } else {
      findings.pair(pending, row);
      logged = null;
    }
  }

  private static boolean isOfOneEvent(SpineRow one, SpineRow other) {
    return one.partition() == other.partition() && one.offset() == other.offset();
  }

  /** What was logged and has met no event. */
  private void letGo() {
    if (logged != null) {
      findings.extra(logged);
      logged = null;
    }
  }

  @Override
  public void endInput() {
    letGo();
    getRuntimeContext().addAccumulator(Findings.NAME, findings);
  }
}
