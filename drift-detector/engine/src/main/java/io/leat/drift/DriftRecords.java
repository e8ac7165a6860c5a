package io.leat.drift;

import io.leat.drift.AlertRule.Change;
import io.leat.drift.AlertRule.Evaluated;
import io.leat.drift.Threshold.Level;
import io.leat.drift.statistic.Sample;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.Severity;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a monitor: its windows and what it opened and closed, as records and in sentences
 * for people. Decides nothing. Immutable, thread-safe.
 */
final class DriftRecords {
  /** So many streams a sentence names. */
  private static final int MOST_TOLD = 5;

  /** So many streams a record names, the first of them: brokers take 1 MB at most. */
  static final int MOST_NAMED = 500;

  private final Monitor monitor;
  private final String fingerprint;
  private final Map<String, StreamReference> evidenceOf;

  /**
   * @param fingerprint of the reference profile
   * @param evidenceOf by the key of a stream and statistic, what is promised of it; empty where
   *     thresholds alone decide
   */
  DriftRecords(Monitor monitor, String fingerprint, Map<String, StreamReference> evidenceOf) {
    this.monitor = monitor;
    this.fingerprint = fingerprint;
    this.evidenceOf = Map.copyOf(evidenceOf);
  }

  /** A stream of a window, compared with its reference. */
  record Compared(FeatureReference feature, FeatureCounts counts, Comparison comparison) {
    static Compared of(FeatureReference feature, FeatureCounts counts) {
      return new Compared(feature, counts, Comparison.of(feature, counts));
    }
  }

  /** What became of an alert by thresholds, and by what. */
  record Found(FeatureReference feature, FeatureCounts counts, Change change) {
    static final Comparator<Found> ORDER =
        Comparator.comparing((Found f) -> f.change().opened())
            .thenComparing(f -> f.change().alert().severity(), Comparator.reverseOrder())
            .thenComparing(f -> f.change().evaluated().size(), Comparator.reverseOrder());

    /** How far at most the exact statistic is above its value. */
    double error() {
      return Comparison.of(feature, counts).error(change.evaluated().threshold().statistic());
    }
  }

  /** As {@link DriftDetector#late}. */
  DriftMetric late(WindowTime when, long seen, long late) {
    return DriftMetric.newBuilder()
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setFeature("*")
        .setMetric("vectors")
        .setWindowStart(Instant.ofEpochMilli(when.start()))
        .setWindowEnd(Instant.ofEpochMilli(when.end()))
        .setEvents(seen)
        .setNulls(0)
        .setValue(null)
        .setThreshold(0)
        .setReference(fingerprint)
        .setComplete(false)
        .setLate(late)
        .build();
  }

  /**
   * A statistic of a window.
   *
   * @param events what its values are out of
   * @param value null where it could not be evaluated
   * @param evidence null where thresholds decide
   */
  DriftMetric metric(
      WindowTime when,
      long events,
      Compared compared,
      @Nullable Double value,
      Threshold threshold,
      @Nullable Double evidence) {
    Sample reference = compared.comparison().reference();
    Sample window = compared.comparison().window();
    OptionalDouble probability =
        value == null ? OptionalDouble.empty() : threshold.statistic().pValue(reference, window);
    return DriftMetric.newBuilder()
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setFeature(threshold.stream().feature())
        .setSegment(threshold.stream().segment().orElse(null))
        .setMetric(threshold.statistic().name())
        .setWindowStart(Instant.ofEpochMilli(when.start()))
        .setWindowEnd(Instant.ofEpochMilli(when.end()))
        .setEvents(events)
        .setNulls(compared.counts().nulls())
        .setNullsByReason(compared.counts().nullsByReason())
        .setValue(value)
        .setThreshold(threshold.warn())
        .setReference(fingerprint)
        .setError(value == null ? 0 : compared.comparison().error(threshold.statistic()))
        .setEvidence(evidence)
        .setGuarantee(evidence == null ? null : guarantee(threshold))
        .setPValue(probability.isPresent() ? probability.getAsDouble() : null)
        .build();
  }

