package io.leat.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Features of one entity out of one event stream.
 *
 * @param name the view's name
 * @param version version of the definition, from 1
 * @param entity what the features are about
 * @param source name of the event that they are made of
 * @param windows lengths of the windows, ascending; each a multiple of the resolution
 * @param resolution length of a tile; 1 ms is {@code exact}
 * @param offset how far behind the time of evaluation every window ends; a multiple of the
 *     resolution, 0 or more
 * @param grace how late, behind the key's newest event, an event may be and still be counted in
 *     full
 * @param aggregations aggregations in declared order
 */
public record FeatureView(
    String name,
    int version,
    Entity entity,
    String source,
    List<Duration> windows,
    Duration resolution,
    Duration offset,
    Duration grace,
    List<Aggregation> aggregations) {
  public FeatureView {
    windows = List.copyOf(windows);
    aggregations = List.copyOf(aggregations);
  }

  /** {@code name@version}: names the view's state. */
  public String id() {
    return name + "@" + version;
  }

  /** What is computed over a window's values. Non-finite and null values are passed over. */
  public enum Function {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX
  }

  /**
   * One aggregation, evaluated over each of the view's windows.
   *
   * @param name the aggregation's name; with a window it names a feature: {@code name_7d}
   * @param field numeric or boolean field (true is 1) of the source; empty for a count of events
   * @param where CEL of type bool over the event's fields; the aggregation sees only events for
   *     which it holds
   * @param defaultValue what stands for null where the window holds no value
   */
  public record Aggregation(
      String name,
      Function function,
      Optional<String> field,
      Optional<Expression> where,
      Optional<Double> defaultValue) {}
}
