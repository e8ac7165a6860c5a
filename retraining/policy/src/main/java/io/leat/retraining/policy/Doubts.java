package io.leat.retraining.policy;

import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.DriftAlert;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether an episode may be the doing of an incident of data quality that has closed before it was
 * told of, as labels that come late make it.
 *
 * <p>An episode goes by the window that opened it and by those before it that decided with it: as
 * many as its monitor's {@code open_after} looks back. What overlaps them with an incident is in
 * doubt. Were it the incident's doing, it would be over {@code close_after} windows after the
 * incident: so the doubt ends one window later, when the episode's monitor has looked at that and
 * has not closed it.
 *
 * <p>Drift that the incident's own monitor saw is not in doubt: that monitor closes with the
 * incident what is its doing. Knows the definitions alone; thread-safe.
 */
final class Doubts {
  private final Map<String, Monitor> monitors;
  private final List<Monitor> inOrder;

  Doubts(Pipeline pipeline) {
    this.inOrder = pipeline.monitors();
    this.monitors = inOrder.stream().collect(Collectors.toMap(Monitor::name, Function.identity()));
  }

  /** A kind of episodes that a monitor tells of. */
  record Looker(String kind, String monitor) {}

  /**
   * The incident that an episode of data quality was.
   *
   * @param opened as it was told first
   * @param closed as it was told last
   */
  Incident incident(DriftAlert opened, DriftAlert closed) {
    return new Incident(
        closed.getAlertId(),
        closed.getMonitor(),
        new Span(evidence(opened).from(), closed.getWindowEnd()));
  }

  /** The event time that an episode goes by. */
  private Span evidence(DriftAlert episode) {
    int before =
        Optional.ofNullable(monitors.get(episode.getMonitor()))
            .map(monitor -> monitor.openOf() - 1)
            .orElse(0);
    return new Span(
        episode.getWindowStart().minus(length(episode).multipliedBy(before)),
        episode.getWindowEnd());
  }

  private static Duration length(DriftAlert episode) {
    return Duration.between(episode.getWindowStart(), episode.getWindowEnd());
  }

  /**
   * The doubt about an episode; empty where there is none, or no more.
   *
   * @param episode as it was told first
   * @param incidents of its model
   * @param looked the last window that a monitor has looked at
   */
  Optional<Doubt> of(
      DriftAlert episode, List<Incident> incidents, Function<Looker, Optional<Span>> looked) {
    Optional<Monitor> monitor = Optional.ofNullable(monitors.get(episode.getMonitor()));
    if (monitor.isEmpty()) {
      return Optional.empty(); // nobody looks any more
    }
    Duration settles = length(episode).multipliedBy(monitor.get().closeAfter() + 1L);
    Span evidence = evidence(episode);
    Instant until =
        looked
            .apply(new Looker(episode.getKind(), episode.getMonitor()))
            .map(Span::to)
            .orElse(Instant.MIN);
    return incidents.stream()
        .filter(
            incident ->
                !episode.getKind().equals(AlertKinds.DRIFT)
                    || !incident.monitor().equals(episode.getMonitor()))
        .filter(incident -> incident.span().overlaps(evidence))
        .map(
            incident ->
                new Doubt(incident, episode.getMonitor(), incident.span().to().plus(settles)))
        .filter(doubt -> until.isBefore(doubt.until()))
        .max(Comparator.comparing(Doubt::until));
  }

  /**
   * Whether nothing that may yet be told of can go by the time of an incident: each of the model's
   * monitors has looked so far beyond it that what opens later does not reach back to it, and what
   * is open is in no doubt.
   */
  boolean isPast(Incident incident, String model, Function<Looker, Optional<Span>> looked) {
    return inOrder.stream()
        .filter(monitor -> monitor.model().equals(model))
        .allMatch(
            monitor ->
                lookers(monitor)
                    .allMatch(
                        looker ->
                            looked
                                .apply(looker)
                                .filter(window -> isPast(incident, monitor, window))
                                .isPresent()));
  }

  private static boolean isPast(Incident incident, Monitor monitor, Span window) {
    Duration length = Duration.between(window.from(), window.to());
    long windows = (long) monitor.openOf() + monitor.closeAfter();
    return !window.to().isBefore(incident.span().to().plus(length.multipliedBy(windows)));
  }

  private static Stream<Looker> lookers(Monitor monitor) {
    Stream<Looker> drift = Stream.of(new Looker(AlertKinds.DRIFT, monitor.name()));
    return monitor.performance().isEmpty()
        ? drift
        : Stream.concat(drift, Stream.of(new Looker(AlertKinds.PERFORMANCE, monitor.name())));
  }
}
