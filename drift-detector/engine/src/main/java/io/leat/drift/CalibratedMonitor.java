package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.leat.pipeline.definition.Monitor;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A monitor's thresholds, and the settings that they were calibrated for.
 *
 * @param thresholds one a stream and statistic, features in the service's order
 */
public record CalibratedMonitor(Settings settings, List<Threshold> thresholds) {
  public CalibratedMonitor {
    thresholds = List.copyOf(thresholds);
  }

  /** What of a monitor its thresholds depend on; as {@link Monitor} says. */
  public record Settings(
      String monitor,
      long windowMillis,
      List<String> features,
      int minimumEvents,
      double falseAlarmsPerWeek,
      int openAfter,
      int openOf,
      int closeAfter) {
    public Settings {
      features = List.copyOf(features);
    }

    static Settings of(Monitor monitor) {
      return new Settings(
          monitor.name(),
          monitor.window().toMillis(),
          monitor.features(),
          monitor.minimumEvents(),
          monitor.falseAlarmsPerWeek(),
          monitor.openAfter(),
          monitor.openOf(),
          monitor.closeAfter());
    }

    @JsonIgnore
    Duration window() {
      return Duration.ofMillis(windowMillis);
    }
  }

  /** The thresholds of a stream, one a statistic. */
  List<Threshold> thresholds(DriftStream stream) {
    return thresholds.stream().filter(t -> t.stream().equals(stream)).toList();
  }

  /** Whether these statistics are those that it has thresholds of. */
  boolean measures(List<String> statistics) {
    return thresholds.isEmpty() || statisticNames().equals(Set.copyOf(statistics));
  }

  Set<String> statisticNames() {
    return thresholds.stream().map(t -> t.statistic().name()).collect(Collectors.toSet());
  }
}