  private @Nullable String guarantee(Threshold threshold) {
    StreamReference reference = evidenceOf.get(EpisodeRule.key(threshold));
    return reference == null ? null : reference.guarantee().text();
  }

  /**
   * What became of an episode.
   *
   * @param standsOut what the sentence of one that opens, or becomes critical, ends with
   */
  DriftAlert episode(
      WindowTime when, EpisodeRule rule, EpisodeRule.Change change, String standsOut) {
    boolean closed = change.kind() == EpisodeRule.Kind.CLOSED;
    return episode(when, change.episode(), change.named())
        .setState(closed ? io.leat.records.AlertState.CLOSED : io.leat.records.AlertState.OPEN)
        .setEvidence(change.evidence())
        .setAlarmAt(rule.alarmAt())
        .setMessage(message(when, rule, change, standsOut))
        .build();
  }

  DriftAlert.Builder episode(WindowTime when, Episode episode, List<EpisodeRule.Named> named) {
    Optional<EpisodeRule.Named> first = named.stream().findFirst();
    Optional<Threshold> threshold = first.map(one -> one.stream().threshold());
    return DriftAlert.newBuilder()
        .setAlertId(episode.id())
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setKind("drift")
        .setFeature(threshold.map(t -> t.stream().feature()).orElse("*"))
        .setSegment(threshold.flatMap(t -> t.stream().segment()).orElse(null))
        .setMetric(threshold.map(t -> t.statistic().name()).orElse("*"))
        .setState(io.leat.records.AlertState.OPEN)
        .setSeverity(episode.severity() == Level.CRITICAL ? Severity.CRITICAL : Severity.WARN)
        .setWindowStart(Instant.ofEpochMilli(when.start()))
        .setWindowEnd(Instant.ofEpochMilli(when.end()))
        .setValue(first.map(EpisodeRule.Named::value).orElse(0.0))
        .setThreshold(threshold.map(Threshold::warn).orElse(0.0))
        .setMessage("")
        .setReference(fingerprint)
        .setGuarantee(EpisodeRule.guarantee(named).text())
        .setUpdates(episode.updates())
        .setStreams(named.stream().limit(MOST_NAMED).map(DriftRecords::drifted).toList());
  }

  private static DriftedStream drifted(EpisodeRule.Named named) {
    Threshold threshold = named.stream().threshold();
    return DriftedStream.newBuilder()
        .setFeature(threshold.stream().feature())
        .setSegment(threshold.stream().segment().orElse(null))
        .setMetric(threshold.statistic().name())
        .setValue(named.value())
        .setLeast(threshold.statistic().effect().least())
        .setThreshold(threshold.warn())
        .setEvidence(named.evidence())
        .setGuarantee(named.stream().reference().guarantee().text())
        .build();
  }

  private String message(
      WindowTime when, EpisodeRule rule, EpisodeRule.Change change, String standsOut) {
    List<DriftStream> streams =
        change.named().stream().map(one -> one.stream().threshold().stream()).distinct().toList();
    String about =
        streams.isEmpty()
            ? "What it watched"
            : streams.size() == 1
                ? streams.get(0).toString()
                : "%s and %s".formatted(streams.get(0), count(streams.size() - 1, "other stream"));
    String window = Instant.ofEpochMilli(when.start()).toString();
    return switch (change.kind()) {
      case CLOSED ->
          "%s has been as in the training data for %s of %s, till the window from %s; the episode lasted since %s."
              .formatted(
                  about,
                  count(monitor.closeAfter(), "window"),
                  monitor.windows().text(),
                  window,
                  Instant.ofEpochMilli(change.episode().since()));
      case JOINED ->
          String.format(
              Locale.ROOT,
              "%s joined what is not as in the training data since %s: %d streams by now, %.3g to 1 against no change, in the window from %s.",
              joined(change.joined()),
              Instant.ofEpochMilli(change.episode().since()),
              change.episode().calm().keySet().stream().map(EpisodeRule::stream).distinct().count(),
              change.evidence(),
              window);
      case OPENED, WORSE -> {
        EpisodeRule.Named most = change.named().get(0);
        Threshold threshold = most.stream().threshold();
        yield String.format(
            Locale.ROOT,
            "%s is not as in the training data%s: %.3g to 1 against no change (alarm at %.3g), %s %.4g (matters above %.4g), in the window from %s%s.",
            about,
            change.kind() == EpisodeRule.Kind.WORSE ? ", and by now plainly so" : "",
            change.evidence(),
            rule.alarmAt(),
            threshold.statistic().name(),
            most.value(),
            threshold.statistic().effect().least(),
            window,
            standsOut);
      }
    };
  }

