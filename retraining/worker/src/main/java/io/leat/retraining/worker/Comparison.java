package io.leat.retraining.worker;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Calibration;
import io.leat.evaluation.Estimate;
import io.leat.evaluation.Losses;
import io.leat.records.RunMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What challenger and champion say of the same rows, which neither has learnt from.
 *
 * @param labels the truth
 * @param challenger its scores
 * @param champion its scores; empty where there is no champion, or it reads other features
 * @param latencyNanos time that the challenger takes for one row, 99 of 100
 */
@SuppressWarnings("ArrayRecordComponent") // made once, and only read
record Comparison(
    boolean[] labels, double[] challenger, Optional<double[]> champion, long latencyNanos) {
  int rows() {
    return labels.length;
  }

  /** Whether scores are probabilities, so that they have a log loss. */
  static boolean areProbabilities(double[] scores) {
    return Arrays.stream(scores).allMatch(score -> score >= 0 && score <= 1);
  }

  /** Log loss of each row, in nats. */
  double[] losses(double[] scores) {
    return IntStream.range(0, rows())
        .mapToDouble(row -> Losses.logLoss(scores[row], labels[row]))
        .toArray();
  }

  /** The figures of both. */
  List<RunMetric> metrics() {
    List<RunMetric> metrics = new ArrayList<>(metrics("challenger", challenger));
    champion.ifPresent(scores -> metrics.addAll(metrics("champion", scores)));
    metrics.add(metric("challenger", "latency_p99_seconds", latencyNanos / 1e9, null));
    return metrics;
  }

  private List<RunMetric> metrics(String candidate, double[] scores) {
    List<RunMetric> metrics = new ArrayList<>();
    metrics.add(metric(candidate, "rows", rows(), null));
    if (rows() == 0) {
      return metrics;
    }
    Estimate auc = Auc.estimate(scores, labels);
    metrics.add(metric(candidate, "auc", auc.value(), auc));
    if (areProbabilities(scores)) {
      metrics.add(
          metric(
              candidate,
              "log_loss",
              Arrays.stream(losses(scores)).average().orElse(Double.NaN),
              null));
      metrics.add(
          metric(
              candidate,
              "brier",
              IntStream.range(0, rows())
                  .mapToDouble(row -> Losses.brier(scores[row], labels[row]))
                  .average()
                  .orElse(Double.NaN),
              null));
      metrics.add(
          metric(candidate, "ece_equal_count_10", Calibration.of(scores, labels).error(), null));
    }
    return metrics;
  }

  private static RunMetric metric(
      String candidate, String name, double value, @Nullable Estimate estimate) {
    return RunMetric.newBuilder()
        .setCandidate(candidate)
        .setSplit("compared")
        .setMetric(name)
        .setValue(value)
        .setLow(estimate == null ? null : estimate.low())
        .setHigh(estimate == null ? null : estimate.high())
        .build();
  }
}
