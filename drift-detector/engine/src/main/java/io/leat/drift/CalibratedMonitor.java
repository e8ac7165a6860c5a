package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.leat.pipeline.definition.Monitor;
import java.time.Duration;
import java.util.List;

/**
 * A monitor's thresholds, and the settings that they were calibrated for.
 *
 * @param thresholds one a stream and statistic, features in the service's order
 * @param segments the references of the streams that are of a segment
 * @param references what live windows are ranked among, one a threshold, in the same order; empty
 *     in profiles of releases that had thresholds alone
 * @param quality what is usual of data quality, one a measure; empty in profiles of earlier
 *     releases
 */
public record CalibratedMonitor(
    Settings settings,
    List<Threshold> thresholds,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FeatureReference> segments,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<StreamReference> references,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<QualityReference> quality) {
  public CalibratedMonitor {
    quality = List.copyOf(quality);
    thresholds = List.copyOf(thresholds);
    segments = List.copyOf(segments);
    references = List.copyOf(references);
  }

  /** What of a monitor its thresholds depend on; as {@link Monitor} says. */
  public record Settings(
      String monitor,
      long windowMillis,
      List<String> features,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> outputs,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> segments,
      int minimumEvents,
      double falseAlarmsPerWeek,
      int openAfter,
      int openOf,
      int closeAfter) {
    public Settings {
      features = List.copyOf(features);
      outputs = List.copyOf(outputs);
      segments = List.copyOf(segments);
    }

    static Settings of(Monitor monitor) {
      return new Settings(
          monitor.name(),
          monitor.window().toMillis(),
          monitor.features(),
          monitor.outputs(),
          monitor.segments().describe(),
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
}
