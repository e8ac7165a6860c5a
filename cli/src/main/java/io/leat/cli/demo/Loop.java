package io.leat.cli.demo;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Estimate;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.GateResult;
import io.leat.records.Outcome;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.records.Score;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What is known of the loop, out of records of its topics: takes each in the order of its topic,
 * and tells what is new in a sentence. Owned by one thread.
 */
final class Loop {
  /** Something that happened, and when the broker took the record that says so. */
  record Moment(String what, long appended) {}

  /** Kinds of alerts that are about a change of the town. */
  private static final Set<String> CHANGES = Set.of("drift", "performance");

  private final Play play;
  private final Consumer<String> told;
  private final Set<String> unscored = new HashSet<>();

  /** Events whose score was read before their vector: the topics are read one after the other. */
  private final Set<String> scoredBefore = new HashSet<>();

  private final Times scored = new Times();
  private final LabelledScores labelled = new LabelledScores();
  private final Map<String, DriftAlert> episodes = new LinkedHashMap<>();
  private final Map<String, Long> openedAt = new LinkedHashMap<>();
  private final List<RetrainingRequest> requests = new ArrayList<>();
  private final Map<String, RetrainingRun> runs = new LinkedHashMap<>();
  private final List<Moment> moments = new ArrayList<>();
  private final Set<String> roles = new HashSet<>();
  private long vectors;
  private Set<String> last = Set.of();
  private long counted;
  private long deadLetters;
  private boolean hasChanged;
  private boolean isPromoted;
  private boolean isProven;

  Loop(Play play, Consumer<String> told) {
    this.play = play;
    this.told = told;
  }

  /** Event times of scores, in the order in which the broker took them. */
  private static final class Times {
    private long[] appended = new long[1 << 16];
    private long[] events = new long[1 << 16];
    private int size;

    void add(long atBroker, long event) {
      if (size == appended.length) {
        appended = Arrays.copyOf(appended, 2 * size);
        events = Arrays.copyOf(events, 2 * size);
      }
      appended[size] = atBroker;
      events[size++] = event;
    }

    /** How many scores of a time on or later there were before the broker took something. */
    long since(long event, long atBroker) {
      long count = 0;
      for (int i = 0; i < size && appended[i] < atBroker; i++) {
        count += events[i] >= event ? 1 : 0;
      }
      return count;
    }

    /** The greatest event time that was scored when the broker took something. */
    long reached(long atBroker) {
      long reached = Long.MIN_VALUE;
      for (int i = 0; i < size && appended[i] <= atBroker; i++) {
        reached = Math.max(reached, events[i]);
      }
      return reached;
    }
  }

  /** A vector was made of an event. */
  void vector(String event) {
    vectors++;
    if (!scoredBefore.remove(event)) {
      unscored.add(event);
    }
  }

  /** A vector of which there is no score. */
  void deadLetter() {
    deadLetters++;
  }

  /** A score that counts. */
  void score(Score score, long appended) {
    if (!unscored.remove(score.getEventId())) {
      scoredBefore.add(score.getEventId());
    }
    long time = score.getEventTime().toEpochMilli();
    scored.add(appended, time);
    if (!hasChanged && time >= play.changesAt().toEpochMilli()) {
      hasChanged = true;
      happened(
          "fraud moves",
          appended,
          "FRAUD MOVES with payment %,d: stolen cards pay small amounts at night"
              .formatted(vectors));
    }
    if (!isPromoted && version(score) > 1) {
      isPromoted = true;
      happened(
          "version %d decides".formatted(version(score)),
          appended,
          "version %d decides, %,d payments after the change"
              .formatted(version(score), scored.since(changesAt(), appended)));
    }
  }

  private static int version(Score score) {
    return score.getModelNumber() == null ? 1 : score.getModelNumber();
  }

  /** A score has met its label. */
  void outcome(Outcome outcome, long appended) {
    labelled.add(outcome);
    roles.add(outcome.getModelNumber() + " " + outcome.getRole());
    if (!isProven && isPromoted && labelled.proofs() >= play.proof()) {
      isProven = true;
      happened(
          "labels prove it",
          appended,
          "%,d payments that version 2 decided and version 1 scored in the shadow have their label"
              .formatted(play.proof()));
    }
  }

