package io.leat.drift;

import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.Segments;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A model, its service and its monitor, and vectors run through the monitor. */
final class Given {
  static final Duration DAY = Duration.ofDays(1);

  private Given() {}

  static FeatureService service(String... fields) {
    List<FeatureService.Feature> features = new ArrayList<>();
    for (String field : fields) {
      features.add(new FeatureService.EventFeature(field));
    }
    return new FeatureService("prices", 1, "readings", features, Optional.empty(), "d1");
  }

  static Model model() {
    return new Model(
        "price",
        "1",
        "prices",
        1,
        Path.of("model.onnx"),
        Path.of("reference.json"),
        "us",
        "tests",
        new Model.Nulls(Optional.empty(), Map.of()),
        new Model.Output("probabilities", 1),
        List.of());
  }

  /** 2 of 3, closing after 3; at least 24 values a window. */
  static Monitor monitor(Duration window, double falseAlarmsPerWeek) {
    return monitor(window, falseAlarmsPerWeek, Monitor.Rule.THRESHOLDS);
  }

  /** The same, by a rule. */
  static Monitor monitor(Duration window, double falseAlarmsPerWeek, Monitor.Rule rule) {
    return monitor(MonitorWindows.tumbling(window), falseAlarmsPerWeek, rule);
  }

  /** The same, of other windows. */
  static Monitor monitor(MonitorWindows windows, double falseAlarmsPerWeek, Monitor.Rule rule) {
    return new Monitor(
        "price",
        "price",
        windows,
        List.of(),
        List.of(),
        Segments.NONE,
        null,
        Statistics.defaults(),
        Duration.ZERO,
        24,
        falseAlarmsPerWeek,
        2,
        3,
        3,
        rule,
        DataQuality.within(falseAlarmsPerWeek));
  }

  /** A vector: its event time in milliseconds and its values. */
  record Row(long time, List<? extends @Nullable Object> values) {}

  static ReferenceProfile profile(Monitor monitor, FeatureService service, List<Row> rows) {
    ReferenceProfileBuilder builder =
        new ReferenceProfileBuilder(model(), service, List.of(monitor));
    rows.forEach(row -> builder.add(row.time(), row.values()));
    return builder.build();
  }

  /** What a detector said about a stream. */
  record Reported(List<DriftMetric> metrics, List<DriftAlert> alerts) {}

  private static ColumnValues watched(
      DriftDetector detector, FeatureService service, Segmenter segmenter, Row row) {
    List<String> keys =
        detector.monitor().segments().keys().stream().map(Segments.Key::name).toList();
    ColumnValues all = ColumnValues.nulls(row.values().size(), segmenter.of(row.values()));
    for (int i = 0; i < row.values().size(); i++) {
      all.put(i, row.values().get(i));
    }
    return all.at(
        detector.features().stream().mapToInt(service.featureNames()::indexOf).toArray(),
        detector.segments().stream().mapToInt(keys::indexOf).toArray());
  }

  /** All vectors, whenever they were, as one window. */
  static WindowSummary summary(DriftDetector detector, FeatureService service, List<Row> rows) {
    Segmenter segmenter =
        new Segmenter(detector.monitor().segments().keys(), service.featureNames());
    WindowSummary summary = detector.newWindow();
    rows.forEach(row -> summary.add(watched(detector, service, segmenter, row)));
    return summary;
  }

  /** Runs vectors, in any order, through a detector, window after window. */
  static Reported run(DriftDetector detector, FeatureService service, List<Row> rows) {
    TreeMap<Long, List<Row>> byWindow = new TreeMap<>();
    for (Row row : rows) {
      byWindow
          .computeIfAbsent(detector.windowStart(row.time()), start -> new ArrayList<>())
          .add(row);
    }
    Reported reported = new Reported(new ArrayList<>(), new ArrayList<>());
    DetectorState state = new DetectorState();
    byWindow.forEach(
        (start, ofWindow) -> {
          DriftDetector.Verdict verdict =
              detector.evaluate(start, summary(detector, service, ofWindow), state);
          reported.metrics().addAll(verdict.metrics());
          reported.alerts().addAll(verdict.alerts());
        });
    return reported;
  }
}
