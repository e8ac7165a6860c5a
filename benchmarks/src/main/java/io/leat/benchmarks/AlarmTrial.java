package io.leat.benchmarks;

import io.leat.benchmarks.AlarmScenario.Change;
import io.leat.drift.ColumnValues;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.QualityState;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.drift.WindowSummary;
import io.leat.drift.evidence.Guarantee;
import io.leat.drift.sequential.SequentialDetector;
import io.leat.drift.sequential.SequentialDetectors;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** One stream, run past all ways to watch it. */
final class AlarmTrial {
  private static final Duration DAY = Duration.ofDays(1);

  /** A common rule of thumb: a stability index above 0.2 is a change that matters. */
  private static final double MUCH = 0.2;

  private static final String DATA_QUALITY = "data_quality";

  /**
   * What a way to watch said.
   *
   * @param opened how many alarms it opened
   * @param firstDay the day, from 1, of the first; empty if there was none
   */
  record Said(int opened, Optional<Integer> firstDay) {
    static final Said NOTHING = new Said(0, Optional.empty());

    Said and(int more, int day) {
      return more == 0 ? this : new Said(opened + more, Optional.of(firstDay.orElse(day)));
    }
  }

  /**
   * What came of a stream.
   *
   * @param said by the names of the ways
   * @param references streams by their statistics
   * @param withoutGuarantee of these, those that nothing is promised of
   */
  record Outcome(Map<String, Said> said, int references, int withoutGuarantee) {}

  private AlarmTrial() {}

  static String name(Monitor.Rule rule, double budget) {
    return "%s %s".formatted(rule == Monitor.Rule.SEQUENTIAL ? "evidence" : "thresholds", budget);
  }

  /** What an operator sees: the evidence of drift, and that of data quality, by as much a week. */
  static String quality(double budget) {
    return "or quality " + budget;
  }

  /** Names of all ways, in the order of the tables. */
  static List<String> ways(List<Double> budgets) {
    List<String> names = new ArrayList<>();
    for (double budget : budgets) {
      names.add(name(Monitor.Rule.SEQUENTIAL, budget));
      names.add(quality(budget));
      names.add(name(Monitor.Rule.THRESHOLDS, budget));
    }
    names.addAll(List.of("PSI > 0.2", "ADWIN", "always"));
    return names;
  }

  /**
   * Runs a stream: the reference's days, then others.
   *
   * @param days after the reference; fewer are run where something changed and all have alarmed
   */
  static Outcome run(AlarmScenario scenario, long seed, List<Double> budgets, int days) {
    AlarmStream stream = AlarmStream.of(scenario, seed);
    List<Monitor> monitors = budgets.stream().map(b -> monitor("b" + b, b, true)).toList();
    ReferenceProfileBuilder builder =
        new ReferenceProfileBuilder(MODEL, service(scenario.columns()), monitors);
    Adwins adwins = new Adwins(scenario.columns());
    for (int day = 0; day < scenario.referenceDays(); day++) {
      for (int row = 0; row < scenario.rowsADay(); row++) {
        Object[] values = stream.next();
        builder.add(time(scenario, day, row), Arrays.asList(values));
        adwins.add(values);
      }
    }
    ReferenceProfile profile = builder.build();
    Map<String, Watching> watching = new LinkedHashMap<>();
    for (double budget : budgets) {
      for (Monitor.Rule rule : Monitor.Rule.values()) {
        Monitor monitor = monitor("b" + budget, budget, rule == Monitor.Rule.SEQUENTIAL);
        watching.put(name(rule, budget), new Watching(new DriftDetector(monitor, profile)));
      }
    }
    DriftDetector first = watching.values().iterator().next().detector;
    Map<String, Said> said = new HashMap<>();
    ways(budgets).forEach(way -> said.put(way, Said.NOTHING));
    boolean beyond = false;
    for (int day = 0; day < days; day++) {
      long start = time(scenario, scenario.referenceDays() + day, 0);
      WindowSummary window = first.newWindow();
      int adwin = 0;
      for (int row = 0; row < scenario.rowsADay(); row++) {
        Object[] values = stream.next();
        window.add(ColumnValues.of(values));
        adwin += adwins.add(values);
      }
      int now = day + 1;
      boolean wasBeyond = beyond;
      DriftDetector.Measured measured = first.measure(window);
      beyond = measured.greatest(Statistics.POPULATION_STABILITY).orElse(0) > MUCH;
      for (Map.Entry<String, Watching> one : watching.entrySet()) {
        one.getValue().next(start, window, measured);
        said.computeIfPresent(
            one.getKey(), (way, before) -> before.and(one.getValue().opened(), now));
      }
      for (double budget : budgets) {
        Watching both = watching.get(name(Monitor.Rule.SEQUENTIAL, budget));
        said.computeIfPresent(
            quality(budget),
            (way, before) -> before.and(both.opened() + both.openedOfQuality(), now));
      }
      int opens = beyond && !wasBeyond ? 1 : 0;
      int changes = adwin;
      said.computeIfPresent("PSI > 0.2", (way, before) -> before.and(opens, now));
      said.computeIfPresent("ADWIN", (way, before) -> before.and(changes, now));
      said.computeIfPresent("always", (way, before) -> before.and(1, now));
      if (scenario.change() != Change.NONE
          && said.values().stream().allMatch(one -> one.firstDay().isPresent())) {
        break;
      }
    }
    return new Outcome(
        said,
        first.references().size(),
        (int) first.references().stream().filter(r -> r.guarantee() == Guarantee.NONE).count());
  }

