package io.leat.drift;

import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
    return new Monitor(
        "price",
        "price",
        window,
        List.of(),
        Statistics.defaults(),
        Duration.ZERO,
        24,
        falseAlarmsPerWeek,
        2,
        3,
        3);
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

  private static double[] numbers(List<? extends @Nullable Object> values, int[] places) {
    return Arrays.stream(places).mapToDouble(place -> NumericValue.of(values.get(place))).toArray();
  }

  private static byte[] reasons(List<? extends @Nullable Object> values, int[] places) {
    byte[] reasons = new byte[places.length];
    for (int i = 0; i < places.length; i++) {
      reasons[i] = NumericValue.reason(values.get(places[i])).code();
    }
    return reasons;
  }

  /** Runs vectors, in any order, through a detector, window after window. */
  static Reported run(DriftDetector detector, FeatureService service, List<Row> rows) {
    int[] places = detector.features().stream().mapToInt(service.featureNames()::indexOf).toArray();
    TreeMap<Long, WindowSummary> windows = new TreeMap<>();
    for (Row row : rows) {
      windows
          .computeIfAbsent(detector.windowStart(row.time()), start -> detector.newWindow())
          .add(numbers(row.values(), places), reasons(row.values(), places));
    }
    Reported reported = new Reported(new ArrayList<>(), new ArrayList<>());
    Map<DriftStream, AlertState> states = new HashMap<>();
    windows.forEach(
        (start, window) -> {
          DriftDetector.Verdict verdict = detector.evaluate(start, window, states);
          reported.metrics().addAll(verdict.metrics());
          reported.alerts().addAll(verdict.alerts());
          states.putAll(verdict.states());
        });
    return reported;
  }
}
