package io.leat.retraining.worker;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Calibration;
import io.leat.evaluation.ClusteredMean;
import io.leat.evaluation.Estimate;
import io.leat.pipeline.definition.Gates;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Holds a challenger against the champion. A difference passes where its 95 % interval lies within
 * the margin, fails where it lies beyond, and is inconclusive where the rows do not tell.
 */
final class GateCheck {
  private final Comparison rows;
  private final List<GateResult> results = new ArrayList<>();

  private GateCheck(Comparison rows) {
    this.rows = rows;
  }

  /** The results, a gate each; none of those that compare where there is no champion. */
  static List<GateResult> of(Gates gates, Comparison rows, boolean hasChampion) {
    GateCheck check = new GateCheck(rows);
    if (hasChampion) {
      check.compare("auc", gates.auc());
      check.compare("loss", gates.loss());
      check.compare("calibration", gates.calibration());
    }
    gates
        .latency()
        .ifPresent(
            limit ->
                check.add(
                    "latency_p99",
                    rows.latencyNanos() <= limit.toNanos() ? GateVerdict.PASS : GateVerdict.FAIL,
                    Estimate.NONE,
                    rows.latencyNanos() / 1e9,
                    limit.toNanos() / 1e9,
                    "a vector takes %.3f ms, 99 of 100; the limit is %.3f ms"
                        .formatted(rows.latencyNanos() / 1e6, limit.toNanos() / 1e6)));
    return check.results;
  }

  private void compare(String gate, OptionalDouble margin) {
    if (margin.isEmpty()) {
      return;
    }
    double limit = -margin.getAsDouble();
    if (rows.champion().isEmpty()) {
      add(
          gate,
          GateVerdict.INCONCLUSIVE,
          Estimate.NONE,
          Double.NaN,
          limit,
          "the champion reads other features than the service has today, and cannot be scored on them");
      return;
    }
    Estimate better = better(gate, rows.champion().get());
    add(
        gate,
        verdict(better, limit),
        better,
        better.value(),
        limit,
        String.format(
            Locale.ROOT,
            "better than the champion's by %.4f (95 %%: %.4f to %.4f) on %d rows; may be worse by %s",
            better.value(),
            better.low(),
            better.high(),
            rows.rows(),
            margin.getAsDouble()));
  }

  /** By how much the challenger is better. */
  private Estimate better(String gate, double[] champion) {
    double[] challenger = rows.challenger();
    if (rows.rows() == 0) {
      return Estimate.NONE;
    }
    if (gate.equals("auc")) {
      return Auc.pair(champion, challenger, rows.labels()).difference();
    }
    if (!Comparison.areProbabilities(champion) || !Comparison.areProbabilities(challenger)) {
      return Estimate.NONE;
    }
    if (gate.equals("loss")) {
      double[] before = rows.losses(champion);
      double[] after = rows.losses(challenger);
      return ClusteredMean.of(
          IntStream.range(0, rows.rows()).mapToDouble(row -> before[row] - after[row]).toArray(),
          IntStream.range(0, rows.rows()).toArray());
    }
    double difference =
        Calibration.of(champion, rows.labels()).error()
            - Calibration.of(challenger, rows.labels()).error();
    return new Estimate(difference, difference, difference);
  }

  private static GateVerdict verdict(Estimate better, double limit) {
    if (better.low() >= limit) {
      return GateVerdict.PASS;
    }
    return better.high() < limit ? GateVerdict.FAIL : GateVerdict.INCONCLUSIVE;
  }

  private void add(
      String gate,
      GateVerdict verdict,
      Estimate interval,
      double value,
      double limit,
      String message) {
    results.add(
        GateResult.newBuilder()
            .setGate(gate)
            .setVerdict(verdict)
            .setValue(value)
            .setLow(Double.isNaN(interval.low()) ? null : interval.low())
            .setHigh(Double.isNaN(interval.high()) ? null : interval.high())
            .setLimit(limit)
            .setRows((long) rows.rows())
            .setMessage(message)
            .build());
  }
}
