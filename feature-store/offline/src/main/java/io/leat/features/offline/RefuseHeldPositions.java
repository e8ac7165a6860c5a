package io.leat.features.offline;

import io.leat.features.offline.HeldPositions.Held;
import io.leat.runtime.flink.BadRecord;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.iceberg.flink.TableLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Before a table: lets no record pass whose position in the topic the table holds already, whatever
 * made the source read it again. What is held is known from the table itself, when a task starts,
 * and from what has passed since, which a checkpoint holds: files that it has yet to commit are in
 * no table.
 *
 * <ul>
 *   <li>A record that was appended no later than the one that the table holds last of its partition
 *       is that same record, read again: it is passed over, counted in {@code rowsHeld} and told
 *       of.
 *   <li>One that was appended later lies where another one lay: the log lost its tail, or its topic
 *       was made again. It goes to the dead letters with the reason {@value #REASON}.
 * </ul>
 */
final class RefuseHeldPositions extends ProcessFunction<KafkaRecord, KafkaRecord>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(RefuseHeldPositions.class);

  /** Reason code of a record at a position that the table holds of another record. */
  static final String REASON = "position_held";

  private final String table;
  private final TableLoader loader;
  private final Map<Integer, Held> held = new HashMap<>();
  private final Map<Integer, Long> passedOver = new HashMap<>();
  private transient ListState<Tuple3<Integer, Long, Long>> state;
  private transient Counter rowsHeld;

  /**
   * @param table the table's name
   */
  RefuseHeldPositions(String table, TableLoader loader) {
    this.table = table;
    this.loader = loader;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    // Every task is given all of them: a partition may have moved to another task.
    state =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>("held", Types.TUPLE(Types.INT, Types.LONG, Types.LONG)));
    for (Tuple3<Integer, Long, Long> one : state.get()) {
      held.merge(one.f0, new Held(one.f1, one.f2), Held::later);
    }
  }

  @Override
  public void open(OpenContext context) throws IOException {
    rowsHeld = getRuntimeContext().getMetricGroup().counter("rowsHeld");
    try (TableLoader opened = loader.clone()) {
      opened.open();
      HeldPositions.read(opened.loadTable())
          .forEach((partition, one) -> held.merge(partition, one, Held::later));
    }
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<KafkaRecord> out) {
    Held last = held.get(record.partition());
    if (last == null || record.offset() > last.offset()) {
      tellOfPassedOver(record, last);
      held.put(record.partition(), new Held(record.offset(), record.appendedAt()));
      out.collect(record);
    } else if (record.appendedAt() <= last.appendedAt()) {
      rowsHeld.inc();
      if (passedOver.merge(record.partition(), 1L, Long::sum) == 1) {
        log.warn(
            "{} was read before: {} holds this partition up to offset {}. It is not written again, nor are those that follow up to there",
            record.position(),
            table,
            last.offset());
      }
    } else {
      String message =
          "%s holds another record at this position (it holds the partition up to offset %d): the topic lost its tail or was made again"
              .formatted(table, last.offset());
      log.warn("Dead letter: {} at {}: {}", REASON, record.position(), message);
      context.output(DecodeAvro.BAD, new BadRecord(record, REASON, message));
    }
  }

  private void tellOfPassedOver(KafkaRecord record, @Nullable Held last) {
    Long records = passedOver.remove(record.partition());
    if (records != null && last != null) {
      log.warn(
          "{} records of {}/{} up to offset {} were read again and not written again to {}",
          records,
          record.topic(),
          record.partition(),
          last.offset(),
          table);
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    for (Map.Entry<Integer, Held> one : held.entrySet()) {
      state.add(Tuple3.of(one.getKey(), one.getValue().offset(), one.getValue().appendedAt()));
    }
  }
}
