package io.leat.drift.explanation;

import io.leat.drift.StreamComparison;
import io.leat.drift.StreamComparison.Bucket;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.records.DriftAlert;
import io.leat.records.DriftedStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that can be said of why an episode opened.
 *
 * @param severity the highest it has reached: warn, critical
 * @param state open, closed
 * @param message of its last record
 * @param onset start of the first window in which the change shows
 * @param end end of the window that opened it
 * @param windows how many windows that is
 * @param vectors vectors in these windows that were looked at
 * @param vectorsBefore vectors in the windows before, which they are compared with
 * @param odds the evidence that the last record tells, to 1 against no change; empty where
 *     thresholds decide
 * @param alarmAt the evidence at which the monitor alarms
 * @param guarantee why the budget of false alarms holds
 * @param line the evidence, window by window
 * @param moved what it is about, the stream with most evidence first
 * @param byColumn of which columns the evidence is
 * @param bySegment of which segments it is; empty where there are none
 * @param causes ranked; empty where nothing that is recorded explains it: unknown
 * @param notes what could not be looked at, sentences
 */
public record Explanation(
    String episode,
    String kind,
    String model,
    String monitor,
    String severity,
    String state,
    String message,
    Instant onset,
    Instant end,
    long windows,
    int vectors,
    int vectorsBefore,
    OptionalDouble odds,
    OptionalDouble alarmAt,
    Optional<String> guarantee,
    List<Timeline.Point> line,
    List<Moved> moved,
    List<Timeline.Share> byColumn,
    List<Timeline.Share> bySegment,
    List<Cause> causes,
    List<String> notes) {
  public Explanation {
    line = List.copyOf(line);
    moved = List.copyOf(moved);
    byColumn = List.copyOf(byColumn);
    bySegment = List.copyOf(bySegment);
    causes = List.copyOf(causes);
    notes = List.copyOf(notes);
  }

  /**
   * A stream of the episode.
   *
   * @param segment which vectors; empty: all
   * @param value the statistic, in the window of the last record
   * @param usual the median in the windows before the change
   * @param least up to which value it does not matter; empty where thresholds decide
   * @param threshold that the reference sets
   * @param evidence the stream's own
   * @param buckets both histograms; empty where the values could not be looked at
   */
  public record Moved(
      String feature,
      Optional<String> segment,
      String metric,
      double value,
      double usual,
      OptionalDouble least,
      double threshold,
      OptionalDouble evidence,
      Optional<String> guarantee,
      List<Bucket> buckets) {
    public Moved {
      buckets = List.copyOf(buckets);
    }
  }

  /**
   * Explains an episode.
   *
   * @param latest its last OPEN
   * @param last its last record
   * @param vectors of the timeline's span
   * @param notes what could not be looked at
   */
  public static Explanation of(
      DriftAlert latest,
      DriftAlert last,
      Timeline timeline,
      ObservedVectors vectors,
      Context context,
      List<String> notes) {
    Span span = timeline.span();
    List<Moved> moved = new ArrayList<>();
    ObservedVectors.Counts all = vectors.allSince();
    for (DriftedStream stream : streams(latest)) {
      moved.add(moved(stream, latest, timeline, span, vectors, all));
    }
    return new Explanation(
        latest.getAlertId(),
        latest.getKind(),
        latest.getModel(),
        latest.getMonitor(),
        latest.getSeverity().name().toLowerCase(Locale.ROOT),
        last.getState().name().toLowerCase(Locale.ROOT),
        last.getMessage(),
        span.onset(),
        span.end(),
        span.windows(),
        vectors.since(),
        vectors.before(),
        optional(latest.getEvidence()),
        optional(latest.getAlarmAt()),
        Optional.ofNullable(latest.getGuarantee()),
        timeline.line(),
        moved,
        timeline.byColumn(),
        timeline.bySegment(),
        new Causes(latest, timeline, span, vectors, context).ranked(),
        notes);
  }

  /** What an episode is about; of an alert of thresholds its one stream. */
  public static List<DriftedStream> streams(DriftAlert alert) {
    return alert.getStreams().isEmpty()
        ? List.of(
            DriftedStream.newBuilder()
                .setFeature(alert.getFeature())
                .setSegment(alert.getSegment())
                .setMetric(alert.getMetric())
                .setValue(alert.getValue())
                .setLeast(Double.NaN)
                .setThreshold(alert.getThreshold())
                .setEvidence(Double.NaN)
                .setGuarantee("")
                .build())
        : alert.getStreams();
  }

  /**
   * The name of the statistic by which a stream's values are compared with the reference: its own,
   * or where it is one of data quality the Jensen-Shannon distance, which is defined of all columns
   * and counts nulls and new categories.
   */
  public static String comparedBy(DriftedStream stream) {
    return Timeline.Key.isStatistic(stream.getMetric())
        ? stream.getMetric()
        : Statistics.JENSEN_SHANNON.name();
  }

  private static Moved moved(
      DriftedStream stream,
      DriftAlert alert,
      Timeline timeline,
      Span span,
      ObservedVectors vectors,
      ObservedVectors.Counts all) {
    Timeline.Key key = Timeline.Key.of(stream);
    List<Bucket> buckets = List.of();
    for (int i = 0; i < vectors.streams().size(); i++) {
      StreamComparison compared = vectors.streams().get(i);
      if (vectors.since() > 0
          && compared.stream().equals(key.stream())
          && compared.statistic().name().equals(comparedBy(stream))) {
        buckets = compared.buckets(all.streams[i]);
      }
    }
    boolean byThreshold = alert.getStreams().isEmpty();
    return new Moved(
        stream.getFeature(),
        Optional.ofNullable(stream.getSegment()),
        stream.getMetric(),
        stream.getValue(),
        usual(stream, timeline, span),
        byThreshold ? OptionalDouble.empty() : OptionalDouble.of(stream.getLeast()),
        stream.getThreshold(),
        byThreshold ? OptionalDouble.empty() : OptionalDouble.of(stream.getEvidence()),
        byThreshold ? Optional.empty() : Optional.of(stream.getGuarantee()),
        buckets);
  }

  /**
   * Of a measure of data quality as the episode was opened by it: its metrics are of the column
   * that is farthest off in a window.
   */
  private static double usual(DriftedStream stream, Timeline timeline, Span span) {
    if (Timeline.Key.isStatistic(stream.getMetric())) {
      return timeline.usual(Timeline.Key.of(stream), span).orElse(0);
    }
    return stream.getMetric().equals(Measure.VOLUME.text())
        ? 1
        : stream.getThreshold() - stream.getLeast();
  }

  private static OptionalDouble optional(Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