  private static long time(AlarmScenario scenario, int day, int row) {
    return day * DAY.toMillis() + row * DAY.toMillis() / scenario.rowsADay();
  }

  /** A monitor at work. */
  private static final class Watching {
    private final DriftDetector detector;
    private final DetectorState state = new DetectorState();
    private final QualityState qualityState = new QualityState();
    private final Set<String> known = new HashSet<>();
    private int opened;
    private int openedOfQuality;

    Watching(DriftDetector detector) {
      this.detector = detector;
    }

    void next(long start, WindowSummary window, DriftDetector.Measured measured) {
      opened = 0;
      openedOfQuality = 0;
      for (DriftAlert alert : detector.alerts(start, window, measured, state, qualityState)) {
        if (alert.getState() == AlertState.OPEN && known.add(alert.getAlertId())) {
          if (alert.getKind().equals(DATA_QUALITY)) {
            openedOfQuality++;
          } else {
            opened++;
          }
        }
      }
    }

    /** Of drift, in the last window. */
    int opened() {
      return opened;
    }

    int openedOfQuality() {
      return openedOfQuality;
    }
  }

  /** ADWIN with its standard parameters, one a column; of a text, whether it is the first seen. */
  private static final class Adwins {
    private final SequentialDetector[] detectors;
    private final Object[] texts;

    Adwins(int columns) {
      detectors =
          IntStream.range(0, columns)
              .mapToObj(i -> SequentialDetectors.ADWIN.create())
              .toArray(SequentialDetector[]::new);
      texts = new Object[columns];
    }

    int add(Object[] values) {
      int drifts = 0;
      for (int i = 0; i < values.length; i++) {
        Object value = values[i];
        if (value instanceof String && texts[i] == null) {
          texts[i] = value;
        }
        if (value != null) {
          double number = value instanceof Double of ? of : value.equals(texts[i]) ? 1.0 : 0.0;
          drifts += detectors[i].add(number) == SequentialDetector.State.DRIFT ? 1 : 0;
        }
      }
      return drifts;
    }
  }

  private static final Model MODEL =
      new Model(
          "model",
          "1",
          "rows",
          1,
          Path.of("model.onnx"),
          Path.of("reference.json"),
          "benchmarks",
          "benchmarks",
          new Model.Nulls(Optional.empty(), Map.of()),
          new Model.Output("probabilities", 1),
          List.of());

  private static FeatureService service(int columns) {
    List<FeatureService.Feature> features = new ArrayList<>();
    IntStream.range(0, columns)
        .forEach(i -> features.add(new FeatureService.EventFeature("c" + i)));
    return new FeatureService("rows", 1, "rows", features, Optional.empty(), "d1");
  }

  /** 2 of 3 windows, closing after 3; at least 12 values a window. */
  private static Monitor monitor(String name, double budget, boolean sequential) {
    return new Monitor(
        name,
        MODEL.name(),
        DAY,
        List.of(),
        Statistics.defaults(),
        Duration.ZERO,
        12,
        budget,
        2,
        3,
        3,
        sequential ? Monitor.Rule.SEQUENTIAL : Monitor.Rule.THRESHOLDS);
  }
}
