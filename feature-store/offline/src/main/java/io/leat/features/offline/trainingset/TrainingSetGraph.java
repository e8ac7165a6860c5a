package io.leat.features.offline.trainingset;

import io.leat.features.aggregation.IdOrder;
import io.leat.features.engine.EventIdentity;
import io.leat.features.offline.EventTable;
import io.leat.features.offline.replay.EventCodec;
import io.leat.features.offline.replay.FinishRow;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.Progress;
import io.leat.features.offline.replay.RowTimes;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.ServiceReplayGraph;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import io.leat.features.offline.replay.TableSnapshot;
import io.leat.features.offline.replay.ToRows;
import io.leat.features.offline.trainingset.LabelSource.LabelReader;
import io.leat.features.offline.trainingset.LabelSource.OtherEvent;
import io.leat.features.offline.trainingset.LabelSource.OwnField;
import io.leat.runtime.settings.TrainingSetOptions.AsOf;
import io.leat.runtime.settings.TrainingSetOptions.Unlabelled;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a training set:
 *
 * <pre>
 * spine ─▶ rows ─▶ labels ─▶ replay of every entity ─▶ vectors ─▶ sort by time and id ─▶ files
 * </pre>
 */
final class TrainingSetGraph {
  private final TrainingSetPlan plan;
  private final ServiceReference service;
  private final Snapshots snapshots;
  private long expectedSteps;

  TrainingSetGraph(TrainingSetPlan plan, Snapshots snapshots) {
    this.plan = plan;
    this.service = plan.service();
    this.snapshots = snapshots;
  }

  /** Adds the graph; it writes into a folder that exists. */
  void build(StreamExecutionEnvironment environment, Path folder) {
    ServiceReplayGraph replay =
        new ServiceReplayGraph(
            environment, service, snapshots, plan.asOf() == AsOf.arrival, plan.from(), plan.to());
    long expected = plan.spineFile().map(SpineFile::rows).orElseGet(replay::spineRows);
    DataStream<Item> rows = labelled(rows(environment, replay), environment);
    if (plan.label().isPresent() && plan.unlabelled() == Unlabelled.drop) {
      rows =
          rows.filter(
              item -> {
                List<@Nullable Object> values = SpineRow.fromBytes(item.value()).values();
                return values.get(values.size() - 1) != null;
              });
    }
    DataStream<Item> vectors =
        replay.replay(rows, expected, 1).map(new Vectors(service), Item.TYPE).name("vectors");
    expectedSteps += replay.expectedSteps() + expected;
    Lineage lineage = Lineage.of(service, plan, snapshots.picked());
    lineage.tag().ifPresent(snapshots::tag); // now, so that none is gone before it has been read
    Item.sortedInOneTask(vectors, "by time")
        .sinkTo(
            new TrainingSetSink(folder.toString(), plan.columns(), plan.shares(), lineage.toText()))
        .setParallelism(1)
        .name("training set");
  }

  /** About how many {@link Progress} steps the graph takes. */
  long expectedSteps() {
    return expectedSteps;
  }

  private DataStream<Item> rows(StreamExecutionEnvironment environment, ServiceReplayGraph replay) {
    RowTimes times = RowTimes.of(plan.from(), plan.to());
    if (plan.spineFile().isPresent()) {
      return environment
          .fromData(plan.spineFile().get().records().toString())
          .flatMap(new ReadSpineFile(service, times, plan.label().isPresent()), Item.TYPE)
          .setParallelism(1)
          .name("read the spine's file")
          .rebalance();
    }
    return replay
        .spineEvents()
        .flatMap(new ToRows(service, times, plan.label().isPresent() ? 1 : 0), Item.TYPE)
        .name("rows");
  }

  private DataStream<Item> labelled(DataStream<Item> rows, StreamExecutionEnvironment environment) {
    LabelSource source = plan.label().orElse(null);
    if (source instanceof OwnField own) {
      return rows.map(new OwnLabel(service, own), Item.TYPE).name("labels");
    }
    if (source instanceof OtherEvent other) {
      // A label lies at most so far behind its row.
      Optional<Instant> last = plan.to().map(time -> time.plus(other.within()).plusMillis(1));
      TableSnapshot table =
          snapshots.pick(
              EventTable.name(other.from()),
              ServiceReplayGraph.between(EventTable.EVENT_TIME, plan.from(), last));
      expectedSteps += table.rows();
      return LabelJoin.join(
          rows, snapshots.rows(environment, table), table.schema(), service, other);
    }
    return rows; // without a label, or with the file's
  }

  /** Reads a row's label out of its own event. */
  private static final class OwnLabel extends RichMapFunction<Item, Item> {
    private static final long serialVersionUID = 1L;

    private final ServiceReference service;
    private final OwnField source;
    private transient EventCodec codec;
    private transient LabelReader labels;

    OwnLabel(ServiceReference service, OwnField source) {
      this.service = service;
      this.source = source;
    }

    @Override
    public void open(OpenContext context) {
      codec = new EventCodec(service.spine().schema());
      labels = source.reader(service);
    }

    @Override
    public Item map(Item item) {
      SpineRow row = SpineRow.fromBytes(item.value());
      List<@Nullable Object> values = new ArrayList<>(row.values());
      values.set(values.size() - 1, labels.read(codec.decode(row.event())));
      return new Item(Item.ROW, row.withValues(values).toBytes(), item.order());
    }
  }

  /** Finishes rows; their order is then event time, event id, position. */
  private static final class Vectors extends RichMapFunction<Item, Item> {
    private static final long serialVersionUID = 1L;
    private static final String END_OF_ID = "\0";

    private final ServiceReference service;
    private transient FinishRow vectors;
    private transient IdOrder ids;
    private transient Progress progress;

    Vectors(ServiceReference service) {
      this.service = service;
    }

    @Override
    public void open(OpenContext context) {
      vectors = new FinishRow(service);
      ids = new EventIdentity(service.spine()).idOrder();
      progress = Progress.of(getRuntimeContext());
    }

    @Override
    public Item map(Item item) {
      progress.step();
      SpineRow row = vectors.finish(SpineRow.fromBytes(item.value()));
      return new Item(
          Item.ROW,
          row.toBytes(),
          SortKey.number(row.time())
              + (ids == IdOrder.NUMBER
                  ? SortKey.number(Long.parseLong(row.id()))
                  : row.id() + END_OF_ID)
              + SortKey.number(row.partition())
              + SortKey.number(row.offset()));
    }
  }
}
