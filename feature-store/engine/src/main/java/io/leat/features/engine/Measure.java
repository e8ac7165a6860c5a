package io.leat.features.engine;

import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of one field under one filter, for all aggregations that ask for it: always how many
 * occurrences there were, and the accumulators that some aggregation needs ({@code avg} and {@code
 * sum} share one sum).
 *
 * @param kind what it looks at
 * @param field the field; empty where it looks at the events themselves
 * @param where text of the filter; empty where every event counts
 * @param events how the events' times and ids are
 * @param parts the accumulators, in the order in which they stand in a state
 * @param needsTime whether some accumulator looks at event times
 * @param needsId whether some accumulator looks at event ids
 */
record Measure(
    Kind kind,
    Optional<String> field,
    Optional<String> where,
    EventIdentity events,
    List<Part> parts,
    boolean needsTime,
    boolean needsId) {
  /** What a measure looks at, and so which occurrences it passes over. */
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

  /**
   * One accumulator.
   *
   * @param parameter how many ends, or the half-life in milliseconds; 0 where it takes nothing
   */
  record Part(Family family, double parameter) {
    Accumulator accumulator(EventIdentity events) {
      return switch (family) {
        case SUM -> new SumAccumulator();
        case MINIMUM -> new ExtremeAccumulator(true);
        case MAXIMUM -> new ExtremeAccumulator(false);
        case SQUARES -> new SquaresAccumulator();
        case QUANTILES -> new QuantileAccumulator();
        case DECAY -> new DecayAccumulator(parameter * events.unitsPerMilli());
        case OLDEST -> new EndsAccumulator(false, (int) parameter, events.idOrder());
        case NEWEST -> new EndsAccumulator(true, (int) parameter, events.idOrder());
        case DISTINCT -> new DistinctAccumulator();
        case FREQUENCIES -> new FrequencyAccumulator();
        case TIMES -> new TimesAccumulator();
      };
    }
  }

  /** Kinds of accumulators, in the order in which they stand in a state. */
  enum Family {
    SUM,
    MINIMUM,
    MAXIMUM,
    SQUARES,
    QUANTILES,
    DECAY,
    OLDEST,
    NEWEST,
    DISTINCT,
    FREQUENCIES,
    TIMES
  }

  Measure(
      Kind kind,
      Optional<String> field,
      Optional<String> where,
      EventIdentity events,
      List<Part> parts) {
    this(
        kind,
        field,
        where,
        events,
        List.copyOf(parts),
        parts.stream()
            .map(Part::family)
            .anyMatch(family -> family == Family.DECAY || family == Family.TIMES || isEnd(family)),
        parts.stream().map(Part::family).anyMatch(Measure::isEnd));
  }

  /** A new accumulator of each part. */
  Accumulator[] accumulators() {
    return parts.stream().map(part -> part.accumulator(events)).toArray(Accumulator[]::new);
  }

  /** Where an accumulator stands among the parts; -1 where it is not kept. */
  int indexOf(Family family, double parameter) {
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.family == family && (family != Family.DECAY || part.parameter == parameter)) {
        return i;
      }
    }
    return -1;
  }

  boolean serves(Aggregation aggregation) {
    return kind == kindOf(aggregation)
        && field.equals(aggregation.field())
        && where.equals(whereOf(aggregation));
  }

  /** The measures that serve these aggregations, in the order of their first use. */
  static List<Measure> of(List<Aggregation> aggregations, EventIdentity events) {
    List<Measure> measures = new ArrayList<>();
    for (Aggregation aggregation : aggregations) {
      if (measures.stream().noneMatch(m -> m.serves(aggregation))) {
        measures.add(of(aggregation, aggregations, events));
      }
    }
    return List.copyOf(measures);
  }

  private static Measure of(Aggregation first, List<Aggregation> all, EventIdentity events) {
    Measure key = new Measure(kindOf(first), first.field(), whereOf(first), events, List.of());
    Set<Part> needed = new LinkedHashSet<>();
    all.stream().filter(key::serves).forEach(aggregation -> needed.addAll(partsFor(aggregation)));
    List<Part> parts = new ArrayList<>();
    for (Family family : Family.values()) {
      List<Double> parameters =
          needed.stream()
              .filter(part -> part.family == family)
              .map(Part::parameter)
              .sorted()
              .toList();
      if (family == Family.DECAY) {
        parameters.forEach(halfLife -> parts.add(new Part(family, halfLife)));
      } else if (!parameters.isEmpty()) {
        parts.add(new Part(family, parameters.get(parameters.size() - 1))); // the most ends
      }
    }
    return new Measure(key.kind, key.field, key.where, events, parts);
  }

  private static List<Part> partsFor(Aggregation aggregation) {
    double parameter = aggregation.parameter().orElse(0.0);
    return switch (aggregation.function()) {
      case COUNT, RATE -> List.of();
      case SUM, AVG -> List.of(new Part(Family.SUM, 0));
      case MIN -> List.of(new Part(Family.MINIMUM, 0));
      case MAX -> List.of(new Part(Family.MAXIMUM, 0));
      case VARIANCE, STDDEV -> List.of(new Part(Family.SUM, 0), new Part(Family.SQUARES, 0));
      case FIRST -> List.of(new Part(Family.OLDEST, 1));
      case LAST, LATEST -> List.of(new Part(Family.NEWEST, 1));
      case LAST_N -> List.of(new Part(Family.NEWEST, parameter));
      case DELTA -> List.of(new Part(Family.NEWEST, 2));
      case COUNT_DISTINCT -> List.of(new Part(Family.DISTINCT, 0));
      case QUANTILE -> List.of(new Part(Family.QUANTILES, 0));
      case TOP_K -> List.of(new Part(Family.FREQUENCIES, 0));
      case EWMA -> List.of(new Part(Family.DECAY, parameter));
      case TIME_SINCE_LAST -> List.of(new Part(Family.TIMES, 0));
    };
  }

  private static Kind kindOf(Aggregation aggregation) {
    return switch (aggregation.function()) {
      case COUNT -> aggregation.field().isPresent() ? Kind.NUMBERS : Kind.EVENTS;
      case RATE, TIME_SINCE_LAST -> Kind.EVENTS;
      case SUM, AVG, MIN, MAX, VARIANCE, STDDEV, QUANTILE, EWMA -> Kind.NUMBERS;
      case FIRST, LAST, LAST_N, COUNT_DISTINCT, TOP_K, DELTA -> Kind.VALUES;
      case LATEST -> Kind.VALUES_AND_NULLS;
    };
  }

  private static boolean isEnd(Family family) {
    return family == Family.OLDEST || family == Family.NEWEST;
  }

  private static Optional<String> whereOf(Aggregation aggregation) {
    return aggregation.where().map(w -> w.text());
  }
}
