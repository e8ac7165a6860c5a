package io.leat.retraining.policy;

import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.DriftAlert;
import java.time.Duration;
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
 * incident: so the doubt ends one window later, when the episode's monitor has evaluated so many,
 * and has not closed it. Windows that say nothing close nothing, and do not count.
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
   * @param looked the last windows that a monitor has evaluated, {@link #remembered} or more
   */
  Optional<Doubt> of(
      DriftAlert episode, List<Incident> incidents, Function<Looker, List<Span>> looked) {
    Optional<Monitor> monitor = Optional.ofNullable(monitors.get(episode.getMonitor()));
    if (monitor.isEmpty()) {
      return Optional.empty(); // nobody looks any more
    }
    Span evidence = evidence(episode);
    Looker looker = new Looker(episode.getKind(), episode.getMonitor());
    List<Span> windows = looked.apply(looker);
    return incidents.stream()
        .filter(
            incident ->
                !episode.getKind().equals(AlertKinds.DRIFT)
                    || !incident.monitor().equals(episode.getMonitor()))
        .filter(incident -> incident.span().overlaps(evidence))
        .filter(incident -> !hasSettled(incident, looker, windows))
        .max(Comparator.comparing(incident -> incident.span().to()))
        .map(incident -> new Doubt(incident, episode.getMonitor(), remembered(looker)));
  }

  /** How many windows a monitor has to evaluate after an incident; so many are remembered. */
  int remembered(Looker looker) {
    return 1
        + Optional.ofNullable(monitors.get(looker.monitor())).map(Monitor::closeAfter).orElse(0);
  }

  private boolean hasSettled(Incident incident, Looker looker, List<Span> looked) {
    return looked.stream().filter(window -> !window.from().isBefore(incident.span().to())).count()
        >= remembered(looker);
  }

  /**
   * Whether episodes go by a window that has a metric: of those that slide evidence takes in only
   * those that do not overlap.
   */
  boolean decides(Looker looker, Span window) {
    return Optional.ofNullable(monitors.get(looker.monitor()))
        .filter(monitor -> monitor.windows().areSliding())
        .filter(monitor -> monitor.rule() == Monitor.Rule.SEQUENTIAL)
        .map(monitor -> monitor.window().toMillis())
        .filter(length -> Math.floorMod(window.from().toEpochMilli(), length) != 0)
        .isEmpty();
  }

  /**
   * Whether nothing that may yet be told of can go by the time of an incident: each of the model's
   * monitors has looked so far beyond it that what opens later does not reach back to it, and what
   * is open is in no doubt.
   */
  boolean isPast(Incident incident, String model, Function<Looker, List<Span>> looked) {
    return inOrder.stream()
        .filter(monitor -> monitor.model().equals(model))
        .allMatch(
            monitor ->
                lookers(monitor)
                    .allMatch(
                        looker -> {
                          List<Span> windows = looked.apply(looker);
                          return hasSettled(incident, looker, windows)
                              && isPast(incident, monitor, windows.get(windows.size() - 1));
                        }));
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
