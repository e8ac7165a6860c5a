package io.leat.cli.demo;

import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Outcome;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.records.Score;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
 * What is known of a demonstration, out of records of its topics: takes each in the order of its
 * topic, and tells what is new in a sentence. Owned by one thread.
 */
abstract sealed class Story permits Loop, Incident {
  /** Something that happened, and when the broker took the record that says so. */
  private record Moment(String what, long appended) {}

  private final Play play;
  private final Consumer<String> told;
  private final Set<String> unscored = new HashSet<>();

  /** Events whose score was read before their vector: the topics are read one after the other. */
  private final Set<String> scoredBefore = new HashSet<>();

  private final Times scored = new Times();
  private final List<RetrainingRequest> requests = new ArrayList<>();
  private final Map<String, RetrainingRun> runs = new LinkedHashMap<>();
  private final List<Moment> moments = new ArrayList<>();
  private long vectors;
  private Set<String> last = Set.of();
  private long counted;
  private long deadLetters;

  Story(Play play, Consumer<String> told) {
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
    scored.add(appended, score.getEventTime().toEpochMilli());
  }

  /** The version that scored. */
  static int version(Score score) {
    return score.getModelNumber() == null ? 1 : score.getModelNumber();
  }

  /** A score has met its label. */
  abstract void outcome(Outcome outcome, long appended);

  /** A monitor has measured something. */
  abstract void metric(DriftMetric metric);

  /** A monitor says something. */
  abstract void alert(DriftAlert alert, long appended);

  /** A policy asks for another version. */
  void request(RetrainingRequest request, long appended) {
    requests.add(request);
    happened(
        request.getState() == RequestStatus.ASKED ? "request" : "request lapses",
        appended,
        "REQUEST %s: %s".formatted(request.getState(), request.getReason()));
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

  /** Tells of something that is a step of the whole. */
  final void happened(String what, long appended, String sentence) {
    moments.add(new Moment(what, appended));
    told.accept(sentence);
  }

  /** Tells of something beside the steps. */
  final void tell(String sentence) {
    told.accept(sentence);
  }

  /** An episode opens. */
  final void opens(DriftAlert alert, long appended) {
    happened(
        "episode of " + alert.getKind(),
        appended,
        "EPISODE %s (%s, %s): %s"
            .formatted(
                alert.getAlertId(),
                alert.getKind(),
                alert.getSeverity().name().toLowerCase(Locale.ROOT),
                alert.getMessage()));
  }

  final Play play() {
    return play;
  }

  private long changesAt() {
    return play.changesAt().toEpochMilli();
  }

  /** Event time of the newest score; empty before the first. */
  final Optional<Instant> now() {
    return scored.size == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(scored.events[scored.size - 1]));
  }

  final long vectors() {
    return vectors;
  }

  /** How many payments since the change were scored before the broker took something. */
  final long since(long appended) {
    return scored.since(changesAt(), appended);
  }

  final List<RetrainingRequest> requests() {
    return List.copyOf(requests);
  }

  /** The last record of each run. */
  final List<RetrainingRun> runs() {
    return List.copyOf(runs.values());
  }

  /** What happened, as the broker took it. */
  final List<Figures.Step> steps() {
    return moments.stream()
        .sorted(Comparator.comparingLong(Moment::appended))
        .map(
            moment ->
                new Figures.Step(
                    moment.what(),
                    Instant.ofEpochMilli(scored.reached(moment.appended())),
                    since(moment.appended()),
                    Instant.ofEpochMilli(moment.appended())))
        .toList();
  }

  /** Whether an old version is to go on in the shadow of the one that decides now. */
  boolean wantsShadow() {
    return false;
  }

  /** Whether all has happened that is told of. */
  abstract boolean isOver();

  /** Whether it cannot come to that any more. */
  abstract boolean hasFailed();

  /** The vectors of now are those that have to have a score; later ones do not count. */
  final void close() {
    last = Set.copyOf(unscored);
    counted = vectors;
  }

  /** Vectors before the end. */
  final long counted() {
    return counted;
  }

  /** How many of the vectors that count have no score yet. */
  final long waiting() {
    return last.stream().filter(unscored::contains).count();
  }

  /** Vectors that have no score, or will never have one. */
  final long unscored() {
    return deadLetters + waiting();
  }

  /** All of it in figures. */
  abstract Figures figures();
}