  /** A monitor says something. */
  void alert(DriftAlert alert, long appended) {
    if (!CHANGES.contains(alert.getKind())) {
      told.accept("%s, %s: %s".formatted(alert.getKind(), alert.getState(), alert.getMessage()));
      return;
    }
    DriftAlert before = episodes.put(alert.getAlertId(), alert);
    if (before == null && alert.getState() == AlertState.OPEN) {
      openedAt.put(alert.getAlertId(), appended);
      happened(
          "episode of " + alert.getKind(),
          appended,
          "EPISODE %s (%s, %s): %s"
              .formatted(
                  alert.getAlertId(),
                  alert.getKind(),
                  alert.getSeverity().name().toLowerCase(Locale.ROOT),
                  alert.getMessage()));
    } else if (alert.getState() == AlertState.CLOSED) {
      told.accept("episode %s closes: %s".formatted(alert.getAlertId(), alert.getMessage()));
    }
  }

  /** A policy asks for another version. */
  void request(RetrainingRequest request, long appended) {
    requests.add(request);
    happened(
        "request", appended, "REQUEST %s: %s".formatted(request.getState(), request.getReason()));
  }

  /** A step of a run is done. */
  void run(RetrainingRun run, long appended) {
    RetrainingRun before = runs.put(run.getRunId(), run);
    if (before != null && before.getState() == run.getState()) {
      if (!before.getStep().equals(run.getStep())) {
        told.accept("run: " + run.getMessage());
      }
      return;
    }
    happened(
        "run " + run.getState().name().toLowerCase(Locale.ROOT),
        appended,
        "run %s: %s%s".formatted(run.getState(), run.getMessage(), details(run)));
  }

  private static String details(RetrainingRun run) {
    return run.getState() == RunState.GATED || run.getState() == RunState.REJECTED
        ? run.getGates().stream()
            .map(
                gate ->
                    "; %s %s: %s".formatted(gate.getGate(), gate.getVerdict(), gate.getMessage()))
            .collect(Collectors.joining())
        : "";
  }

  private void happened(String what, long appended, String sentence) {
    moments.add(new Moment(what, appended));
    told.accept(sentence);
  }

  private long changesAt() {
    return play.changesAt().toEpochMilli();
  }

  /** Greatest event time that was scored; empty before the first. */
  Optional<Instant> now() {
    return scored.size == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(scored.events[scored.size - 1]));
  }

  long vectors() {
    return vectors;
  }

  /** Whether some version other than the first decides. */
  boolean isPromoted() {
    return isPromoted;
  }

  /** Whether both versions have scored enough of the same payments, and labels are there. */
  boolean isProven() {
    return isProven;
  }

  /** Whether the loop ended before the new version decided. */
  boolean hasFailed() {
    return runs.values().stream()
        .anyMatch(
            run ->
                List.of(RunState.FAILED, RunState.REJECTED, RunState.LAPSED)
                    .contains(run.getState()));
  }

  /** The vectors of now are those that have to have a score; later ones do not count. */
  void close() {
    last = Set.copyOf(unscored);
    counted = vectors;
  }

  /** How many of the vectors that count have no score yet. */
  long unscored() {
    return last.stream().filter(unscored::contains).count();
  }

  /** All of it in figures. */
  DriftFigures figures() {
    long change = changesAt();
    List<DriftFigures.Step> steps =
        moments.stream()
            .map(
                moment ->
                    new DriftFigures.Step(
                        moment.what(),
                        Instant.ofEpochMilli(scored.reached(moment.appended())),
                        scored.since(change, moment.appended()),
                        Instant.ofEpochMilli(moment.appended())))
            .toList();
    long early = openedAt.values().stream().filter(time -> scored.since(change, time) == 0).count();
    List<GateResult> gates =
        runs.values().stream().flatMap(run -> run.getGates().stream()).toList();
    Instant from = play.learntUntil();
    Estimate healthy =
        labelled.before(row -> !row.time().isBefore(from) && row.time().isBefore(play.changesAt()));
    Auc.Pair pair = labelled.pair(LabelledScores.Row::isProof);
    List<DriftFigures.Bin> bins = bins();
    return new DriftFigures(
        play,
        steps,
        List.copyOf(episodes.values()),
        early,
        requests.size(),
        List.copyOf(runs.values()),
        gates,
        roles.contains("2 SHADOW") && roles.contains("2 CHAMPION"),
        healthy,
        labelled.before(row -> !row.time().isBefore(play.changesAt()) && !row.isProof()),
        pair,
        labelled.proofs(),
        labelled.count(row -> row.isProof() && row.label()),
        counted,
        deadLetters + unscored(),
        bins);
  }

  private List<DriftFigures.Bin> bins() {
    List<DriftFigures.Bin> bins = new ArrayList<>();
    for (Instant start = play.learntUntil();
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
