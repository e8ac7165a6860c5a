package io.leat.features.engine;

import io.leat.features.aggregation.InputType;
import io.leat.features.aggregation.Values;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.schemas.NullReason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a view means, without any cleverness: keeps every event, and computes each value again from
 * all of them with decimals of any precision. Knows the one filter {@code flag}.
 */
final class NaiveView {
  record Event(
      String id,
      long time,
      @Nullable Double value,
      @Nullable Boolean flag,
      @Nullable String label) {}

  /** Enough for the least square beside the greatest to decide how a quotient is rounded. */
  private static final MathContext DIGITS = new MathContext(1_400);

  private static final MathContext DIGITS_OF_ROOT = new MathContext(60);

  private final FeatureView view;
  private final long unitsPerMilli;
  private final boolean numericIds;
  private final List<Event> events = new ArrayList<>();

  /**
   * @param unitsPerMilli how many of the events' units of time a millisecond has
   * @param numericIds whether ids are whole numbers; else they are texts
   */
  NaiveView(FeatureView view, long unitsPerMilli, boolean numericIds) {
    this.view = view;
    this.unitsPerMilli = unitsPerMilli;
    this.numericIds = numericIds;
  }

  /** Adds an event, but one that every aggregation passes over. */
  void add(Event event) {
    if (view.aggregations().stream()
        .anyMatch(aggregation -> !counted(aggregation, List.of(event)).isEmpty())) {
      events.add(event);
    }
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  long newest() {
    return events.stream().mapToLong(Event::time).max().orElseThrow();
  }

  /** Magnitude of the greatest value that is a number to an aggregation. */
  double greatest() {
    return events.stream()
        .map(Event::value)
        .filter(value -> value != null && Double.isFinite(value))
        .mapToDouble(Math::abs)
        .max()
        .orElse(0);
  }

  /** Whether no window that ends at newest - grace or later covers the event's tile. */
  boolean isLate(Event event) {
    return isLate(event.time);
  }

  private boolean isLate(long time) {
    return !events.isEmpty()
        && !view.windowLengths().contains(Durations.LIFETIME)
        && tile(time) <= tile(oldest()) - longest();
  }

  /** Every value, or why there is none. */
  List<Object> evaluate(long time) {
    List<Object> values = new ArrayList<>();
    for (Aggregation aggregation : view.aggregations()) {
      for (Duration window : view.windowLengths()) {
        List<Event> covered =
            counted(
                aggregation, events.stream().filter(e -> covers(window, time, e.time)).toList());
        boolean kept = events.isEmpty() || isKept(window, time);
        for (int rank = 0; rank < aggregation.width(); rank++) {
          if (!kept) {
            values.add(isLate(time) ? NullReason.LATE : NullReason.NOT_KEPT);
            continue;
          }
          Object value = evaluate(aggregation, window, time - offset(), covered, rank);
          Object found = value == null ? reason(aggregation, covered.size()) : value;
          boolean isEmpty = found instanceof NullReason && found != NullReason.NOT_FINITE;
          values.add(
              isEmpty && aggregation.defaultValue().isPresent()
                  ? aggregation.defaultValue().get()
                  : found);
        }
      }
    }
    return values;
  }

  /** Why a known window gives no value. */
  private static NullReason reason(Aggregation aggregation, int values) {
    if (values == 0) {
      return NullReason.NO_EVENT;
    }
    return switch (aggregation.function().name()) {
      case "latest" -> NullReason.NULL_IN_NEWEST_EVENT;
      case "variance", "stddev" -> values < 2 ? NullReason.TOO_FEW_VALUES : NullReason.NOT_FINITE;
      case "delta" -> values < 2 ? NullReason.TOO_FEW_VALUES : NullReason.NOT_FINITE;
      case "last_n", "top_k" -> NullReason.TOO_FEW_VALUES;
      case "sum" -> NullReason.NOT_FINITE;
      case "time_since_last" -> NullReason.NO_EVENT;
      case "count",
          "rate",
          "count_distinct",
          "avg",
          "min",
          "max",
          "quantile",
          "ewma",
          "first",
          "last" ->
          throw new AssertionError(aggregation);
      default -> throw new AssertionError("no rule for " + aggregation);
    };
  }

  private long offset() {
    return units(view.offset());
  }

  private long oldest() {
    return newest() - units(view.grace()) - offset();
  }

  /** Length of the longest window that has one, in tiles. */
  private long longest() {
    return view.windowLengths().stream()
        .filter(window -> !window.equals(Durations.LIFETIME))
        .mapToLong(this::tiles)
        .max()
        .orElse(0);
  }

  private long tiles(Duration window) {
    return units(window) / resolution();
  }

  /** Whether the window begins no earlier than the longest one that ends at newest - grace. */
  private boolean isKept(Duration window, long time) {
    long end = tile(time - offset());
    return window.equals(Durations.LIFETIME)
        ? end >= tile(oldest()) - longest()
        : end - tiles(window) >= tile(oldest()) - longest();
  }

  private boolean covers(Duration window, long time, long eventTime) {
    long head = tile(time - offset());
    return tile(eventTime) <= head
        && (window.equals(Durations.LIFETIME) || head - tiles(window) < tile(eventTime));
  }

  private long tile(long time) {
    return Math.floorDiv(time, resolution());
  }

  private long units(Duration duration) {
    return duration.toMillis() * unitsPerMilli;
  }

  /** A millisecond is one unit, whatever that is. */
  private long resolution() {
    return view.resolution().toMillis() == 1 ? 1 : units(view.resolution());
  }

  private int compareIds(Event one, Event other) {
    return numericIds
        ? new BigInteger(one.id).compareTo(new BigInteger(other.id))
        : Arrays.compare(one.id.codePoints().toArray(), other.id.codePoints().toArray());
  }

  /** The events that an aggregation sees, by time, then by id, then by value. */
  private List<Event> counted(Aggregation aggregation, List<Event> among) {
    return among.stream()
        .filter(event -> aggregation.where().isEmpty() || Boolean.TRUE.equals(event.flag))
        .filter(
            event ->
                switch (aggregation.function().input()) {
                  case EVENTS -> true;
                  case EVENTS_OR_NUMBERS ->
                      aggregation.field().isEmpty() || number(aggregation, event) != null;
                  case NUMBERS -> number(aggregation, event) != null;
                  case NUMERIC_VALUES, SCALARS -> value(aggregation, event) != null;
                  case SCALARS_AND_NULLS -> true;
                })
        .sorted(
            Comparator.comparingLong(Event::time)
                .thenComparing(this::compareIds)
                .thenComparing(event -> value(aggregation, event), Values::compare))
        .toList();
  }

  private @Nullable Object evaluate(
      Aggregation aggregation, Duration window, long end, List<Event> covered, int rank) {
    int n = covered.size();
    switch (aggregation.function().name()) {
      case "count":
        return (long) n;
      case "rate":
        return n / (window.toMillis() / 1_000.0);
      case "count_distinct":
        return covered.stream().map(event -> value(aggregation, event)).distinct().count();
      default:
        break;
    }
    if (n == 0) {
      return null;
    }
    List<Double> numbers =
        aggregation.function().input() == InputType.NUMBERS
            ? covered.stream().map(event -> number(aggregation, event)).toList()
            : List.of();
    return switch (aggregation.function().name()) {
      case "sum" -> finite(sum(numbers).doubleValue());
      case "avg" -> average(numbers);
      case "min" -> Collections.min(numbers);
      case "max" -> Collections.max(numbers);
      case "variance" -> variance(numbers);
      case "stddev" -> deviation(numbers);
      case "quantile" ->
          numbers.stream()
              .sorted()
              .toList()
              .get(Math.max(1, (int) Math.ceil(aggregation.parameter().orElseThrow() * n)) - 1);
      case "ewma" -> ewma(aggregation, covered);
      case "first" -> value(aggregation, covered.get(0));
      case "last", "latest" -> value(aggregation, covered.get(n - 1));
      case "last_n" -> rank < n ? value(aggregation, covered.get(n - 1 - rank)) : null;
      case "delta" ->
          n < 2
              ? null
              : finite(
                  (Double) value(aggregation, covered.get(n - 1))
                      - (Double) value(aggregation, covered.get(n - 2)));
      case "top_k" -> top(aggregation, covered, rank);
      case "time_since_last" -> sinceLast(covered, end);
      default -> throw new AssertionError("no rule for " + aggregation);
    };
  }

  private static BigDecimal sum(List<Double> numbers) {
    return numbers.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static double average(List<Double> numbers) {
    BigDecimal sum = sum(numbers);
    double rounded = sum.doubleValue();
    return Double.isFinite(rounded)
        ? rounded / numbers.size()
        : sum.divide(BigDecimal.valueOf(numbers.size()), DIGITS).doubleValue();
  }

  private static @Nullable Double variance(List<Double> numbers) {
    long n = numbers.size();
    if (n < 2) {
      return null;
    }
    return finite(
        isUsual(numbers)
            ? numerator(numbers).doubleValue() / ((double) n * (n - 1))
            : exactVariance(numbers).doubleValue());
  }

  private static @Nullable Double deviation(List<Double> numbers) {
    if (numbers.size() < 2) {
      return null;
    }
    return finite(
        isUsual(numbers)
            ? Math.sqrt(variance(numbers))
            : exactVariance(numbers).sqrt(DIGITS_OF_ROOT).doubleValue());
  }

  /** Whether all squares are of a size at which the quotient of a rounded numerator is taken. */
  private static boolean isUsual(List<Double> numbers) {
    return numbers.stream()
        .allMatch(x -> x == 0 || (Math.abs(x) >= 0x1p-480 && Math.abs(x) <= 0x1p479));
  }

  private static BigDecimal exactVariance(List<Double> numbers) {
    long n = numbers.size();
    return numerator(numbers).divide(BigDecimal.valueOf(n * (n - 1)), DIGITS);
  }

  private static BigDecimal numerator(List<Double> numbers) {
    BigDecimal squares =
        numbers.stream()
            .map(number -> new BigDecimal(number).pow(2))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    return squares.multiply(BigDecimal.valueOf(numbers.size())).subtract(sum(numbers).pow(2));
  }

  private static @Nullable Double finite(double number) {
    return Double.isFinite(number) ? number : null;
  }

  private double ewma(Aggregation aggregation, List<Event> covered) {
    double halfLife = aggregation.parameter().orElseThrow() * unitsPerMilli;
    long newest = covered.get(covered.size() - 1).time;
    BigDecimal numbers = BigDecimal.ZERO;
    double weights = 0;
    long block = ((long) halfLife) * 64;
    for (Event event : covered) {
      if (Math.floorDiv(event.time, block) < Math.floorDiv(newest, block) - 1) {
        continue; // weighs nothing, by definition
      }
      double weight = Math.pow(2, (event.time - newest) / halfLife);
      numbers =
          numbers.add(new BigDecimal(weight).multiply(new BigDecimal(number(aggregation, event))));
      weights += weight;
    }
    return numbers.divide(new BigDecimal(weights), DIGITS).doubleValue();
  }

  private static @Nullable Object top(Aggregation aggregation, List<Event> covered, int rank) {
    Map<Object, Long> counts = new HashMap<>();
    covered.forEach(event -> counts.merge(value(aggregation, event), 1L, Long::sum));
    return counts.entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<Object, Long>>comparingLong(entry -> -entry.getValue())
                .thenComparing(Map.Entry::getKey, Values::compare))
        .skip(rank)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private @Nullable Double sinceLast(List<Event> covered, long end) {
    List<Long> times = covered.stream().map(Event::time).distinct().sorted().toList();
    List<Long> two = times.subList(Math.max(0, times.size() - 2), times.size());
    OptionalLong last = two.stream().mapToLong(time -> time).filter(time -> time < end).max();
    return last.isPresent()
        ? Double.valueOf((end - last.getAsLong()) / (1_000.0 * unitsPerMilli))
        : two.size() == 2 ? Double.valueOf(0) : null;
  }

  private static @Nullable Double number(Aggregation aggregation, Event event) {
    Double number =
        switch (aggregation.field().orElse("")) {
          case "value" -> event.value;
          case "flag" -> event.flag == null ? null : Double.valueOf(event.flag ? 1 : 0);
          default -> throw new AssertionError(aggregation);
        };
    return number == null || !Double.isFinite(number) ? null : Double.valueOf(number + 0.0);
  }

  private static @Nullable Object value(Aggregation aggregation, Event event) {
    return switch (aggregation.field().orElse("")) {
      case "value" ->
          event.value == null || !Double.isFinite(event.value) ? null : event.value + 0.0;
      case "flag" -> event.flag;
      case "label" -> event.label;
      default -> null;
    };
  }
}
