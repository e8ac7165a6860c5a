package io.leat.cli.demo;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Estimate;
import io.leat.records.DriftAlert;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of a demonstration.
 *
 * @param steps what happened, in order
 * @param episodes the last record of each
 * @param early how many of them opened before the change
 * @param requests how many there were
 * @param runs the last record of each
 * @param hasShadowed whether the new version scored in the shadow, and decided later
 * @param healthy AUC of the first version before the change, behind what it learnt from
 * @param struck its AUC from the change on, until another decided
 * @param proof both versions on the same payments, after the new one decides
 * @param rows payments of the proof
 * @param frauds of these
 * @param unscored vectors without a score
 * @param bins AUC by time
 */
record DriftFigures(
    Play play,
    List<Step> steps,
    List<DriftAlert> episodes,
    long early,
    int requests,
    List<RetrainingRun> runs,
    List<GateResult> gates,
    boolean hasShadowed,
    Estimate healthy,
    Estimate struck,
    Auc.Pair proof,
    long rows,
    long frauds,
    long vectors,
    long unscored,
    List<Bin> bins)
    implements Figures {
  static final Duration BIN = Duration.ofDays(5);

  DriftFigures {
    steps = List.copyOf(steps);
    episodes = List.copyOf(episodes);
    runs = List.copyOf(runs);
    gates = List.copyOf(gates);
    bins = List.copyOf(bins);
  }

  /** AUC of both versions over the payments of {@link #BIN}. */
  record Bin(Instant start, Estimate before, Estimate after) {}

  @Override
  public Map<String, Boolean> checks() {
    Map<String, Boolean> checks = new LinkedHashMap<>();
    checks.put("no episode before the change", early == 0);
    checks.put("one episode after it", episodes.size() - early == 1);
    checks.put("one request, one run", requests == 1 && runs.size() == 1);
    checks.put(
        "all gates passed",
        !gates.isEmpty() && gates.stream().allMatch(gate -> gate.getVerdict() == GateVerdict.PASS));
    checks.put(
        "the new version went through the shadow and is the champion",
        hasShadowed && runs.stream().anyMatch(run -> run.getState() == RunState.PROMOTED));
    checks.put("it is better than the old one on the same payments", proof.difference().low() > 0);
    checks.put("no vector unscored", unscored == 0);
    return checks;
  }

  @Override
  public List<String> measured() {
    List<String> lines = new ArrayList<>();
    lines.add("AUC of version 1, before the change         " + text(healthy));
    lines.add("AUC of version 1, until another decided     " + text(struck));
    lines.add("AUC of version 1, in the shadow after it    " + text(proof.baseline()));
    lines.add("AUC of version 2, on the same payments      " + text(proof.candidate()));
    lines.add(
        "gain                                        %s, of %,d payments, %,d of them fraud"
            .formatted(text(proof.difference()), rows, frauds));
    return lines;
  }

  @Override
  public String page() {
    return DriftPage.of(this);
  }

  /** A figure with its interval. */
  static String text(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "not known"
        : String.format(
            Locale.ROOT, "%.3f [%.3f, %.3f]", estimate.value(), estimate.low(), estimate.high());
  }
}
