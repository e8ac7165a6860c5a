package io.leat.cli.demo;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Outcome;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.Score;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A producer leaves out a value for some days: an incident, which is mended and not learnt. */
final class Incident extends Story {
  /** So long after it has closed nothing may ask: what was held back would. */
  static final Duration QUIET = Duration.ofDays(5);

  private static final String RETRAINING = "retraining";

  private final Map<String, DriftAlert> incidents = new LinkedHashMap<>();
  private final Map<String, DriftAlert> closed = new LinkedHashMap<>();
  private final Map<String, DriftAlert> beside = new LinkedHashMap<>();
  private final Map<String, Long> openedAt = new LinkedHashMap<>();
  private final Set<Integer> versions = new HashSet<>();
  private final Map<Instant, Double> nulls = new TreeMap<>();

  /** End of the last window that the monitor has measured: the policy's time passes with it. */
  private Instant watched = Instant.EPOCH;

  private boolean haveBegun;
  private boolean haveEnded;

  Incident(Play play, Consumer<String> told) {
    super(play, told);
  }

  @Override
  void score(Score score, long appended) {
    super.score(score, appended);
    versions.add(version(score));
    Instant time = score.getEventTime();
    if (!haveBegun && !time.isBefore(play().changesAt())) {
      haveBegun = true;
      happened(
          "nulls begin",
          appended,
          "NULLS BEGIN with payment %,d: one in four has no amount".formatted(vectors()));
    }
    if (!haveEnded && !time.isBefore(play().nullsEndAt())) {
      haveEnded = true;
      happened("nulls end", appended, "nulls end, %,d payments on".formatted(since(appended)));
    }
  }

  @Override
  void outcome(Outcome outcome, long appended) {
    // what is broken shows before there are labels
  }

  @Override
  void metric(DriftMetric metric) {
    watched = metric.getWindowEnd().isAfter(watched) ? metric.getWindowEnd() : watched;
    if (metric.getFeature().equals(IncidentFigures.COLUMN)
        && !metric.getMetric().equals(IncidentFigures.MEASURE) // which counts no values
        && metric.getSegment() == null
        && metric.getEvents() > 0) {
      nulls.put(metric.getWindowStart(), (double) metric.getNulls() / metric.getEvents());
    }
  }

  @Override
  void alert(DriftAlert alert, long appended) {
    String id = alert.getAlertId();
    if (alert.getKind().equals(RETRAINING)) {
      tell("%s, %s: %s".formatted(alert.getKind(), alert.getState(), alert.getMessage()));
      return;
    }
    boolean isQuality = alert.getKind().equals(IncidentFigures.KIND);
    if (alert.getState() == AlertState.CLOSED) {
      if (isQuality) {
        closed.put(id, alert);
      }
      happened(
          "%s closes".formatted(alert.getKind()),
          appended,
          "episode %s closes: %s".formatted(id, alert.getMessage()));
    } else if ((isQuality ? incidents : beside).putIfAbsent(id, alert) == null) {
      openedAt.put(id, appended);
      opens(alert, appended);
    }
  }

  @Override
  boolean isOver() {
    return haveEnded
        && closed.values().stream().anyMatch(this::isLongAgo)
        && closed.keySet().containsAll(incidents.keySet())
        && of(RequestStatus.LAPSED).size() >= beside.size();
  }

  private List<RetrainingRequest> of(RequestStatus state) {
    return requests().stream().filter(request -> request.getState() == state).toList();
  }

  private boolean isLongAgo(DriftAlert alert) {
    return !alert.getWindowEnd().plus(QUIET).isAfter(watched);
  }

  @Override
  boolean hasFailed() {
    return !of(RequestStatus.ASKED).isEmpty() || !runs().isEmpty();
  }

  @Override
  IncidentFigures figures() {
    return new IncidentFigures(
        play(),
        steps(),
        List.copyOf(incidents.values()),
        List.copyOf(closed.values()),
        List.copyOf(beside.values()),
        openedAt.values().stream().filter(time -> since(time) == 0).count(),
        of(RequestStatus.ASKED).size(),
        of(RequestStatus.LAPSED).stream().map(RetrainingRequest::getReason).toList(),
        runs().size(),
        versions.equals(Set.of(1)),
        counted(),
        unscored(),
        days());
  }

  private List<IncidentFigures.Day> days() {
    List<IncidentFigures.Day> days = new ArrayList<>();
    nulls.forEach((start, share) -> days.add(new IncidentFigures.Day(start, share)));
    return days;
  }
}
