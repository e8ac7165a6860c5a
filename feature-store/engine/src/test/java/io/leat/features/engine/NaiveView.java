package io.leat.features.engine;

import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.FeatureView.Function;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a view means, without any cleverness: keeps every event, and computes each value anew from
 * all of them with decimals of any precision. Knows the one filter {@code flag}.
 */
final class NaiveView {
  record Event(long time, @Nullable Double value, @Nullable Boolean flag) {}

  private final FeatureView view;
  private final List<Event> events = new ArrayList<>();

  NaiveView(FeatureView view) {
    this.view = view;
  }

  void add(Event event) {
    events.add(event);
  }

  long newest() {
    return events.stream().mapToLong(Event::time).max().orElseThrow();
  }

  /** Whether no window that ends at newest - grace or later covers the event's tile. */
  boolean isLate(Event event) {
    if (events.isEmpty()) {
      return false;
    }
    long oldest = newest() - view.grace().toMillis();
    Duration longest = Collections.max(view.windows());
    boolean coveredNow = covers(longest, oldest, event.time);
    boolean coveredLater = tile(event.time) > tile(oldest - view.offset().toMillis());
    return !coveredNow && !coveredLater;
  }

  List<@Nullable Object> evaluate(long time) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Aggregation aggregation : view.aggregations()) {
      for (Duration window : view.windows()) {
        List<Event> covered = events.stream().filter(e -> covers(window, time, e.time)).toList();
        values.add(isKept(window, time) ? evaluate(aggregation, covered) : null);
      }
    }
    return values;
  }

  /** Whether the window begins no earlier than the longest one that ends at newest - grace. */
  private boolean isKept(Duration window, long time) {
    long oldest = newest() - view.grace().toMillis();
    long tilesMore =
        Collections.max(view.windows()).minus(window).toMillis() / view.resolution().toMillis();
    return tile(time - view.offset().toMillis()) + tilesMore
        >= tile(oldest - view.offset().toMillis());
  }

  private boolean covers(Duration window, long time, long eventTime) {
    long head = tile(time - view.offset().toMillis());
    long tiles = window.toMillis() / view.resolution().toMillis();
    return head - tiles < tile(eventTime) && tile(eventTime) <= head;
  }

  private long tile(long time) {
    return Math.floorDiv(time, view.resolution().toMillis());
  }

  private static @Nullable Object evaluate(Aggregation aggregation, List<Event> covered) {
    List<Double> values = new ArrayList<>();
    for (Event event : covered) {
      boolean passes = aggregation.where().isEmpty() || Boolean.TRUE.equals(event.flag);
      Double value = passes ? value(aggregation, event) : null;
      if (value != null && Math.abs(value) < 0x1p960) {
        values.add(value);
      }
    }
    if (aggregation.function() == Function.COUNT) {
      return (long) values.size();
    }
    if (values.isEmpty()) {
      return aggregation.defaultValue().orElse(null);
    }
    double sum =
        values.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add).doubleValue();
    return switch (aggregation.function()) {
      case SUM -> sum;
      case AVG -> sum / values.size();
      case MIN -> Collections.min(values) + 0.0;
      case MAX -> Collections.max(values) + 0.0;
      case COUNT -> throw new AssertionError();
    };
  }

  private static @Nullable Double value(Aggregation aggregation, Event event) {
    String field = aggregation.field().orElse("");
    return switch (field) {
      case "value" -> event.value;
      case "flag" -> event.flag == null ? null : Double.valueOf(event.flag ? 1 : 0);
      case "" -> Double.valueOf(0);
      default -> throw new AssertionError(field);
    };
  }
}
