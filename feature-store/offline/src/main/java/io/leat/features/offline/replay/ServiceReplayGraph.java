package io.leat.features.offline.replay;

import io.leat.common.Lookups;
import io.leat.features.engine.Micros;
import io.leat.features.offline.EventTable;
import io.leat.features.offline.SourceColumns;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/**
 * The graph that gives every row of a spine the values of a service's views:
 *
 * <pre>
 * events, rows ─▶ to the bucket of their key ─▶ sort ─▶ replay ─▶ rows ─▶ the same for the next entity ...
 * </pre>
 */
public final class ServiceReplayGraph {
  private final StreamExecutionEnvironment environment;
  private final ServiceReference service;
  private final Snapshots snapshots;
  private final boolean byArrival;
  private final Expression rowTimes;
  private final Map<String, TableSnapshot> tables = new HashMap<>();
  private final Map<String, DataStream<Item>> events = new HashMap<>();
  private long items;

  /**
   * Picks the tables' snapshots.
   *
   * @param byArrival whether a row sees what had arrived by its event, not what had happened by its
   *     time
   * @param from least event time of the rows
   * @param to event time that all rows lie before
   */
  public ServiceReplayGraph(
      StreamExecutionEnvironment environment,
      ServiceReference service,
      Snapshots snapshots,
      boolean byArrival,
      Optional<Instant> from,
      Optional<Instant> to) {
    this.environment = environment;
    this.service = service;
    this.snapshots = snapshots;
    this.byArrival = byArrival;
    this.rowTimes = between(EventTable.EVENT_TIME, from, to);
    Optional<Instant> first =
        from.flatMap(time -> reach(service.views()).map(back -> time.minus(back)));
    // What arrived early may have a later time than the row; what has not happened has no bearing.
    Optional<Instant> last = byArrival ? Optional.empty() : to;
    for (String event : needed()) {
      tables.put(
          event,
          snapshots.pick(EventTable.name(event), between(EventTable.EVENT_TIME, first, last)));
    }
  }

  /** The events whose tables are read. */
  private Set<String> needed() {
    Set<String> needed = new LinkedHashSet<>();
    service.views().forEach(view -> needed.add(view.source()));
    if (byArrival) {
      needed.add(service.definition().spine());
    }
    return needed;
  }

  /** Rows whose time column lies in [from, to). */
  public static Expression between(String column, Optional<Instant> from, Optional<Instant> to) {
    Expression range = Expressions.alwaysTrue();
    if (from.isPresent()) {
      range = Expressions.and(range, Expressions.greaterThanOrEqual(column, Micros.of(from.get())));
    }
    if (to.isPresent()) {
      range = Expressions.and(range, Expressions.lessThan(column, Micros.of(to.get())));
    }
    return range;
  }

  /**
   * How far back from a row's time events count: what lies further back is in no window. Empty
   * where all that ever was does.
   */
  static Optional<Duration> reach(List<FeatureView> views) {
    Duration reach = Duration.ZERO;
    for (FeatureView view : views) {
      for (Duration window : view.windowLengths()) {
        if (window.equals(Durations.LIFETIME)) {
          return Optional.empty();
        }
        Duration back = window.plus(view.offset()).plus(view.grace()).plus(view.resolution());
        reach = back.compareTo(reach) > 0 ? back : reach;
      }
    }
    return Optional.of(reach);
  }

  /**
   * The order in which an entity is replayed. By arrival, offsets alone are one where all events
   * that meet in a key's state come out of one partition: nothing but the spine feeds the entity's
   * views, and either there is one partition or the topic is keyed by the entity.
   */
  private ReplayOrder order(Entity entity) {
    if (!byArrival) {
      return ReplayOrder.EVENT_TIME;
    }
    Contract spine = service.spine();
    boolean onePartition =
        Lookups.required(tables, spine.event())
            .range(SourceColumns.LOG_PARTITION)
            .filter(range -> range.least() == range.greatest())
            .isPresent();
    boolean together =
        sources(entity).equals(Set.of(spine.event()))
            && (onePartition || spine.key().filter(entity.key()::equals).isPresent());
    return together ? ReplayOrder.OFFSET : ReplayOrder.APPEND_TIME;
  }

  /** Whether the tables say for certain in which order all events are to be replayed. */
  public boolean orderIsKnown() {
    return service.entities().stream().noneMatch(e -> order(e) == ReplayOrder.APPEND_TIME);
  }

  /**
   * The spine's own events, for rows of them; where they also fill windows, events of other times
   * are among them.
   */
  public DataStream<Item> spineEvents() {
    String spine = service.definition().spine();
    tables.computeIfAbsent(spine, event -> snapshots.pick(EventTable.name(event), rowTimes));
    return events(spine);
  }

  /** About how many rows there are of {@link #spineEvents}. */
  public long spineRows() {
    String spine = EventTable.name(service.definition().spine());
    return snapshots.pick(spine, rowTimes).rows();
  }

  private DataStream<Item> events(String event) {
    return events.computeIfAbsent(event, this::read);
  }

  private DataStream<Item> read(String event) {
    TableSnapshot table = Lookups.required(tables, event);
    int source = service.sources().indexOf(event);
    items += table.rows();
    return snapshots
        .rows(environment, table)
        .map(new ReadEvents(service, source, table.schema(), byArrival), Item.TYPE)
        .name("read " + event);
  }

  /**
   * The rows with the values of every view.
   *
   * @param rows items of rows whose values are {@link ServiceReference#viewFeatures} nulls, and
   *     whose order is a {@link ReplayOrder} place
   * @param expected about how many rows there are
   * @param oneIn of so many keys of the first entity one is replayed, with its rows
   */
  public DataStream<Item> replay(DataStream<Item> rows, long expected, int oneIn) {
    DataStream<Item> found = rows;
    int sample = oneIn;
    for (Entity entity : service.entities()) {
      found = replay(found, entity, sample);
      items += expected;
      sample = 1; // the rows are a sample now, and what they meet is to be whole
    }
    return found;
  }

  @SuppressWarnings("unchecked") // an array of a generic type, as Flink takes it
  private DataStream<Item> replay(DataStream<Item> rows, Entity entity, int oneIn) {
    List<DataStream<Item>> inputs = new ArrayList<>();
    for (String event : sources(entity)) {
      inputs.add(events(event));
      items += Lookups.required(tables, event).rows();
    }
    ReplayOrder order = order(entity);
    DataStream<Item> all = rows.union(inputs.toArray(DataStream[]::new));
    return Item.sorted(
            all.flatMap(new ToEntity(service, entity, order, oneIn), Item.TYPE)
                .name("to " + entity.name()),
            entity.name())
        .flatMap(new EntityReplay(service, entity, order), Item.TYPE)
        .name("replay " + entity.name());
  }

  private Set<String> sources(Entity entity) {
    Set<String> sources = new LinkedHashSet<>();
    for (FeatureView view : service.views()) {
      if (view.entity().equals(entity)) {
        sources.add(view.source());
      }
    }
    return sources;
  }

  /** About how many {@link Progress} steps all that has been built so far takes. */
  public long expectedSteps() {
    return items;
  }
}
