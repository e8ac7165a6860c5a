package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.leat.drift.evidence.Dependence;
import io.leat.drift.evidence.Guarantee;
import io.leat.drift.evidence.WindowSeries;
import io.leat.drift.statistic.Statistic;
import java.util.List;

/**
 * What windows of the reference say of a statistic of a stream: what live windows are ranked among,
 * and what that promises.
 *
 * @param stream the column, and the segment of vectors
 * @param statistic the statistic; its name in JSON
 * @param guarantee why the budget of false alarms holds
 * @param seasons with how many seasons windows are told apart; 1 for none
 * @param merged how many windows are evaluated together; 1 for none
 * @param inflation how many windows hang together as if they were one; at least 1
 * @param windows numbers of the windows, or of the groups of merged ones: their start divided by
 *     their length; ascending
 * @param values the statistic of each against the rest of the reference
 */
public record StreamReference(
    @JsonProperty("feature") DriftStream stream,
    @JsonSerialize(converter = Threshold.ToName.class)
        @JsonDeserialize(converter = Threshold.FromName.class)
        Statistic statistic,
    Guarantee guarantee,
    int seasons,
    int merged,
    double inflation,
    List<Long> windows,
    List<Float> values) {
  public StreamReference {
    windows = List.copyOf(windows);
    values = List.copyOf(values);
  }

  static StreamReference of(DriftStream stream, Statistic statistic, Dependence.Finding finding) {
    return new StreamReference(
        stream,
        statistic,
        finding.guarantee(),
        finding.seasons(),
        finding.merged(),
        finding.inflation(),
        finding.series().windows(),
        finding.series().values());
  }

  @JsonIgnore
  Dependence.Finding finding() {
    return new Dependence.Finding(
        guarantee, seasons, merged, inflation, WindowSeries.of(windows, values));
  }
}
