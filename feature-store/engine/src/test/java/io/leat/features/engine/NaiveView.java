package io.leat.features.engine;

import io.leat.pipeline.Durations;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.FeatureView.Function;
import io.leat.schemas.NullReason;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a view means, without any cleverness: keeps every event, and computes each value anew from
 * all of them with decimals of any precision. Knows the one filter {@code flag}.
 */
final class NaiveView {
  record Event(
      String id,
      long time,
      @Nullable Double value,
      @Nullable Boolean flag,
      @Nullable String label) {}

  private final FeatureView view;
  private final List<Event> events = new ArrayList<>();

  NaiveView(FeatureView view) {
    this.view = view;
  }

  /** Adds an event, but one that every aggregation passes over. */
  void add(Event event) {
    if (view.aggregations().stream()
        .anyMatch(aggregation -> !occurrences(aggregation, List.of(event)).isEmpty())) {
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
        .filter(value -> value != null && Math.abs(value) < 0x1p960)
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
        && !view.windows().contains(Durations.LIFETIME)
        && tile(time) <= tile(oldest()) - longest();
  }

  /** Every value, or why there is none. */
  List<Object> evaluate(long time) {
    List<Object> values = new ArrayList<>();
    for (Aggregation aggregation : view.aggregations()) {
      for (Duration window : view.windows()) {
        List<Event> covered =
            occurrences(
                aggregation, events.stream().filter(e -> covers(window, time, e.time)).toList());
        boolean kept = events.isEmpty() || isKept(window, time);
        for (int rank = 0; rank < aggregation.width(); rank++) {
          if (!kept) {
            values.add(isLate(time) ? NullReason.LATE : NullReason.NOT_KEPT);
            continue;
          }
          Object value = evaluate(aggregation, window, time - offset(), covered, rank);
          if (value == null && aggregation.defaultValue().isPresent()) {
            value = aggregation.defaultValue().get();
          }
          values.add(value == null ? reason(aggregation, covered.size()) : value);
        }
      }
    }
    return values;
  }

  /** Why a known window gives no value. */
  private static NullReason reason(Aggregation aggregation, int occurrences) {
    if (occurrences == 0) {
      return NullReason.NO_EVENT;
    }
    return switch (aggregation.function()) {
      case LATEST -> NullReason.NULL_IN_NEWEST_EVENT;
      case VARIANCE, STDDEV -> occurrences < 2 ? NullReason.TOO_FEW_VALUES : NullReason.NOT_FINITE;
      case DELTA, LAST_N, TOP_K -> NullReason.TOO_FEW_VALUES;
      case TIME_SINCE_LAST -> NullReason.NO_EVENT;
      case COUNT, RATE, COUNT_DISTINCT, SUM, AVG, MIN, MAX, QUANTILE, EWMA, FIRST, LAST ->
          throw new AssertionError(aggregation);
    };
  }

  private long offset() {
    return view.offset().toMillis();
  }

  private long oldest() {
    return newest() - view.grace().toMillis() - offset();
  }

  /** Length of the longest window that has one, in tiles. */
  private long longest() {
    return view.windows().stream()
        .filter(window -> !window.equals(Durations.LIFETIME))
        .mapToLong(this::tiles)
        .max()
        .orElse(0);
  }

  private long tiles(Duration window) {
    return window.toMillis() / view.resolution().toMillis();
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
    return Math.floorDiv(time, view.resolution().toMillis());
  }

  /** The events that an aggregation sees, by time, then by id, then by value. */
  private static List<Event> occurrences(Aggregation aggregation, List<Event> among) {
    return among.stream()
        .filter(event -> aggregation.where().isEmpty() || Boolean.TRUE.equals(event.flag))
        .filter(
            event ->
                switch (aggregation.function().input()) {
                  case EVENTS ->
                      aggregation.field().isEmpty() || number(aggregation, event) != null;
                  case NUMBERS ->
                      aggregation.function() == Function.DELTA
                          ? value(aggregation, event) != null
                          : number(aggregation, event) != null;
                  case SCALARS ->
                      aggregation.function() == Function.LATEST
                          || value(aggregation, event) != null;
                })
        .sorted(
            Comparator.comparingLong(Event::time)
                .thenComparing(Event::id)
                .thenComparing(event -> value(aggregation, event), Values::compare))
        .toList();
  }

  private static @Nullable Object evaluate(
      Aggregation aggregation, Duration window, long end, List<Event> covered, int rank) {
    int n = covered.size();
    switch (aggregation.function()) {
      case COUNT:
        return (long) n;
      case RATE:
        return n / (window.toMillis() / 1_000.0);
      case COUNT_DISTINCT:
        return covered.stream().map(event -> value(aggregation, event)).distinct().count();
      default:
        break;
    }
    if (n == 0) {
      return null;
    }
    List<Double> numbers =
        aggregation.function().input() == FeatureView.Input.NUMBERS
                && aggregation.function() != Function.DELTA
            ? covered.stream().map(event -> number(aggregation, event)).toList()
            : List.of();
    return switch (aggregation.function()) {
      case SUM -> sum(numbers).doubleValue();
      case AVG -> sum(numbers).doubleValue() / n;
      case MIN -> Collections.min(numbers);
      case MAX -> Collections.max(numbers);
      case VARIANCE -> variance(numbers);
      case STDDEV -> {
        Double variance = variance(numbers);
        yield variance == null ? null : Math.sqrt(variance);
      }
      case QUANTILE ->
          numbers.stream()
              .sorted()
              .toList()
              .get(Math.max(1, (int) Math.ceil(aggregation.parameter().orElseThrow() * n)) - 1);
      case EWMA -> ewma(aggregation, covered);
      case FIRST -> value(aggregation, covered.get(0));
      case LAST, LATEST -> value(aggregation, covered.get(n - 1));
      case LAST_N -> rank < n ? value(aggregation, covered.get(n - 1 - rank)) : null;
      case DELTA ->
          n < 2
              ? null
              : (Double) value(aggregation, covered.get(n - 1))
                  - (Double) value(aggregation, covered.get(n - 2));
      case TOP_K -> top(aggregation, covered, rank);
      case TIME_SINCE_LAST -> sinceLast(covered, end);
      case COUNT, RATE, COUNT_DISTINCT -> throw new AssertionError();
    };
  }

  private static BigDecimal sum(List<Double> numbers) {
    return numbers.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static @Nullable Double variance(List<Double> numbers) {
    long n = numbers.size();
    if (n < 2 || numbers.stream().anyMatch(number -> Math.abs(number) > 0x1p479)) {
      return null;
    }
    BigDecimal squares =
        numbers.stream()
            .map(number -> new BigDecimal(number).pow(2))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    BigDecimal numerator = squares.multiply(BigDecimal.valueOf(n)).subtract(sum(numbers).pow(2));
    return numerator.doubleValue() / ((double) n * (n - 1));
  }

  private static double ewma(Aggregation aggregation, List<Event> covered) {
    double halfLife = aggregation.parameter().orElseThrow();
    long newest = covered.get(covered.size() - 1).time;
    double numbers = 0;
    double weights = 0;
    long block = (long) halfLife * 64;
    for (Event event : covered) {
      if (Math.floorDiv(event.time, block) < Math.floorDiv(newest, block) - 1) {
        continue; // weighs nothing, by definition
      }
      double weight = Math.pow(2, (event.time - newest) / halfLife);
      numbers += weight * number(aggregation, event);
      weights += weight;
    }
    return numbers / weights;
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

  private static @Nullable Double sinceLast(List<Event> covered, long end) {
    List<Long> times = covered.stream().map(Event::time).distinct().sorted().toList();
    List<Long> two = times.subList(Math.max(0, times.size() - 2), times.size());
    OptionalLong last = two.stream().mapToLong(time -> time).filter(time -> time < end).max();
    return last.isPresent()
        ? Double.valueOf((end - last.getAsLong()) / 1_000.0)
        : two.size() == 2 ? Double.valueOf(0) : null;
  }

  private static @Nullable Double number(Aggregation aggregation, Event event) {
    Double number =
        switch (aggregation.field().orElse("")) {
          case "value" -> event.value;
          case "flag" -> event.flag == null ? null : Double.valueOf(event.flag ? 1 : 0);
          default -> throw new AssertionError(aggregation);
        };
    return number == null || !(Math.abs(number) < 0x1p960) ? null : Double.valueOf(number + 0.0);
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
