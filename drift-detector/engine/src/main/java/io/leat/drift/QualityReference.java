package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.leat.drift.evidence.Dependence;
import io.leat.drift.evidence.Guarantee;
import io.leat.drift.evidence.WindowSeries;
import io.leat.pipeline.definition.DataQuality.Measure;
import java.util.List;

/**
 * What windows of the reference say of a measure of data quality: what is usual of each column, and
 * what live windows are ranked among.
 *
 * @param guarantee why the budget of false alarms holds
 * @param seasons with how many seasons windows are told apart; 1 for none
 * @param inflation how many windows hang together as if they were one; at least 1
 * @param period of the volume: it is compared with windows so many before, and twice and more; 1 of
 *     all else
 * @param usual by column, and reason where the measure is of nulls; what is not named has a share
 *     of 0
 * @param windows numbers of the windows: their start divided by their length; ascending
 * @param values how far off each was, against the rest of the reference ({@link Usual#score}); of
 *     the volume the distance from the median of those it is compared with ({@link Volumes})
 */
public record QualityReference(
    Measure measure,
    Guarantee guarantee,
    int seasons,
    double inflation,
    int period,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Usual> usual,
    List<Long> windows,
    List<Float> values) {

  private static final Dependence.Windows NOTHING =
      new Dependence.Windows(
          new WindowSeries.Builder().build(), new WindowSeries.Builder().build());

  public QualityReference {
    usual = List.copyOf(usual);
    windows = List.copyOf(windows);
    values = List.copyOf(values);
  }

  /**
   * What is usual of a column.
   *
   * @param reason text of the reason of nulls; empty where the measure is not of nulls
   * @param share of its values, over all of the reference; of windows against the rest on average
   * @param spread standard deviation of the windows' shares, beside that of draws: windows of
   *     different sizes have it in common
   */
  public record Usual(String column, String reason, double share, double spread) {
    /** Deviations are not told apart below this: a fifth of a point. */
    private static final double FINEST = 0.002;

    static Usual none(String column, String reason) {
      return new Usual(column, reason, 0, 0);
    }

    /**
     * How far a share is above what is usual, in standard deviations of windows of its size: in
     * units that all columns and windows have in common.
     *
     * @param of how many values it is a share of
     */
    double score(double found, long of) {
      return (found - share) / (FINEST + Math.sqrt(spread * spread + drawn(share + 1.0 / of, of)));
    }

    /** The variance of the share of so many draws. */
    static double drawn(double share, long of) {
      return Math.max(0, share * (1 - share) / of);
    }
  }

  static QualityReference of(
      Measure measure, int period, List<Usual> usual, WindowSeries series, long windowMillis) {
    Dependence.Finding finding =
        Dependence.of(new Dependence.Windows(series, series), windowMillis, together -> NOTHING);
    return new QualityReference(
        measure,
        finding.guarantee(),
        finding.seasons(),
        finding.inflation(),
        period,
        usual,
        finding.series().windows(),
        finding.series().values());
  }

  /** Of what training data say nothing of. */
  static QualityReference ofNothing(Measure measure) {
    return new QualityReference(measure, Guarantee.NONE, 1, 1, 1, List.of(), List.of(), List.of());
  }

  @JsonIgnore
  Dependence.Finding finding() {
    return new Dependence.Finding(
        guarantee, seasons, 1, inflation, WindowSeries.of(windows, values));
  }
}
