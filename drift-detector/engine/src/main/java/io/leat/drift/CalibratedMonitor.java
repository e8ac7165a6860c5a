package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.leat.pipeline.definition.Embedding;
import io.leat.pipeline.definition.Monitor;
import java.util.List;

/**
 * A monitor's thresholds, and the settings that they were calibrated for.
 *
 * @param thresholds one a stream and statistic, features in the service's order
 * @param segments the references of the streams that are of a segment, or of an embedding
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

  /**
   * What of a monitor its thresholds depend on; as {@link Monitor} says.
   *
   * @param windowMillis length of a window of time; of a pane where windows are by count
   * @param everyMillis length of a pane where windows slide and thresholds decide in each; else 0:
   *     evidence goes by those windows alone that do not overlap
   * @param events least number of vectors of a window by count; else 0
   */
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
      int closeAfter,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) long everyMillis,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int events,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> embeddings) {
    public Settings {
      embeddings = List.copyOf(embeddings);
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
          monitor.closeAfter(),
          monitor.windows().areSliding() && monitor.rule() == Monitor.Rule.THRESHOLDS
              ? monitor.windows().every().toMillis()
              : 0,
          monitor.windows().events(),
          monitor.embeddings().stream().map(Embedding::describe).toList());
    }

    @JsonIgnore
    boolean isSliding() {
      return everyMillis > 0;
    }

    @JsonIgnore
    boolean isCounted() {
      return events > 0;
    }

    /** Of how many panes a window of time is. */
    @JsonIgnore
    int panes() {
      return isSliding() ? (int) (windowMillis / everyMillis) : 1;
    }
  }
}
