package io.leat.features.offline.consistency;

import io.leat.features.offline.VectorTable;
import io.leat.features.offline.replay.FinishRow;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.RowTimes;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.ServiceReplayGraph;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import io.leat.features.offline.replay.TableSnapshot;
import io.leat.features.offline.replay.ToRows;
import java.time.Instant;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The graph of a comparison:
 *
 * <pre>
 * spine ─▶ rows ─▶ replay of every entity, by arrival ─▶ vectors ─┐
 * vectors_&lt;service&gt; ────────────────────────────────────────────┴─▶ sort by position ─▶ compare
 * </pre>
 */
final class ConsistencyGraph {
  private final ServiceReference service;
  private final Snapshots snapshots;
  private final Optional<Instant> from;
  private final Optional<Instant> to;
  private final int oneIn;
  private long expectedSteps;
  private boolean orderIsKnown;

  /**
   * @param from least event time of a vector
   * @param to event time that all vectors lie before
   * @param oneIn of so many keys of the first entity the vectors of one are compared
   */
  ConsistencyGraph(
      ServiceReference service,
      Snapshots snapshots,
      Optional<Instant> from,
      Optional<Instant> to,
      int oneIn) {
    this.service = service;
    this.snapshots = snapshots;
    this.from = from;
    this.to = to;
    this.oneIn = oneIn;
  }

  void build(StreamExecutionEnvironment environment) {
    // The log first: what is picked later holds more, and it is the events that are to be whole.
    TableSnapshot table =
        snapshots.pick(
            VectorTable.name(service.service()),
            ServiceReplayGraph.between(VectorTable.EVENT_TIME, from, to));
    ServiceReplayGraph replay =
        new ServiceReplayGraph(environment, service, snapshots, true, from, to);
    DataStream<Item> rows =
        replay
            .spineEvents()
            .flatMap(new ToRows(service, RowTimes.of(from, to), 0), Item.TYPE)
            .name("rows");
    if (service.entities().isEmpty()) {
      int sample = oneIn;
      rows =
          rows.filter(
              item -> {
                String id = SpineRow.fromBytes(item.value()).id();
                return SortKey.bucketOf(SortKey.bucket(id)) % sample == 0;
              });
    }
    DataStream<Item> recomputed =
        replay
            .replay(rows, table.rows() / oneIn, oneIn)
            .map(new Recomputed(service), Item.TYPE)
            .name("vectors");
    DataStream<Item> logged =
        snapshots
            .rows(environment, table)
            .flatMap(new ReadVectors(service, table.schema(), oneIn), Item.TYPE)
            .name("read vectors");
    Item.sorted(recomputed.union(logged), "by position")
        .transform(
            "compare",
            Item.TYPE,
            new CompareVectors(service.entities().size(), service.definition().features().size()))
        .sinkTo(new DiscardingSink<>());
    expectedSteps = replay.expectedSteps() + table.rows() + 2 * table.rows() / oneIn;
    orderIsKnown = replay.orderIsKnown();
  }

  /** About how many steps the graph takes. */
  long expectedSteps() {
    return expectedSteps;
  }

  /** Whether the tables say for certain in which order the events arrived. */
  boolean orderIsKnown() {
    return orderIsKnown;
  }

  private static final class Recomputed extends RichMapFunction<Item, Item> {
    private static final long serialVersionUID = 1L;

    private final ServiceReference service;
    private transient FinishRow vectors;

    Recomputed(ServiceReference service) {
      this.service = service;
    }

    @Override
    public void open(OpenContext context) {
      vectors = new FinishRow(service);
    }

    @Override
    public Item map(Item item) {
      return CompareVectors.item(
          CompareVectors.RECOMPUTED, vectors.finish(SpineRow.fromBytes(item.value())));
    }
  }
}
