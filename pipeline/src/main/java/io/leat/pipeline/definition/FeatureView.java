package io.leat.pipeline.definition;

import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.InputType;
import io.leat.features.aggregation.Parameter;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Features of one entity out of one event stream.
 *
 * @param id name, and version of the definition; names the view's state
 * @param entity what the features are about
 * @param source name of the event that they are made of
 * @param windows the windows, the shortest first, each length once; each a multiple of the
 *     resolution, or {@link Window#LIFETIME}, which reaches back to the key's first event
 * @param resolution length of a tile; 1 ms is {@code exact}, which is one unit of the source's
 *     event time: a millisecond or a microsecond
 * @param offset how far behind the time of evaluation every window ends; a multiple of the
 *     resolution, 0 or more
 * @param grace how late, behind the key's newest event, an event may be and still be counted in
 *     full
 * @param aggregations aggregations in declared order
 * @param backfill whether its first values come from the offline tables; changes no value
 * @param derived features that are made of the columns, and perhaps of the event that a vector is
 *     of, in declared order; their names and their expressions' are full ones, {@code
 *     customer_activity.avg_amount_7d}. No part of the view's state
 */
public record FeatureView(
    ViewId id,
    Entity entity,
    String source,
    List<Window> windows,
    Duration resolution,
    Duration offset,
    Duration grace,
    List<Aggregation> aggregations,
    boolean backfill,
    List<DerivedFeature> derived) {
  public FeatureView {
    windows = List.copyOf(windows);
    aggregations = List.copyOf(aggregations);
    derived = List.copyOf(derived);
  }

  /**
   * A view of aggregations alone, whose values begin with the first event that the online store
   * sees, over windows that are written in their largest whole unit.
   */
  public FeatureView(
      String name,
      int version,
      Entity entity,
      String source,
      List<Duration> windows,
      Duration resolution,
      Duration offset,
      Duration grace,
      List<Aggregation> aggregations) {
    this(
        new ViewId(name, version),
        entity,
        source,
        windows.stream().map(Window::of).toList(),
        resolution,
        offset,
        grace,
        aggregations,
        false,
        List.of());
  }

  /** The same view with these derived features in place of its own. */
  public FeatureView with(List<DerivedFeature> derived) {
    return copy(windows, derived);
  }

  /** The same view over these windows. */
  FeatureView over(List<Window> windows) {
    return copy(windows, derived);
  }

  private FeatureView copy(List<Window> windows, List<DerivedFeature> derived) {
    return new FeatureView(
        id, entity, source, windows, resolution, offset, grace, aggregations, backfill, derived);
  }

  /** How long the windows are, the shortest first. */
  public List<Duration> windowLengths() {
    return windows.stream().map(Window::length).toList();
  }

  public String name() {
    return id.name();
  }

  /** Version of the definition, from 1. */
  public int version() {
    return id.version();
  }

  /** The view's columns: each aggregation in declared order over each window, shortest first. */
  public List<Column> columns() {
    return aggregations.stream()
        .flatMap(
            aggregation ->
                windows.stream()
                    .flatMap(
                        window ->
                            IntStream.rangeClosed(1, aggregation.width())
                                .mapToObj(rank -> new Column(aggregation, window, rank))))
        .toList();
  }

  /** A column by its name within the view: {@code avg_amount_7d}. */
  public Optional<Column> column(String columnName) {
    return columns().stream().filter(column -> column.name().equals(columnName)).findFirst();
  }

  /**
   * The column that a name means but for the unit of its window: {@code orders_24h} for {@code
   * orders_1d}.
   */
  public Optional<String> inItsUnit(String columnName) {
    return columns().stream()
        .filter(
            column ->
                column
                    .window()
                    .spellings()
                    .map(other -> new Column(column.aggregation(), other, column.rank()))
                    .anyMatch(other -> other.name().equals(columnName)))
        .map(Column::name)
        .findFirst();
  }

  /** A derived feature by its name within the view: {@code amount_vs_usual}. */
  public Optional<DerivedFeature> derived(String shortName) {
    return derived.stream().filter(d -> shortName(d).equals(shortName)).findFirst();
  }

  /** The name within the view of one of its derived features. */
  public String shortName(DerivedFeature derived) {
    return derived.name().substring(name().length() + 1);
  }

  /** Names within the view of its features: the columns, and then the derived ones. */
  public List<String> featureNames() {
    return Stream.concat(
            columns().stream().map(Column::name), derived.stream().map(this::shortName))
        .toList();
  }

  /**
   * One value of a view: of an aggregation over a window.
   *
   * @param rank which of the aggregation's values, from 1; aggregations of one value have only 1
   */
  public record Column(Aggregation aggregation, Window window, int rank) {
    /** Name within the view: {@code avg_amount_7d}, {@code recent_7d_2}. */
    public String name() {
      String name = aggregation.name() + "_" + window.text();
      return aggregation.function().isList() ? name + "_" + rank : name;
    }
  }

  /**
   * One aggregation, evaluated over each of the view's windows.
   *
   * @param name the aggregation's name; with a window it names a feature: {@code name_7d}
   * @param function what is computed
   * @param field field of the source; empty for functions of the events themselves
   * @param parameter what the function takes beside the field, a half-life in milliseconds; empty
   *     where it takes nothing
   * @param where which events it sees; empty: all
   * @param defaultValue the value where the window holds none
   * @param type type of its values
   */
  public record Aggregation(
      String name,
      AggregateFunction function,
      Optional<String> field,
      Optional<Double> parameter,
      Optional<Filter> where,
      Optional<Double> defaultValue,
      ValueType type) {
    public Aggregation {
      InputType input = function.input();
      if (field.isPresent() != input.needsField() && input != InputType.EVENTS_OR_NUMBERS) {
        throw new IllegalArgumentException(
            "aggregation %s: %s %s"
                .formatted(
                    name, function.name(), field.isPresent() ? "takes no field" : "needs a field"));
      }
      if (parameter.isPresent() != (function.parameter() != Parameter.NONE)) {
        throw new IllegalArgumentException(
            "aggregation %s: %s takes %s beside its field"
                .formatted(name, function.name(), function.parameter()));
      }
    }

    /**
     * An aggregation of a function that takes nothing but a field, of which it makes doubles or
     * counts.
     */
    public Aggregation(
        String name,
        AggregateFunction function,
        Optional<String> field,
        Optional<Filter> where,
        Optional<Double> defaultValue) {
      this(
          name,
          function,
          field,
          Optional.empty(),
          where,
          defaultValue,
          function.resultType(ValueType.DOUBLE));
    }

    /** The source's fields that it is made of, those within records by their path. */
    public Set<String> fields() {
      Set<String> fields = new LinkedHashSet<>();
      field.ifPresent(fields::add);
      where.ifPresent(filter -> fields.addAll(filter.fields()));
      return fields;
    }

    /** How many values it gives. */
    public int width() {
      return function.isList() ? parameter.orElseThrow().intValue() : 1;
    }
  }
}
