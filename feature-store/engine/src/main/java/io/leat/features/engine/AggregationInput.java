package io.leat.features.engine;

import io.leat.common.Lookups;
import io.leat.features.aggregation.Accumulator;
import io.leat.features.aggregation.AccumulatorKind.Reads;
import io.leat.features.aggregation.AccumulatorKind.Sharing;
import io.leat.features.aggregation.AccumulatorSpec;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What is kept of one field under one filter, for all aggregations that ask for it: always how many
 * values there were, and the accumulators that some aggregation needs ({@code avg} and {@code sum}
 * share one sum).
 *
 * @param kind what it looks at
 * @param field the field; empty where it looks at the events themselves
 * @param where text of the filter; empty where every event counts
 * @param events how the events' times and ids are
 * @param parts the accumulators, in the order of their kinds, in which they stand in a state
 * @param needsTime whether some accumulator looks at event times
 * @param needsId whether some accumulator looks at event ids
 */
record AggregationInput(
    Kind kind,
    Optional<String> field,
    Optional<String> where,
    EventIdentity events,
    List<AccumulatorSpec> parts,
    boolean needsTime,
    boolean needsId) {
  /** What an input looks at, and so which values it passes over. */
  enum Kind {
    /** Every event. */
    EVENTS,
    /** A field's finite numbers. */
    NUMBERS,
    /** A field's values of any type that are not null. */
    VALUES,
    /** A field's values, nulls too. */
    VALUES_AND_NULLS
  }

  AggregationInput(
      Kind kind,
      Optional<String> field,
      Optional<String> where,
      EventIdentity events,
      List<AccumulatorSpec> parts) {
    this(
        kind,
        field,
        where,
        events,
        List.copyOf(parts),
        parts.stream().anyMatch(part -> part.kind().reads() != Reads.VALUES),
        parts.stream().anyMatch(part -> part.kind().reads() == Reads.TIMES_AND_IDS));
  }

  /** A new accumulator of each part. */
  Accumulator[] accumulators() {
    return parts.stream().map(part -> part.create(events.order())).toArray(Accumulator[]::new);
  }

  /** Where the accumulator stands among the parts that serves one that a function needs. */
  int indexOf(AccumulatorSpec needed) {
    return IntStream.range(0, parts.size())
        .filter(
            i ->
                parts.get(i).kind().id() == needed.kind().id()
                    && (needed.kind().sharing() != Sharing.EACH
                        || parts.get(i).parameter() == needed.parameter()))
        .findFirst()
        .orElseThrow();
  }

  boolean serves(Aggregation aggregation) {
    return kind == kindOf(aggregation)
        && field.equals(aggregation.field())
        && where.equals(whereOf(aggregation));
  }

  /** The inputs that serve these aggregations, in the order of their first use. */
  static List<AggregationInput> of(List<Aggregation> aggregations, EventIdentity events) {
    List<AggregationInput> inputs = new ArrayList<>();
    for (Aggregation aggregation : aggregations) {
      if (inputs.stream().noneMatch(m -> m.serves(aggregation))) {
        inputs.add(of(aggregation, aggregations, events));
      }
    }
    return List.copyOf(inputs);
  }

  private static AggregationInput of(
      Aggregation first, List<Aggregation> all, EventIdentity events) {
    AggregationInput key =
        new AggregationInput(kindOf(first), first.field(), whereOf(first), events, List.of());
    SortedMap<Integer, SortedMap<Double, AccumulatorSpec>> byKind = new TreeMap<>();
    all.stream()
        .filter(key::serves)
        .flatMap(aggregation -> needs(aggregation).stream())
        .forEach(
            spec ->
                byKind
                    .computeIfAbsent(spec.kind().id(), id -> new TreeMap<>())
                    .put(spec.parameter(), spec));
    List<AccumulatorSpec> parts = new ArrayList<>();
    for (SortedMap<Double, AccumulatorSpec> byParameter : byKind.values()) {
      AccumulatorSpec greatest = Lookups.required(byParameter, byParameter.lastKey());
      if (greatest.kind().sharing() == Sharing.EACH) {
        parts.addAll(byParameter.values());
      } else {
        parts.add(greatest);
      }
    }
    return new AggregationInput(key.kind, key.field, key.where, events, parts);
  }

  /** What an aggregation needs kept. */
  static List<AccumulatorSpec> needs(Aggregation aggregation) {
    return aggregation.function().accumulators(aggregation.parameter().orElse(0.0));
  }

  private static Kind kindOf(Aggregation aggregation) {
    return switch (aggregation.function().input()) {
      case EVENTS -> Kind.EVENTS;
      case EVENTS_OR_NUMBERS -> aggregation.field().isPresent() ? Kind.NUMBERS : Kind.EVENTS;
      case NUMBERS -> Kind.NUMBERS;
      case NUMERIC_VALUES, SCALARS -> Kind.VALUES;
      case SCALARS_AND_NULLS -> Kind.VALUES_AND_NULLS;
    };
  }

  private static Optional<String> whereOf(Aggregation aggregation) {
    return aggregation.where().map(filter -> filter.condition().text());
  }
}
