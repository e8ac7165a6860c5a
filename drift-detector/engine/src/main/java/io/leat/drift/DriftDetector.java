package io.leat.drift;

import io.leat.drift.AlertRule.Change;
import io.leat.drift.AlertRule.Evaluated;
import io.leat.drift.Threshold.Level;
import io.leat.drift.statistic.Statistic;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One monitor at work: turns windows of vectors into metrics and alerts. Immutable, thread-safe.
 */
public final class DriftDetector {
  private final Monitor monitor;
  private final CalibratedMonitor calibrated;
  private final List<FeatureReference> features;
  private final WindowLayout layout;
  private final Map<DriftStream, List<Threshold>> thresholds;
  private final String fingerprint;

  /**
   * @throws ReferenceProfileException if the profile's thresholds were calibrated for other
   *     settings of the monitor
   */
  public DriftDetector(Monitor monitor, ReferenceProfile profile) {
    this.monitor = monitor;
    CalibratedMonitor.Settings wanted = CalibratedMonitor.Settings.of(monitor);
    this.calibrated =
        profile
            .monitor(monitor.name())
            .orElseThrow(
                () ->
                    new ReferenceProfileException(
                        "The reference profile of model %s knows no monitor %s; train the model again (leat train)."
                            .formatted(profile.model(), monitor.name())));
    if (!calibrated.settings().equals(wanted)) {
      throw changed(monitor, profile, wanted, calibrated.settings());
    }
    this.thresholds =
        calibrated.thresholds().stream()
            .collect(
                Collectors.groupingBy(
                    Threshold::stream, LinkedHashMap::new, Collectors.toUnmodifiableList()));
    Map<DriftStream, FeatureReference> references = new HashMap<>();
    profile.features().forEach(one -> references.put(one.stream(), one));
    calibrated.segments().forEach(one -> references.put(one.stream(), one));
    this.features =
        thresholds.keySet().stream()
            .map(
                stream ->
                    Optional.ofNullable(references.get(stream))
                        .orElseThrow(
                            () ->
                                new ReferenceProfileException(
                                    "The reference profile of model %s has thresholds for %s but no distribution of it; train the model again (leat train)."
                                        .formatted(profile.model(), stream))))
            .toList();
    for (FeatureReference feature : features) {
      List<String> measured = names(feature.statistics(monitor.statistics()).stream());
      List<String> then = names(ofStream(feature.stream()).stream().map(Threshold::statistic));
      if (!Set.copyOf(measured).equals(Set.copyOf(then))) {
        throw changed(monitor, profile, measured, then);
      }
    }
    this.layout = new WindowLayout(features);
    this.fingerprint = profile.fingerprint();
  }

  private static List<String> names(Stream<Statistic> statistics) {
    return statistics.map(Statistic::name).toList();
  }

  private List<Threshold> ofStream(DriftStream stream) {
    return thresholds.getOrDefault(stream, List.of());
  }

  private static ReferenceProfileException changed(
      Monitor monitor, ReferenceProfile profile, Object now, Object then) {
    return new ReferenceProfileException(
        "Monitor %s has changed since the reference profile of model %s was made: it is %s, its thresholds were calibrated for %s. Train the model again (leat train)."
            .formatted(monitor.name(), profile.model(), now, then));
  }

  /** The monitor that it is. */
  public Monitor monitor() {
    return monitor;
  }

  /** Full names of the watched features, in the order of {@link ColumnValues}. */
  public List<String> features() {
    return layout.columns();
  }

  /** Names of the keys of segments, in the order of {@link ColumnValues#segments}. */
  public List<String> segments() {
    return layout.keys();
  }

  /** About how many bytes of memory a window's summary takes at most. */
  public long bytesOfWindow() {
    return layout.bytes();
  }

  /** What is compared, in the order of metrics; alerts and their states are one a stream. */
  public List<DriftStream> streams() {
    return features.stream().map(FeatureReference::stream).toList();
  }

  /** Fingerprint of the reference profile. */
  public String reference() {
    return fingerprint;
  }

  /** The thresholds that windows are evaluated by. */
  public List<Threshold> thresholds() {
    return calibrated.thresholds();
  }

  /** The thresholds that too few windows of the reference set; empty where none were. */
  public List<Threshold> uncalibrated() {
    return calibrated.thresholds().stream().filter(t -> !t.calibrated()).toList();
  }

  /** Start of the window that a time lies in; windows are aligned to 1970-01-01 UTC. */
  public long windowStart(long eventTimeMillis) {
    return eventTimeMillis - Math.floorMod(eventTimeMillis, monitor.window().toMillis());
  }

  /** End of a window, exclusive. */
  public long windowEnd(long windowStart) {
    return windowStart + monitor.window().toMillis();
  }

  /** A summary of a window that holds nothing yet. */
  public WindowSummary newWindow() {
    return new WindowSummary(layout);
  }

  /** A summary out of {@link WindowSummary#toBytes}, made against the same reference. */
  public WindowSummary readWindow(byte[] bytes) {
    WindowSummary summary = newWindow();
    summary.read(bytes);
    return summary;
  }

  /**
   * What a window says.
   *
   * @param metrics one a feature and statistic
   * @param alerts what closed, then what opened; each by severity, then by how far beyond
   * @param states the streams' states after the window
   */
  public record Verdict(
      List<DriftMetric> metrics, List<DriftAlert> alerts, Map<DriftStream, AlertState> states) {}

