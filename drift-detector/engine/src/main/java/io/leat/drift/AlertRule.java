package io.leat.drift;

import io.leat.common.Sha256;
import io.leat.drift.AlertState.Open;
import io.leat.drift.AlertState.Past;
import io.leat.drift.Threshold.Level;
import io.leat.drift.statistic.Statistic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The life of a feature's alerts. A pure function of the windows, given in order of event time.
 *
 * <ul>
 *   <li>A severity is reached when, by one statistic, this window and at least k of the last n have
 *       it (CRITICAL counts as WARN too). Reached without an open alert, it opens one.
 *   <li>A feature has one open alert at most. Where a WARN alert is open and CRITICAL is reached,
 *       the open one closes and a CRITICAL one opens in the same window: slow drift is not stuck at
 *       its first severity.
 *   <li>An alert closes after m windows in a row in which its statistic was evaluated and no
 *       statistic of the feature drifted; what was remembered is forgotten with it. Of a statistic
 *       that the monitor no longer measures, any other takes the place.
 *   <li>A window that is absent (no vectors), or holds too few values to be evaluated, is no
 *       evidence either way: "the last n" and "m in a row" pass over it.
 * </ul>
 */
final class AlertRule {
  private static final int ID_BYTES = 16;

  private final String monitor;
  private final String feature;
  private final CalibratedMonitor.Settings settings;
  private final Set<Statistic> measured;

  /**
   * @param measured the statistics that the monitor measures of the feature
   */
  AlertRule(String feature, CalibratedMonitor.Settings settings, Set<Statistic> measured) {
    this.monitor = settings.monitor();
    this.feature = feature;
    this.settings = settings;
    this.measured = measured;
  }

  /** A statistic of one window, with the threshold that evaluates it. */
  record Evaluated(Threshold threshold, double value) {
    Level level() {
      return threshold.level(value);
    }

    /** How far it lies beyond, in units that all statistics share: 1 is critical. */
    double size() {
      return value / threshold.critical();
    }
  }

  /** An alert that opened or closed in a window. */
  record Change(boolean opened, Open alert, Evaluated evaluated) {}

  /** What a window did. */
  record Step(AlertState state, List<Change> changes) {}

  /**
   * Takes the next window.
   *
   * @param evaluated the statistics that could be evaluated in it
   */
  Step next(AlertState state, long windowStart, List<Evaluated> evaluated) {
    if (evaluated.isEmpty()) {
      return new Step(state, List.of());
    }
    Map<Statistic, List<Past>> recent = remember(state, windowStart, evaluated);
    Optional<Change> reached =
        evaluated.stream()
            .map(j -> reached(j, recent.getOrDefault(j.threshold().statistic(), List.of())))
            .flatMap(Optional::stream)
            .max(
                Comparator.comparing((Change change) -> change.alert().severity())
                    .thenComparing(change -> change.evaluated().size()));
    return state.open().isEmpty()
        ? open(recent, reached)
        : goOn(state, state.open().get(), recent, evaluated, reached);
  }

  private Map<Statistic, List<Past>> remember(
      AlertState state, long windowStart, List<Evaluated> evaluated) {
    Map<Statistic, List<Past>> recent = new HashMap<>(state.recent());
    for (Evaluated j : evaluated) {
      List<Past> windows =
          new ArrayList<>(recent.getOrDefault(j.threshold().statistic(), List.of()));
      windows.add(new Past(windowStart, j.level()));
      int from = Math.max(0, windows.size() - settings.openOf());
      recent.put(j.threshold().statistic(), List.copyOf(windows.subList(from, windows.size())));
    }
    return recent;
  }

  /** The highest severity that a statistic has reached, as the alert that it would open. */
  private Optional<Change> reached(Evaluated evaluated, List<Past> windows) {
    for (Level severity : List.of(Level.CRITICAL, Level.WARN)) {
      List<Past> drifted =
          windows.stream().filter(past -> past.level().compareTo(severity) >= 0).toList();
      if (evaluated.level().compareTo(severity) >= 0 && drifted.size() >= settings.openAfter()) {
        Statistic statistic = evaluated.threshold().statistic();
        String id = alertId(statistic, drifted.get(0).start());
        return Optional.of(new Change(true, new Open(id, statistic, severity), evaluated));
      }
    }
    return Optional.empty();
  }

  private static Step open(Map<Statistic, List<Past>> recent, Optional<Change> reached) {
    return new Step(
        new AlertState(recent, reached.map(Change::alert), 0),
        reached.map(List::of).orElse(List.of()));
  }

  private Step goOn(
      AlertState state,
      Open alert,
      Map<Statistic, List<Past>> recent,
      List<Evaluated> evaluated,
      Optional<Change> reached) {
    Optional<Evaluated> own =
        evaluated.stream()
            .filter(
                j ->
                    j.threshold().statistic() == alert.statistic()
                        || !measured.contains(alert.statistic()))
            .findFirst();
    if (evaluated.stream().anyMatch(j -> j.level() != Level.CLEAN)) {
      if (alert.severity() == Level.WARN
          && reached.isPresent()
          && reached.get().alert().severity() == Level.CRITICAL) {
        Change closed = new Change(false, alert, own.orElse(reached.get().evaluated()));
        return new Step(
            new AlertState(recent, reached.map(Change::alert), 0), List.of(closed, reached.get()));
      }
      return new Step(new AlertState(recent, state.open(), 0), List.of());
    }
    int clean = state.cleanWindows() + (own.isPresent() ? 1 : 0);
    if (own.isPresent() && clean >= settings.closeAfter()) {
      return new Step(AlertState.NONE, List.of(new Change(false, alert, own.get())));
    }
    return new Step(new AlertState(recent, state.open(), clean), List.of());
  }

  /**
   * The same for the same monitor, feature, statistic and first drifted window: 128 bits of their
   * SHA-256, hex.
   */
  private String alertId(Statistic statistic, long firstWindow) {
    String cause = String.join("\n", monitor, feature, statistic.name(), "" + firstWindow);
    return Sha256.hex(cause).substring(0, 2 * ID_BYTES);
  }
}
