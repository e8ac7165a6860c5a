package io.leat.retraining.worker;

import io.leat.evaluation.Estimate;
import io.leat.evaluation.Performance;
import io.leat.records.RunMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What challenger and champion say of the same rows, which neither has learnt from.
 *
 * @param labels the truth
 * @param entities whose row it is: rows of one hang together
 * @param segments feature to its value in each row, as text
 * @param challenger its scores
 * @param champion its scores; empty where there is no champion, or it reads other features
 * @param latencyMillis time that the challenger takes for one row, 99 of 100; NaN of no rows
 * @param sizeBytes of the challenger's file; NaN where it is not known
 * @param decides whether a score leads to a decision; empty where none is taken
 */
@SuppressWarnings("ArrayRecordComponent") // made once, and only read
public record Comparison(
    boolean[] labels,
    List<String> entities,
    Map<String, List<String>> segments,
    double[] challenger,
    Optional<double[]> champion,
    double latencyMillis,
    double sizeBytes,
    Optional<DoublePredicate> decides) {
  /** Fewer rows of a segment tell nothing. */
  private static final int LEAST_ROWS = 100;

  public Comparison {
    entities = List.copyOf(entities);
    segments = Map.copyOf(segments);
  }

  /** Of models of which nothing but their scores is known. */
  public Comparison(
      boolean[] labels,
      List<String> entities,
      Map<String, List<String>> segments,
      double[] challenger,
      Optional<double[]> champion,
      double latencyMillis) {
    this(
        labels,
        entities,
        segments,
        challenger,
        champion,
        latencyMillis,
        Double.NaN,
        Optional.empty());
  }

  /** The same rows, with what else is known of the challenger. */
  Comparison with(double bytes, Optional<DoublePredicate> decisions) {
    return new Comparison(
        labels, entities, segments, challenger, champion, latencyMillis, bytes, decisions);
  }

  int rows() {
    return labels.length;
  }

  /** The labels as numbers. */
  double[] numbers() {
    return IntStream.range(0, rows()).mapToDouble(row -> labels[row] ? 1 : 0).toArray();
  }

  /** The figures of both, of all rows and of the segments that have enough. */
  List<RunMetric> metrics() {
    int[] all = IntStream.range(0, rows()).toArray();
    List<RunMetric> metrics = new ArrayList<>(metrics("", all));
    metrics.add(metric("challenger", "", "latency_p99_ms", latencyMillis, null));
    if (!Double.isNaN(sizeBytes)) {
      metrics.add(metric("challenger", "", "size_bytes", sizeBytes, null));
    }
    new TreeMap<>(segments)
        .forEach(
            (field, values) -> {
              Map<String, List<Integer>> byValue = new TreeMap<>();
              for (int row = 0; row < rows(); row++) {
                byValue.computeIfAbsent(values.get(row), value -> new ArrayList<>()).add(row);
              }
              byValue.forEach(
                  (value, rows) -> {
                    if (rows.size() >= LEAST_ROWS) {
                      metrics.addAll(
                          metrics(
                              field + "=" + value,
                              rows.stream().mapToInt(Integer::intValue).toArray()));
                    }
                  });
            });
    return metrics;
  }

  private List<RunMetric> metrics(String segment, int[] rows) {
    List<RunMetric> metrics = new ArrayList<>(metrics("challenger", segment, challenger, rows));
    champion.ifPresent(scores -> metrics.addAll(metrics("champion", segment, scores, rows)));
    return metrics;
  }

  private List<RunMetric> metrics(
      String candidate, String segment, double[] allScores, int[] rows) {
    List<RunMetric> metrics = new ArrayList<>();
    metrics.add(metric(candidate, segment, "rows", rows.length, null));
    if (rows.length == 0) {
      return metrics;
    }
    double[] scores = Arrays.stream(rows).mapToDouble(row -> allScores[row]).toArray();
    boolean[] truths = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      truths[i] = labels[rows[i]];
    }
    Performance performance = Performance.of(scores, truths, clusters(rows));
    metrics.add(metric(candidate, segment, "auc", performance.auc()));
    performance
        .probabilities()
        .ifPresent(
            of -> {
              metrics.add(metric(candidate, segment, "log_loss", of.logLoss()));
              metrics.add(metric(candidate, segment, "brier", of.brier()));
              metrics.add(
                  metric(candidate, segment, "ece_equal_count_10", of.calibration().error(), null));
            });
    return metrics;
  }

  /** Rows of one entity have one number. */
  private int[] clusters(int[] rows) {
    Map<String, Integer> numbers = new HashMap<>();
    return Arrays.stream(rows)
        .map(row -> numbers.computeIfAbsent(entities.get(row), entity -> numbers.size()))
        .toArray();
  }

  private static RunMetric metric(
      String candidate, String segment, String name, Estimate estimate) {
    return metric(candidate, segment, name, estimate.value(), estimate);
  }

  private static RunMetric metric(
      String candidate, String segment, String name, double value, @Nullable Estimate estimate) {
    return RunMetric.newBuilder()
        .setCandidate(candidate)
        .setSplit("compared")
        .setSegment(segment)
        .setMetric(name)
        .setValue(value)
        .setLow(estimate == null ? null : estimate.low())
        .setHigh(estimate == null ? null : estimate.high())
        .build();
  }
}
