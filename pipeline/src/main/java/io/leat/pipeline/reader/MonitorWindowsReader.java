package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code window} and {@code every} of a monitor. */
final class MonitorWindowsReader {
  /** How long the panes of windows by count are. */
  static final Duration DEFAULT_PANE = Duration.ofMinutes(1);

  private static final Pattern COUNT = Pattern.compile("(\\d{1,9})\\s+events?");

  private MonitorWindowsReader() {}

  static Optional<MonitorWindows> read(Block monitor) {
    Optional<Value> window = monitor.get("window");
    Optional<Value> every = monitor.get("every");
    Optional<Duration> pane = every.flatMap(Value::duration);
    if (window.isEmpty() || every.isPresent() && pane.isEmpty()) {
      return Optional.empty();
    }
    Matcher count = COUNT.matcher(window.get().text().orElse(""));
    if (!count.matches()) {
      return window.get().duration().flatMap(length -> ofTime(length, every, pane.orElse(length)));
    }
    int events = Integer.parseInt(count.group(1));
    if (events == 0) {
      window.get().problem("window is 0 events; expected at least one, as in 5000 events");
      return Optional.empty();
    }
    refuse(monitor, "performance", "the performance of a model");
    refuse(monitor, "quality", "data quality");
    return Optional.of(MonitorWindows.ofEvents(events, pane.orElse(DEFAULT_PANE)));
  }

  private static void refuse(Block monitor, String key, String what) {
    monitor
        .get(key)
        .ifPresent(
            value ->
                value.problem(
                    "%s is seen by windows of time, and this monitor's are by count; remove %s, or declare it in a monitor whose window is a duration",
                    what, key));
  }

  private static Optional<MonitorWindows> ofTime(
      Duration length, Optional<Value> every, Duration pane) {
    if (!MonitorWindows.divides(pane, length)) {
      every.ifPresent(
          value ->
              value.problem(
                  "every is %s and the window %s; expected a time of which a whole number makes the window%s",
                  Durations.format(pane), Durations.format(length), example(length)));
      return Optional.empty();
    }
    if (length.toMillis() / pane.toMillis() > MonitorWindows.MOST_PANES) {
      every.ifPresent(
          value ->
              value.problem(
                  "every is %s and the window %s, which is %d times as long; expected at most %d times, since so many parts of a window are kept",
                  Durations.format(pane),
                  Durations.format(length),
                  length.toMillis() / pane.toMillis(),
                  MonitorWindows.MOST_PANES));
      return Optional.empty();
    }
    return Optional.of(MonitorWindows.sliding(length, pane));
  }

  /** A unit that fits, where one does. */
  private static String example(Duration length) {
    for (Duration unit : new Duration[] {Duration.ofDays(1), Duration.ofHours(1), DEFAULT_PANE}) {
      if (MonitorWindows.divides(unit, length)) {
        return ", as " + Durations.format(unit) + " does";
      }
    }
    return "";
  }
}