  private static String joined(Set<String> streams) {
    String first = streams.stream().limit(MOST_TOLD).collect(Collectors.joining(", "));
    return streams.size() <= MOST_TOLD
        ? first
        : "%s and %s".formatted(first, count(streams.size() - MOST_TOLD, "other stream"));
  }

  /** What became of an alert by thresholds. */
  DriftAlert alert(WindowTime when, Found found) {
    Evaluated evaluated = found.change().evaluated();
    return DriftAlert.newBuilder()
        .setAlertId(found.change().alert().id())
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setKind("drift")
        .setFeature(found.feature().name())
        .setSegment(found.feature().stream().segment().orElse(null))
        .setMetric(evaluated.threshold().statistic().name())
        .setState(
            found.change().opened()
                ? io.leat.records.AlertState.OPEN
                : io.leat.records.AlertState.CLOSED)
        .setSeverity(
            found.change().alert().severity() == Level.CRITICAL ? Severity.CRITICAL : Severity.WARN)
        .setWindowStart(Instant.ofEpochMilli(when.start()))
        .setWindowEnd(Instant.ofEpochMilli(when.end()))
        .setValue(evaluated.value())
        .setThreshold(evaluated.threshold().warn())
        .setMessage(message(when, found))
        .setReference(fingerprint)
        .setError(found.error())
        .build();
  }

  private String message(WindowTime when, Found found) {
    Evaluated evaluated = found.change().evaluated();
    String window = monitor.windows().text();
    String state =
        found.change().opened()
            ? "%s has drifted from the training data in %d of the last %s of %s"
                .formatted(
                    found.feature().stream(),
                    monitor.openAfter(),
                    count(monitor.openOf(), "window"),
                    window)
            : evaluated.level() == Level.CLEAN
                ? "%s has been like the training data for %s of %s"
                    .formatted(
                        found.feature().stream(), count(monitor.closeAfter(), "window"), window)
                : "%s has drifted farther, so a critical alert takes the place of this one"
                    .formatted(found.feature().stream());
    return String.format(
        Locale.ROOT,
        "%s: %s %.4g (threshold %.4g) in the window from %s, with %s and %s.",
        state,
        evaluated.threshold().statistic().name(),
        evaluated.value(),
        evaluated.threshold().warn(),
        Instant.ofEpochMilli(when.start()),
        count(found.counts().values(), "value"),
        count(found.counts().nulls(), "null"));
  }

  private static String count(long count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }

  /** The end of an alert by thresholds of a stream that is not watched any more. */
  DriftAlert ended(WindowTime when, String stream, AlertState.Open open) {
    return DriftAlert.newBuilder()
        .setAlertId(open.id())
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setKind("drift")
        .setFeature(DriftStream.parse(stream).feature())
        .setSegment(DriftStream.parse(stream).segment().orElse(null))
        .setMetric(open.statistic().name())
        .setState(io.leat.records.AlertState.CLOSED)
        .setSeverity(open.severity() == Level.CRITICAL ? Severity.CRITICAL : Severity.WARN)
        .setWindowStart(Instant.ofEpochMilli(when.start()))
        .setWindowEnd(Instant.ofEpochMilli(when.end()))
        .setValue(0)
        .setThreshold(0)
        .setMessage(
            "%s is not watched any more: the model's reference profile has no such stream."
                .formatted(stream))
        .setReference(fingerprint)
        .build();
  }
}
