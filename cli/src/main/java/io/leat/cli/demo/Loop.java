package io.leat.cli.demo;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Estimate;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.GateResult;
import io.leat.records.Outcome;
import io.leat.records.RunState;
import io.leat.records.Score;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Fraud moves, and the loop closes: from an episode to a version that is better. */
final class Loop extends Story {
  /** Kinds of alerts that are about a change of the town. */
  private static final Set<String> CHANGES = Set.of("drift", "performance");

  private final LabelledScores labelled = new LabelledScores();
  private final Map<String, DriftAlert> episodes = new LinkedHashMap<>();
  private final Map<String, Long> openedAt = new LinkedHashMap<>();
  private final Set<String> roles = new HashSet<>();
  private boolean hasChanged;
  private boolean isPromoted;
  private boolean isProven;

  Loop(Play play, Consumer<String> told) {
    super(play, told);
  }

  @Override
  void score(Score score, long appended) {
    super.score(score, appended);
    if (!hasChanged && !score.getEventTime().isBefore(play().changesAt())) {
      hasChanged = true;
      happened(
          "fraud moves",
          appended,
          "FRAUD MOVES with payment %,d: stolen cards pay small amounts at night"
              .formatted(vectors()));
    }
    if (!isPromoted && version(score) > 1) {
      isPromoted = true;
      happened(
          "version %d decides".formatted(version(score)),
          appended,
          "version %d decides, %,d payments after the change"
              .formatted(version(score), since(appended)));
    }
  }

  @Override
  void outcome(Outcome outcome, long appended) {
    labelled.add(outcome);
    roles.add(outcome.getModelNumber() + " " + outcome.getRole());
    if (!isProven && isPromoted && labelled.proofs() >= play().proof()) {
      isProven = true;
      happened(
          "labels prove it",
          appended,
          "%,d payments that version 2 decided and version 1 scored in the shadow have their label"
              .formatted(play().proof()));
    }
  }

  @Override
  void metric(DriftMetric metric) {
    // what is wrong are the decisions, which the labels tell
  }

  @Override
  void alert(DriftAlert alert, long appended) {
    if (!CHANGES.contains(alert.getKind())) {
      tell("%s, %s: %s".formatted(alert.getKind(), alert.getState(), alert.getMessage()));
      return;
    }
    DriftAlert before = episodes.put(alert.getAlertId(), alert);
    if (before == null && alert.getState() == AlertState.OPEN) {
      openedAt.put(alert.getAlertId(), appended);
      opens(alert, appended);
    } else if (alert.getState() == AlertState.CLOSED) {
      tell("episode %s closes: %s".formatted(alert.getAlertId(), alert.getMessage()));
    }
  }

  @Override
  boolean wantsShadow() {
    return isPromoted;
  }

  /** Whether both versions have scored enough of the same payments, and labels are there. */
  @Override
  boolean isOver() {
    return isProven;
  }

  /** Whether the loop ended before the new version decided. */
  @Override
  boolean hasFailed() {
    return runs().stream()
        .anyMatch(
            run ->
                List.of(RunState.FAILED, RunState.REJECTED, RunState.LAPSED)
                    .contains(run.getState()));
  }

  @Override
  DriftFigures figures() {
    long early = openedAt.values().stream().filter(time -> since(time) == 0).count();
    List<GateResult> gates = runs().stream().flatMap(run -> run.getGates().stream()).toList();
    Instant from = play().learntUntil();
    Estimate healthy =
        labelled.before(
            row -> !row.time().isBefore(from) && row.time().isBefore(play().changesAt()));
    Auc.Pair pair = labelled.pair(LabelledScores.Row::isProof);
    List<DriftFigures.Bin> bins = bins();
    return new DriftFigures(
        play(),
        steps(),
        List.copyOf(episodes.values()),
        early,
        requests().size(),
        runs(),
        gates,
        roles.contains("2 SHADOW") && roles.contains("2 CHAMPION"),
        healthy,
        labelled.before(row -> !row.time().isBefore(play().changesAt()) && !row.isProof()),
        pair,
        labelled.proofs(),
        labelled.count(row -> row.isProof() && row.label()),
        counted(),
        unscored(),
        bins);
  }

  private List<DriftFigures.Bin> bins() {
    List<DriftFigures.Bin> bins = new ArrayList<>();
    for (Instant start = play().learntUntil();
        now().filter(start::isBefore).isPresent();
        start = start.plus(DriftFigures.BIN)) {
      Instant first = start;
      Instant end = start.plus(DriftFigures.BIN);
      bins.add(
          new DriftFigures.Bin(
              first,
              labelled.before(row -> !row.time().isBefore(first) && row.time().isBefore(end)),
              labelled.after(row -> !row.time().isBefore(first) && row.time().isBefore(end))));
    }
    return bins;
  }
}
