package io.leat.drift.explanation;

import io.leat.drift.DriftStream;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a monitor measured, window by window, around an episode. Immutable.
 *
 * @param opened the record that opened the episode
 * @param windows by their start, of complete windows the metrics of the streams that the episode
 *     names, and of the window that opened it all
 * @param sums by the same, what all metrics of a window come to
 */
public record Timeline(
    DriftAlert opened,
    NavigableMap<Instant, Map<Key, DriftMetric>> windows,
    NavigableMap<Instant, Sum> sums) {
  /** So many windows before an episode are what its windows are compared with. */
  public static final int WINDOWS_BEFORE = 7;

  /** A volume of nothing, beside what is usual, counts as this: its logarithm is finite. */
  private static final double LEAST_VOLUME = 1e-9;

  /** A stream by one of its statistics. */
  public record Key(DriftStream stream, String statistic) {
    static Key of(DriftMetric metric) {
      return new Key(
          new DriftStream(metric.getFeature(), Optional.ofNullable(metric.getSegment())),
          metric.getMetric());
    }

    static Key of(DriftedStream stream) {
      return new Key(
          new DriftStream(stream.getFeature(), Optional.ofNullable(stream.getSegment())),
          stream.getMetric());
    }

    /** Whether it is a statistic of drift, and not a measure of data quality. */
    static boolean isStatistic(String metric) {
      return Statistics.all().stream().anyMatch(one -> one.name().equals(metric));
    }
  }

  /**
   * What the metrics of a window come to.
   *
   * @param end of the window
   * @param evidence of all streams that have some
   * @param streams how many these are
   * @param vectors how many the window has; empty where only segments are known
   */
  public record Sum(Instant end, double evidence, long streams, OptionalLong vectors) {
    static Sum of(DriftMetric metric) {
      Double evidence = metric.getEvidence();
      return new Sum(
          metric.getWindowEnd(),
          evidence == null ? 0 : evidence,
          evidence == null ? 0 : 1,
          metric.getSegment() == null ? OptionalLong.of(metric.getEvents()) : OptionalLong.empty());
    }

    Sum and(Sum other) {
      return new Sum(
          end,
          evidence + other.evidence,
          streams + other.streams,
          vectors.isEmpty() || other.vectors.isEmpty()
              ? (vectors.isEmpty() ? other.vectors : vectors)
              : OptionalLong.of(Math.max(vectors.getAsLong(), other.vectors.getAsLong())));
    }
  }

  /**
   * Takes metrics one by one, and keeps of them what an explanation needs: a monitor of many
   * segments has tens of thousands a window. Not thread-safe.
   */
  public static final class Builder {
    private final DriftAlert opened;
    private final boolean ofDrift;
    private final Set<Key> named = new HashSet<>();
    private final NavigableMap<Instant, Map<Key, DriftMetric>> windows = new TreeMap<>();
    private final NavigableMap<Instant, Sum> sums = new TreeMap<>();

    /**
     * @param latest the last record that says what the episode is about
     */
    public Builder(DriftAlert opened, DriftAlert latest) {
      this.opened = opened;
      this.ofDrift = opened.getKind().equals("drift");
      named.add(most(opened));
      opened.getStreams().forEach(stream -> named.add(Key.of(stream)));
      latest.getStreams().forEach(stream -> named.add(Key.of(stream)));
    }

    /** Takes a metric of any monitor, if the episode's evidence is of it. */
    public void add(DriftMetric metric) {
      if (Key.isStatistic(metric.getMetric()) != ofDrift
          || !metric.getMonitor().equals(opened.getMonitor())
          || !metric.getModel().equals(opened.getModel())
          || !metric.getComplete()) {
        return;
      }
      Instant start = metric.getWindowStart();
      sums.merge(start, Sum.of(metric), Sum::and);
      if (named.contains(Key.of(metric)) || start.equals(opened.getWindowStart())) {
        windows.computeIfAbsent(start, of -> new HashMap<>()).put(Key.of(metric), metric);
      }
    }

    public Timeline build() {
      return new Timeline(opened, windows, sums);
    }
  }

  /**
   * Takes what the episode's evidence is of: statistics of drift, or measures of data quality.
   *
   * @param metrics of any monitor, in any order
   */
  public static Timeline of(DriftAlert opened, Iterable<DriftMetric> metrics) {
    Builder builder = new Builder(opened, opened);
    metrics.forEach(builder::add);
    return builder.build();
  }

  /** The stream with most evidence, or the one that the alert is about. */
  private static Key most(DriftAlert opened) {
    return opened.getStreams().stream()
        .max(Comparator.comparingDouble(DriftedStream::getEvidence))
        .map(Key::of)
        .orElse(
            new Key(
                new DriftStream(opened.getFeature(), Optional.ofNullable(opened.getSegment())),
                opened.getMetric()));
  }

  /**
   * The windows to look at. The change shows from the window on since which the stream with most
   * evidence has lost none in any window (what is evaluated some windows at a time gathers none in
   * between), or, where thresholds decide, was beyond its threshold in every window, up to the one
   * that opened the episode.
   */
  public Span span() {
    Duration window = Duration.between(opened.getWindowStart(), opened.getWindowEnd());
    Instant onset = opened.getWindowStart();
    Key most = most(opened);
    for (Map.Entry<Instant, Map<Key, DriftMetric>> earlier :
        windows.headMap(onset, false).descendingMap().entrySet()) {
      if (earlier.getKey().plus(window).isAfter(onset)) {
        continue; // it overlaps
      }
      DriftMetric now = windows.getOrDefault(onset, Map.of()).get(most);
      DriftMetric before = earlier.getValue().get(most);
      if (!earlier.getKey().plus(window).equals(onset)
          || now == null
          || before == null
          || !isPartOf(before, now)) {
        break;
      }
      onset = earlier.getKey();
    }
    return new Span(
        onset.minus(window.multipliedBy(WINDOWS_BEFORE)), onset, opened.getWindowEnd(), window);
  }

  /** Whether the change showed in a window already, as it does in the next. */
  private static boolean isPartOf(DriftMetric before, DriftMetric now) {
    Double value = before.getValue();
    if (value == null) {
      return false;
    }
    Double evidence = before.getEvidence();
    Double later = now.getEvidence();
    return evidence == null || later == null
        ? beyond(before, value) > 1
        : evidence > 1 && evidence <= later && beyond(before, value) > 1 / 2.0;
  }

  /** How far off it is, in units of its threshold; a volume, which may be less or more, too. */
  private static double beyond(DriftMetric metric, double value) {
    return metric.getMetric().equals(Measure.VOLUME.text())
        ? Math.abs(Math.log(Math.max(LEAST_VOLUME, value)) / Math.log(metric.getThreshold()))
        : value / metric.getThreshold();
  }

  /**
   * A stream's usual value: the median over the windows before the change; empty where none is
   * kept.
   */
  OptionalDouble usual(Key stream, Span span) {
    double[] values =
        windows.subMap(span.from(), true, span.onset(), false).values().stream()
            .flatMap(window -> Optional.ofNullable(window.get(stream)).stream())
            .flatMap(metric -> Optional.ofNullable(metric.getValue()).stream())
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    return values.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(values[values.length / 2]);
  }

  /**
   * The monitor's evidence after a window.
   *
   * @param windowEnd when it was known
   * @param odds to 1 against no change
   */
  public record Point(Instant windowEnd, double odds) {}

  /** The evidence after each window, the mean over the streams; empty where thresholds decide. */
  public List<Point> line() {
    return sums.values().stream()
        .filter(window -> window.streams() > 0)
        .map(window -> new Point(window.end(), window.evidence() / window.streams()))
        .toList();
  }

  /**
   * A part of the evidence.
   *
   * @param name of a column, or of a segment; {@code all vectors} for what is of all of them
   * @param share from 0 to 1
   */
  public record Share(String name, double share) {}

  /** Of which columns the evidence is, in the window that opened the episode; the most first. */
  public List<Share> byColumn() {
    return shares(key -> key.stream().feature());
  }

  /** Of which segments it is; empty where the monitor has none. */
  public List<Share> bySegment() {
    List<Share> shares = shares(key -> key.stream().segment().orElse("all vectors"));
    return shares.size() > 1 ? shares : List.of();
  }

  private List<Share> shares(java.util.function.Function<Key, String> name) {
    Map<String, Double> sums =
        windows.getOrDefault(opened.getWindowStart(), Map.of()).entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    entry -> name.apply(entry.getKey()),
                    Collectors.summingDouble(entry -> weight(entry.getValue()))));
    double all = sums.values().stream().mapToDouble(Double::doubleValue).sum();
    return sums.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .map(entry -> new Share(entry.getKey(), entry.getValue() / all))
        .sorted(Comparator.comparingDouble(Share::share).reversed().thenComparing(Share::name))
        .toList();
  }

  /** Its evidence, or by how much of its threshold it is beyond that. */
  private static double weight(DriftMetric metric) {
    Double evidence = metric.getEvidence();
    Double value = metric.getValue();
    if (evidence != null) {
      return evidence;
    }
    return value == null ? 0 : Math.max(0, beyond(metric, value) - 1);
  }
}
