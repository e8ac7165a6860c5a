package io.leat.pipeline.definition;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches what a model is fed, and what it says.
 *
 * @param model name of the watched model
 * @param windows how what comes in is cut into windows
 * @param features full names of the watched features; empty: every number, boolean and category of
 *     the model's service, but for the numbers of its embeddings
 * @param outputs what is watched of the model's scores: {@value #SCORE}, {@value #DECISION}, and
 *     its further outputs as {@code outputs.<name>}
 * @param segments by what parts of the vectors are watched by themselves too
 * @param performanceRule when it says that the model does worse; null: it does not look
 * @param statistics names of what is measured of each, in the order of their catalogue
 * @param lateness how far out of order vectors may come and still be counted in their window
 * @param minimumEvents windows with fewer values are measured but never evaluated
 * @param falseAlarmsPerWeek budget for the whole monitor; thresholds are calibrated to it on the
 *     reference
 * @param openAfter an alert opens when this many of the last {@code openOf} windows drifted
 * @param openOf see {@code openAfter}
 * @param closeAfter an alert closes after this many windows in a row without drift
 * @param rule what decides whether something has changed
 * @param quality what is seen of the quality of what comes in
 * @param embeddings vectors of numbers that are watched as one column each
 */
public record Monitor(
    String name,
    String model,
    MonitorWindows windows,
    List<String> features,
    List<String> outputs,
    Segments segments,
    @Nullable PerformanceRule performanceRule,
    List<String> statistics,
    Duration lateness,
    int minimumEvents,
    double falseAlarmsPerWeek,
    int openAfter,
    int openOf,
    int closeAfter,
    Rule rule,
    DataQuality quality,
    List<Embedding> embeddings)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The column of a model's scores. */
  public static final String SCORE = "score";

  /** The column of its decisions; null where none was taken. */
  public static final String DECISION = "decision";

  /** Before the name of a further output. */
  public static final String OUTPUTS = "outputs.";

  /** What decides. */
  public enum Rule {
    /** Evidence over all streams, gathered window after window; opens episodes of the monitor. */
    SEQUENTIAL,
    /** Thresholds that the reference sets; opens alerts of single streams. */
    THRESHOLDS
  }

  public Monitor {
    features = List.copyOf(features);
    outputs = List.copyOf(outputs);
    statistics = List.copyOf(statistics);
    embeddings = List.copyOf(embeddings);
  }

  /** The same monitor by other windows, and with another budget. */
  public Monitor with(MonitorWindows other, double alarmsPerWeek) {
    return new Monitor(
        name,
        model,
        other,
        features,
        outputs,
        segments,
        performanceRule,
        statistics,
        lateness,
        minimumEvents,
        alarmsPerWeek,
        openAfter,
        openOf,
        closeAfter,
        rule,
        quality,
        embeddings);
  }

  /** Length of a window of time; of a pane where windows are by count. */
  public Duration window() {
    return windows.length();
  }

  /** What is seen of the model's performance; empty where nothing is. */
  public Optional<PerformanceRule> performance() {
    return Optional.ofNullable(performanceRule);
  }

  /** A monitor of no embedding. */
  public Monitor(
      String name,
      String model,
      MonitorWindows windows,
      List<String> features,
      List<String> outputs,
      Segments segments,
      @Nullable PerformanceRule performanceRule,
      List<String> statistics,
      Duration lateness,
      int minimumEvents,
      double falseAlarmsPerWeek,
      int openAfter,
      int openOf,
      int closeAfter,
      Rule rule,
      DataQuality quality) {
    this(
        name,
        model,
        windows,
        features,
        outputs,
        segments,
        performanceRule,
        statistics,
        lateness,
        minimumEvents,
        falseAlarmsPerWeek,
        openAfter,
        openOf,
        closeAfter,
        rule,
        quality,
        List.of());
  }

  /** A monitor of tumbling windows. */
  public Monitor(
      String name,
      String model,
      Duration window,
      List<String> features,
      List<String> outputs,
      Segments segments,
      @Nullable PerformanceRule performanceRule,
      List<String> statistics,
      Duration lateness,
      int minimumEvents,
      double falseAlarmsPerWeek,
      int openAfter,
      int openOf,
      int closeAfter,
      Rule rule,
      DataQuality quality) {
    this(
        name,
        model,
        MonitorWindows.tumbling(window),
        features,
        outputs,
        segments,
        performanceRule,
        statistics,
        lateness,
        minimumEvents,
        falseAlarmsPerWeek,
        openAfter,
        openOf,
        closeAfter,
        rule,
        quality);
  }

  /**
   * A monitor of tumbling windows that sees of data quality what is usual, within as great a budget
   * again.
   */
  public Monitor(
      String name,
      String model,
      Duration window,
      List<String> features,
      List<String> outputs,
      Segments segments,
      @Nullable PerformanceRule performanceRule,
      List<String> statistics,
      Duration lateness,
      int minimumEvents,
      double falseAlarmsPerWeek,
      int openAfter,
      int openOf,
      int closeAfter,
      Rule rule) {
    this(
        name,
        model,
        window,
        features,
        outputs,
        segments,
        performanceRule,
        statistics,
        lateness,
        minimumEvents,
        falseAlarmsPerWeek,
        openAfter,
        openOf,
        closeAfter,
        rule,
        DataQuality.within(falseAlarmsPerWeek));
  }

  /** A monitor of the vectors as a whole, and of no score. */
  public Monitor(
      String name,
      String model,
      Duration window,
      List<String> features,
      List<String> statistics,
      Duration lateness,
      int minimumEvents,
      double falseAlarmsPerWeek,
      int openAfter,
      int openOf,
      int closeAfter,
      Rule rule) {
    this(
        name,
        model,
        window,
        features,
        List.of(),
        Segments.NONE,
        null,
        statistics,
        lateness,
        minimumEvents,
        falseAlarmsPerWeek,
        openAfter,
        openOf,
        closeAfter,
        rule);
  }
}
