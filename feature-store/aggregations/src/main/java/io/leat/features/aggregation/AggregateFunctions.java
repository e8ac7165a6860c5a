package io.leat.features.aggregation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The catalogue: every function of the definition language, a line each. Pages and messages list
 * them in this order.
 */
public final class AggregateFunctions {
  private static final List<AggregateFunction> ALL = new ArrayList<>();

  public static final AggregateFunction COUNT = add(new Count());
  public static final AggregateFunction SUM = add(new Sum());
  public static final AggregateFunction AVG = add(new Avg());
  public static final AggregateFunction GEOMETRIC_MEAN = add(new GeometricMean());
  public static final AggregateFunction MIN = add(new Min());
  public static final AggregateFunction MAX = add(new Max());
  public static final AggregateFunction VARIANCE = add(new Variance());
  public static final AggregateFunction STDDEV = add(new Stddev());
  public static final AggregateFunction FIRST = add(new First());
  public static final AggregateFunction LAST = add(new Last());
  public static final AggregateFunction LATEST = add(new Latest());
  public static final AggregateFunction LAST_N = add(new LastN());
  public static final AggregateFunction COUNT_DISTINCT = add(new CountDistinct());
  public static final AggregateFunction QUANTILE = add(new Quantile());
  public static final AggregateFunction TOP_K = add(new TopK());
  public static final AggregateFunction EWMA = add(new Ewma());
  public static final AggregateFunction TIME_SINCE_LAST = add(new TimeSinceLast());
  public static final AggregateFunction RATE = add(new Rate());
  public static final AggregateFunction DELTA = add(new Delta());

  private AggregateFunctions() {}

  private static AggregateFunction add(AggregateFunction function) {
    ALL.add(function);
    return function;
  }

  /** Every function. */
  public static List<AggregateFunction> all() {
    return List.copyOf(ALL);
  }

  /** The function of a name; empty where there is none. */
  public static Optional<AggregateFunction> named(String name) {
    return ALL.stream().filter(function -> function.name().equals(name)).findFirst();
  }
}