  /**
   * Evaluates a window. Windows must be given in order of time, each once.
   *
   * @param states the states after the window before; a stream that is absent starts with {@link
   *     AlertState#NONE}
   */
  public Verdict evaluate(
      long windowStart, WindowSummary window, Map<DriftStream, AlertState> states) {
    List<DriftMetric> metrics = new ArrayList<>();
    List<Found> found = new ArrayList<>();
    Map<DriftStream, AlertState> after = new HashMap<>();
    for (int i = 0; i < features.size(); i++) {
      FeatureReference feature = features.get(i);
      FeatureCounts counts = window.counts(i);
      Comparison comparison = Comparison.of(feature, counts);
      List<Evaluated> evaluated = new ArrayList<>();
      List<Threshold> ofStream = ofStream(feature.stream());
      for (Threshold threshold : ofStream) {
        OptionalDouble value = comparison.value(threshold.statistic(), monitor.minimumEvents());
        double error = value.isPresent() ? comparison.error(threshold.statistic()) : 0;
        value.ifPresent(v -> evaluated.add(new Evaluated(threshold, v)));
        metrics.add(metric(windowStart, window.events(), counts, value, error, threshold));
      }
      AlertRule.Step step =
          new AlertRule(
                  feature.stream().toString(),
                  calibrated.settings(),
                  ofStream.stream().map(Threshold::statistic).collect(Collectors.toSet()))
              .next(states.getOrDefault(feature.stream(), AlertState.NONE), windowStart, evaluated);
      after.put(feature.stream(), step.state());
      step.changes().forEach(change -> found.add(new Found(feature, counts, change)));
    }
    return new Verdict(
        metrics,
        found.stream().sorted(Found.ORDER).map(f -> alert(windowStart, f)).toList(),
        after);
  }

  /**
   * What is told of a window of which vectors are known to be missing: how many it holds, and
   * nothing about drift. One a feature and statistic.
   */
  public List<DriftMetric> unevaluated(long windowStart, WindowSummary window) {
    List<DriftMetric> metrics = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      for (Threshold threshold : ofStream(features.get(i).stream())) {
        DriftMetric metric =
            metric(
                windowStart,
                window.events(),
                window.counts(i),
                OptionalDouble.empty(),
                0,
                threshold);
        metrics.add(DriftMetric.newBuilder(metric).setComplete(false).build());
      }
    }
    return metrics;
  }

  /**
   * What is told of a window when vectors of it come after it was closed.
   *
   * @param seen vectors that it was closed with
   * @param late those that have come since
   */
  public DriftMetric late(long windowStart, long seen, long late) {
    return DriftMetric.newBuilder()
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setFeature("*")
        .setMetric("vectors")
        .setWindowStart(Instant.ofEpochMilli(windowStart))
        .setWindowEnd(Instant.ofEpochMilli(windowEnd(windowStart)))
        .setEvents(seen)
        .setNulls(0)
        .setValue(null)
        .setThreshold(0)
        .setReference(fingerprint)
        .setComplete(false)
        .setLate(late)
        .build();
  }

  private record Found(FeatureReference feature, FeatureCounts counts, Change change) {
    static final Comparator<Found> ORDER =
        Comparator.comparing((Found f) -> f.change().opened())
            .thenComparing(f -> f.change().alert().severity(), Comparator.reverseOrder())
            .thenComparing(f -> f.change().evaluated().size(), Comparator.reverseOrder());

    /** How far at most the exact statistic is above its value. */
    double error() {
      return Comparison.of(feature, counts).error(change.evaluated().threshold().statistic());
    }
  }

  private DriftMetric metric(
      long windowStart,
      long events,
      FeatureCounts counts,
      OptionalDouble value,
      double error,
      Threshold threshold) {
    return DriftMetric.newBuilder()
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setFeature(threshold.stream().feature())
        .setSegment(threshold.stream().segment().orElse(null))
        .setMetric(threshold.statistic().name())
        .setWindowStart(Instant.ofEpochMilli(windowStart))
        .setWindowEnd(Instant.ofEpochMilli(windowEnd(windowStart)))
        .setEvents(events)
        .setNulls(counts.nulls())
        .setNullsByReason(counts.nullsByReason())
        .setValue(value.isPresent() ? value.getAsDouble() : null)
        .setThreshold(threshold.warn())
        .setReference(fingerprint)
        .setError(error)
        .build();
  }

  private DriftAlert alert(long windowStart, Found found) {
    Evaluated evaluated = found.change().evaluated();
    return DriftAlert.newBuilder()
        .setAlertId(found.change().alert().id())
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setKind("drift")
        .setFeature(found.feature().name())
        .setMetric(evaluated.threshold().statistic().name())
        .setState(
            found.change().opened()
                ? io.leat.records.AlertState.OPEN
                : io.leat.records.AlertState.CLOSED)
        .setSeverity(
            found.change().alert().severity() == Level.CRITICAL ? Severity.CRITICAL : Severity.WARN)
        .setWindowStart(Instant.ofEpochMilli(windowStart))
        .setWindowEnd(Instant.ofEpochMilli(windowEnd(windowStart)))
        .setValue(evaluated.value())
        .setThreshold(evaluated.threshold().warn())
        .setMessage(message(windowStart, found))
        .setReference(fingerprint)
        .setError(found.error())
        .build();
  }

  private String message(long windowStart, Found found) {
    Evaluated evaluated = found.change().evaluated();
    String window = Durations.format(monitor.window());
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
        Instant.ofEpochMilli(windowStart),
        count(found.counts().values(), "value"),
        count(found.counts().nulls(), "null"));
  }

  private static String count(long count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }
}
