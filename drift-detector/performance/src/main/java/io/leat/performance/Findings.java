package io.leat.performance;

import io.leat.common.Sha256;
import io.leat.evaluation.Estimate;
import io.leat.features.engine.Micros;
import io.leat.performance.VersionState.Episode;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.PerformanceMetric;
import io.leat.records.Severity;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is found of a window of a monitor: its figures, and alerts that begin or end with it. */
final class Findings {
  private static final String KIND = "performance";

  /** Takes what is found; a record's time is the window's end. */
  interface Emitter {
    void metric(String key, PerformanceMetric metric, Instant time);

    void alert(String key, DriftAlert alert, Instant time);
  }

  private final String model;
  private final WindowKey window;
  private final Instant end;
  private final Optional<Monitor> monitor;
  private final Emitter emitter;

  Findings(String model, WindowKey window, Monitor monitor, Emitter emitter) {
    this(
        model,
        window,
        Micros.toInstant(
            window.start() + TimeUnit.MILLISECONDS.toMicros(monitor.window().toMillis())),
        Optional.of(monitor),
        emitter);
  }

  private Findings(
      String model, WindowKey window, Instant end, Optional<Monitor> monitor, Emitter emitter) {
    this.model = model;
    this.window = window;
    this.end = end;
    this.monitor = monitor;
    this.emitter = emitter;
  }

  /**
   * Of a monitor that was taken out: what is open can be closed, and nothing else.
   *
   * @param now event time at which it closes
   */
  static Findings ofTakenOut(String model, WindowKey window, Instant now, Emitter emitter) {
    return new Findings(model, window, now, Optional.empty(), emitter);
  }

  String model() {
    return model;
  }

  WindowKey window() {
    return window;
  }

  Monitor monitor() {
    return monitor.orElseThrow();
  }

  private String monitorName() {
    return window.series().monitor();
  }

  private Instant start() {
    return Micros.toInstant(window.start());
  }

  void metric(
      WindowSample.Counts counts,
      String segment,
      String name,
      Estimate figure,
      long used,
      Consumer<PerformanceMetric.Builder> more) {
    PerformanceMetric.Builder metric =
        PerformanceMetric.newBuilder()
            .setMonitor(monitorName())
            .setModel(model)
            .setModelVersion(window.series().version())
            .setModelNumber(window.series().number() == 0 ? null : window.series().number())
            .setRole(window.series().role().isEmpty() ? null : window.series().role())
            .setSegment(segment.equals(WindowSample.ALL) ? null : segment)
            .setMetric(name)
            .setWindowStart(start())
            .setWindowEnd(end)
            .setValue(orNull(figure.value()))
            .setLow(orNull(figure.low()))
            .setHigh(orNull(figure.high()))
            .setScored(counts.scored())
            .setLabelled(counts.labelled())
            .setMissing(counts.missing())
            .setUsed(used)
            .setComplete(true);
    more.accept(metric);
    emitter.metric(monitorName(), metric.build(), end);
  }

  /** Opens an alert, says that it has become critical, or closes it after enough quiet windows. */
  void go(
      Episode episode,
      String metric,
      boolean opens,
      boolean isQuiet,
      double value,
      double threshold,
      boolean isCritical,
      String found) {
    if (episode.alert.isEmpty()) {
      if (opens) {
        episode.alert =
            Optional.of(
                Sha256.hex(
                        String.join(
                            "\n",
                            monitorName(),
                            model,
                            window.series().version(),
                            KIND,
                            metric,
                            start().toString()))
                    .substring(0, 16));
        episode.version = window.series().version();
        episode.metric = metric;
        episode.threshold = threshold;
        episode.quiet = 0;
        episode.isCritical = isCritical;
        episode.updates = 0;
        open(episode, value, threshold, found);
      }
      return;
    }
    if (isCritical && !episode.isCritical) {
      episode.isCritical = true;
      episode.updates++;
      open(episode, value, threshold, found);
    }
    episode.quiet = isQuiet ? episode.quiet + 1 : 0;
    if (episode.quiet >= monitor().closeAfter()) {
      close(
          episode,
          value,
          "%s of model %s, version %s, was no worse than it may be in %d windows"
              .formatted(metric, model, window.series().version(), episode.quiet));
    }
  }

  private void open(Episode episode, double value, double threshold, String found) {
    alert(
        episode,
        AlertState.OPEN,
        episode.isCritical ? Severity.CRITICAL : Severity.WARN,
        value,
        threshold,
        found);
  }

  void close(Episode episode, double value, String why) {
    if (episode.alert.isPresent()) {
      alert(episode, AlertState.CLOSED, Severity.WARN, value, episode.threshold, why);
      episode.alert = Optional.empty();
      episode.quiet = 0;
    }
  }

  private void alert(
      Episode episode,
      AlertState state,
      Severity severity,
      double value,
      double threshold,
      String message) {
    DriftAlert alert =
        DriftAlert.newBuilder()
            .setAlertId(episode.alert.orElseThrow())
            .setMonitor(monitorName())
            .setModel(model)
            .setKind(KIND)
            .setFeature("*")
            .setMetric(episode.metric)
            .setState(state)
            .setSeverity(severity)
            .setWindowStart(start())
            .setWindowEnd(end)
            .setValue(value)
            .setThreshold(threshold)
            .setMessage(message)
            .setReference("version " + episode.version)
            .setUpdates(episode.updates)
            .build();
    emitter.alert(model, alert, end);
  }

  private static @Nullable Double orNull(double number) {
    return Double.isNaN(number) ? null : number;
  }
}
