package io.leat.features.server;

import io.leat.common.Lookups;
import io.leat.features.engine.Micros;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.ReadPlan.Planned;
import io.leat.features.server.RequestException.Kind;
import io.leat.features.server.ViewReader.Rows;
import io.leat.schemas.NullReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers requests out of committed state. Thread-safe. */
final class OnlineFeatures {
  private final Catalog catalog;
  private final CommittedState state;
  private final Function<String, Optional<Lag>> lag;
  private final Limits limits;
  private final ReadMetrics metrics;

  /**
   * @param lag how far a store is behind; empty where that is not known
   */
  OnlineFeatures(
      Catalog catalog,
      CommittedState state,
      Function<String, Optional<Lag>> lag,
      Limits limits,
      ReadMetrics metrics) {
    this.catalog = catalog;
    this.state = state;
    this.lag = lag;
    this.limits = limits;
    this.metrics = metrics;
  }

  /** The keys of a request: those of each entity, as it has them, and as the store has them. */
  private static final class Keys {
    private final Map<String, List<@Nullable Object>> byField = new LinkedHashMap<>();
    private final Map<String, List<byte @Nullable []>> bytes = new LinkedHashMap<>();
  }

  /**
   * How many values the answer to a request has.
   *
   * @throws RequestException if it names what there is not
   */
  long values(OnlineRequest request) throws RequestException {
    return (long) request.rows() * catalog.plan(request.names()).columns().size();
  }

  /**
   * Answers a request.
   *
   * @param now the time to evaluate at where the request names none
   * @throws RequestException if it names what there is not, or asks for too much
   * @throws CommittedState.NotInMemoryException if a state is deeper than it may look
   */
  OnlineAnswer answer(OnlineRequest request, Instant now, CommittedState.Depth depth)
      throws RequestException {
    ReadPlan plan = catalog.plan(request.names());
    limits.check(request.rows(), plan.columns().size());
    checkData(request.entities(), plan.data());
    Keys keys = keys(request, plan);
    Instant time = request.asOf().orElse(now);
    long micros = Micros.of(time);
    Map<ServedView, Rows> rows = read(plan, keys, micros, depth);

    long[] noTimes = new long[request.rows()];
    List<Column> columns = new ArrayList<>();
    for (Planned planned : plan.columns()) {
      if (planned.view() == Planned.NONE) {
        columns.add(new Column(planned.name(), noTimes));
        continue;
      }
      ServedView view = plan.views().get(planned.view());
      Rows read = Lookups.required(rows, view);
      Column column = new Column(planned.name(), read.newest());
      if (!planned.isMade()) {
        fill(column, view, planned.index(), read, request.asOf(), micros);
      }
      columns.add(column);
    }
    for (EventFeatures made : plan.made()) {
      made.fill(columns, request, keys.byField, rows, time);
    }
    rows.forEach((view, read) -> metrics.read(view, read, micros));
    metrics.answered(plan, columns);
    List<Column> answer = new ArrayList<>();
    keys.byField.forEach((field, values) -> answer.add(column(field, values, noTimes)));
    answer.addAll(columns);
    return new OnlineAnswer(
        answer,
        plan.views(),
        plan.views().stream()
            .flatMap(view -> lag.apply(view.store()).stream())
            .reduce(Lag.NONE, Lag::worse));
  }

  private static void checkData(Map<String, ?> given, Set<String> data) throws RequestException {
    List<String> missing = data.stream().filter(field -> !given.containsKey(field)).toList();
    if (!missing.isEmpty() && missing.size() < data.size()) {
      throw new RequestException(
          Kind.NO_REQUEST_DATA,
          "The request gives some of the event's fields that its features need, and lacks %s; give all of %s in entities, or none.",
          String.join(", ", missing),
          String.join(", ", data));
    }
  }

  /**
   * Columns that are no entity's are fields of the event, or nothing: passed over, as Feast does.
   */
  private Keys keys(OnlineRequest request, ReadPlan plan) throws RequestException {
    Keys keys = new Keys();
    for (Map.Entry<String, List<@Nullable Object>> column : request.entities().entrySet()) {
      ServedEntity entity = catalog.entity(column.getKey());
      if (entity == null) {
        continue;
      }
      List<@Nullable Object> values = new ArrayList<>(column.getValue().size());
      List<byte @Nullable []> bytes = new ArrayList<>(column.getValue().size());
      for (Object given : column.getValue()) {
        Object key = entity.key(given);
        values.add(key);
        bytes.add(key == null ? null : ServedEntity.bytes(key));
      }
      keys.byField.put(entity.field(), values);
      keys.bytes.put(entity.field(), bytes);
      if (plan.names().contains(entity.field())) {
        throw new RequestException(
            Kind.NAMES_COLLIDE,
            "A feature and the key of an entity are both called %s; set full_feature_names to true.",
            entity.field());
      }
    }
    for (ServedView view : plan.views()) {
      if (!keys.bytes.containsKey(view.entity().field())) {
        throw new RequestException(
            Kind.SENSELESS,
            "View %s is about the entity %s, and entities has no %s; add a list of its keys.",
            view.name(),
            view.entity().name(),
            view.entity().field());
      }
    }
    return keys;
  }

  private Map<ServedView, Rows> read(
      ReadPlan plan, Keys keys, long time, CommittedState.Depth depth) throws RequestException {
    Map<ServedView, Rows> rows = new LinkedHashMap<>();
    try (CommittedState.View committed = state.view(depth)) {
      if (!committed.isWhole()) {
        throw new RequestException(
            Kind.NOT_READY,
            "Not ready: more has come at once than can be held back until its transactions are whole; come again in a moment.");
      }
      for (ServedView view : plan.views()) {
        rows.put(
            view,
            ViewReader.read(
                committed, view, Lookups.required(keys.bytes, view.entity().field()), time));
      }
    }
    return rows;
  }

  private static Column column(String field, List<@Nullable Object> keys, long[] times) {
    Column column = new Column(field, times);
    for (int row = 0; row < times.length; row++) {
      Object key = keys.get(row);
      column.set(
          row,
          key == null ? NullReason.NO_KEY : key,
          key == null ? Status.NULL_VALUE : Status.PRESENT);
    }
    return column;
  }

  private static void fill(
      Column column, ServedView view, int index, Rows rows, Optional<Instant> asOf, long time)
      throws RequestException {
    for (int row = 0; row < rows.newest().length; row++) {
      column.set(row, rows.values()[row][index], NullStatus.of(view, index, rows, row, asOf, time));
    }
  }
}
