package io.leat.features.server;

import io.leat.common.Lookups;
import io.leat.features.engine.Micros;
import io.leat.features.engine.VectorAssembler;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.ViewReader.Rows;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.NullReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * The features of a service that are made when they are asked for: the event's fields, and what is
 * derived of them and of views. As Feast's on-demand features they are made of what the request
 * gives beside the keys.
 *
 * <p>A request that gives none of the event's fields is answered with what can be made without;
 * features that need one are INVALID. One that gives some and not all has been refused ({@link
 * ReadPlan#data}). The event's time is the time of evaluation, its keys are the row's. Thread-safe.
 */
final class EventFeatures {
  private final FeatureService service;
  private final List<Integer> places;
  private final VectorAssembler assembler;
  private final Schema spine;
  private final Schema.Field eventTime;

  /** By place in the service, the event's fields that a feature needs. */
  private final List<Set<String>> needs = new ArrayList<>();

  /** By place in the service, the columns that a feature is made of, by name. */
  private final List<List<Input>> madeOf = new ArrayList<>();

  private final List<ServedView> views;

  private final Set<String> data = new LinkedHashSet<>();

  /**
   * A view's column that features are made of.
   *
   * @param column index in the view's columns
   */
  private record Input(ServedView view, int column) {}

  /**
   * @param places for each feature of the service the place of its column among those to be filled
   * @param served what a view of the pipeline is read as
   */
  EventFeatures(
      FeatureService service,
      Pipeline pipeline,
      List<Integer> places,
      Function<FeatureView, ServedView> served) {
    this.service = service;
    this.places = places;
    Contract contract = pipeline.contract(service.spine()).orElseThrow();
    this.assembler = new VectorAssembler(service, pipeline);
    this.views = assembler.views().stream().map(served).toList();
    Map<ViewFeature, Input> columns = new HashMap<>();
    for (ServedView view : views) {
      List<String> names = view.columns();
      for (int i = 0; i < names.size(); i++) {
        columns.put(new ViewFeature(view.definition().id(), names.get(i)), new Input(view, i));
      }
    }
    this.spine = contract.schema();
    this.eventTime = spine.getField(contract.eventTime());
    Set<String> known =
        pipeline.entities().stream()
            .map(Entity::key)
            .collect(Collectors.toCollection(HashSet::new));
    known.add(eventTime.name());
    for (Feature feature : service.features()) {
      Set<String> fields = feature.inputs().topFields();
      needs.add(fields);
      madeOf.add(feature.inputs().columns().stream().map(columns::get).toList());
      fields.stream().filter(field -> !known.contains(field)).forEach(data::add);
    }
  }

  /** The views that the service's features need. */
  List<ServedView> views() {
    return views;
  }

  /** The event's fields, keys and time apart, that the features need. */
  Set<String> data() {
    return data;
  }

  /**
   * Makes the features.
   *
   * @param columns to be filled, but for those of views' columns, which are left alone
   * @param keys by the entities' key fields, the rows' keys, whatever the request calls them
   * @param rows what was read of each view
   * @param time the time of evaluation
   * @throws RequestException if the request gives a value that its field cannot hold, or names a
   *     time that is too long ago
   */
  void fill(
      List<Column> columns,
      OnlineRequest request,
      Map<String, List<@Nullable Object>> keys,
      Map<ServedView, Rows> rows,
      Instant time)
      throws RequestException {
    Map<String, List<@Nullable Object>> given = request.entities();
    Set<String> there = there(given, keys);
    for (int row = 0; row < request.rows(); row++) {
      List<Object> vector =
          assembler.assemble(event(given, keys, there, row, time), viewValues(rows, row));
      for (int feature = 0; feature < vector.size(); feature++) {
        if (!(service.features().get(feature) instanceof ViewFeature)) {
          Column column = columns.get(places.get(feature));
          if (!there.containsAll(needs.get(feature))) {
            column.set(row, NullReason.NULL_IN_EVENT, Status.INVALID);
            continue;
          }
          Object value = vector.get(feature);
          column.set(
              row,
              value,
              value instanceof NullReason reason
                  ? status(reason, madeOf.get(feature), rows, row, request.asOf(), time)
                  : Status.PRESENT);
        }
      }
    }
  }

  /** That of the first column that has the reason: for want of it there is no value. */
  private static Status status(
      NullReason reason,
      List<Input> inputs,
      Map<ServedView, Rows> rows,
      int row,
      Optional<Instant> asOf,
      Instant time)
      throws RequestException {
    for (Input input : inputs) {
      Rows read = Lookups.required(rows, input.view());
      if (read.values()[row][input.column()] == reason) {
        return NullStatus.of(input.view(), input.column(), read, row, asOf, Micros.of(time));
      }
    }
    return Status.NULL_VALUE;
  }

  /** The event's fields that are there. */
  private Set<String> there(
      Map<String, List<@Nullable Object>> given, Map<String, List<@Nullable Object>> keys) {
    Set<String> there = new HashSet<>();
    for (Schema.Field field : spine.getFields()) {
      String name = field.name();
      if (field.equals(eventTime)
          || ((keys.containsKey(name) || given.containsKey(name))
              && RequestFields.canBeGiven(field))) {
        there.add(name);
      }
    }
    return there;
  }

  private GenericRecord event(
      Map<String, List<@Nullable Object>> given,
      Map<String, List<@Nullable Object>> keys,
      Set<String> there,
      int row,
      Instant time)
      throws RequestException {
    GenericRecord event = new GenericData.Record(spine);
    for (String name : there) {
      Schema.Field field = spine.getField(name);
      if (keys.containsKey(name)) {
        event.put(field.pos(), RequestFields.key(field, keys.get(name).get(row)));
      } else if (given.containsKey(name)) {
        event.put(field.pos(), RequestFields.value(field, given.get(name).get(row)));
      }
    }
    event.put(eventTime.pos(), RequestFields.time(eventTime, time));
    return event;
  }

  private @Nullable Object[][] viewValues(Map<ServedView, Rows> rows, int row) {
    @Nullable Object[][] byView = new @Nullable Object[views.size()][];
    for (int v = 0; v < byView.length; v++) {
      Rows read = rows.get(views.get(v));
      byView[v] = read == null ? null : read.values()[row];
    }
    return byView;
  }
}
