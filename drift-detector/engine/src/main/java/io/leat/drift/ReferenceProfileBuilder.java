package io.leat.drift;

import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a reference profile out of a model's training rows, which it holds in memory as numbers.
 * Not thread-safe.
 *
 * <p>Rows may come in any order. A feature is numeric if every value that is not null is a number
 * or a boolean (true is 1); others are left out of the profile.
 */
public final class ReferenceProfileBuilder {
  private final Model model;
  private final FeatureService service;
  private final List<Monitor> monitors;
  private final Column[] columns;
  private long[] times = new long[1024];
  private int rows;

  /** One feature's numbers, row by row; NaN is null. */
  private static final class Column {
    private double[] values = new double[1024];

    /** For each value that is NaN the code of its reason. */
    private byte[] reasons = new byte[1024];

    private boolean numeric = true;
  }

  /**
   * @param monitors the monitors of this model; others are passed over
   */
  public ReferenceProfileBuilder(Model model, FeatureService service, List<Monitor> monitors) {
    this.model = model;
    this.service = service;
    this.monitors = monitors.stream().filter(m -> m.model().equals(model.name())).toList();
    this.columns = new Column[service.features().size()];
    Arrays.setAll(columns, i -> new Column());
  }

  /** A builder for a model of a pipeline, with all of its monitors. */
  public static ReferenceProfileBuilder of(Pipeline pipeline, Model model) {
    FeatureService service =
        pipeline
            .service(model.service())
            .orElseThrow(
                () -> new IllegalArgumentException("no feature service " + model.service()));
    return new ReferenceProfileBuilder(model, service, pipeline.monitors());
  }

  /**
   * Takes a row.
   *
   * @param eventTime milliseconds since 1970-01-01 UTC
   * @param values one value a feature of the service, in its order: Double, Long, Boolean, String,
   *     the {@link NullReason} for which there is none, or null for a reason that is not told
   */
  public ReferenceProfileBuilder add(long eventTime, List<? extends @Nullable Object> values) {
    if (values.size() != columns.length) {
      throw new IllegalArgumentException(
          "a row of %d values; service %s has %d features"
              .formatted(values.size(), service.name(), columns.length));
    }
    if (rows == times.length) {
      times = Arrays.copyOf(times, 2 * rows);
      for (Column column : columns) {
        column.values = Arrays.copyOf(column.values, 2 * rows);
        column.reasons = Arrays.copyOf(column.reasons, 2 * rows);
      }
    }
    times[rows] = eventTime;
    for (int i = 0; i < columns.length; i++) {
      Object value = values.get(i);
      columns[i].numeric &=
          value == null || value instanceof NullReason || NumericValue.isNumeric(value);
      columns[i].values[rows] = NumericValue.of(value);
      columns[i].reasons[rows] = NumericValue.reason(value).code();
    }
    rows++;
    return this;
  }

  /**
   * Makes the profile.
   *
   * @throws ReferenceProfileException if there is no row, or a monitor watches a feature that is
   *     not numeric
   */
  public ReferenceProfile build() {
    if (rows == 0) {
      throw new ReferenceProfileException(
          "No training rows for model %s; a reference profile is made of at least one."
              .formatted(model.name()));
    }
    int[] order = orderOfTime();
    List<FeatureReference> features = new ArrayList<>();
    List<Column> numeric = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].numeric) {
        features.add(reference(service.features().get(i).name(), columns[i]));
        numeric.add(columns[i]);
      }
    }
    return new ReferenceProfile(
        ReferenceProfile.FORMAT,
        ReferenceProfile.FORMAT_VERSION,
        model.name(),
        service.name(),
        service.version(),
        service.definition(),
        rows,
        times[order[0]],
        times[order[rows - 1]],
        features,
        monitors.stream().map(m -> calibrate(m, features, numeric, order)).toList());
  }

  private int[] orderOfTime() {
    return IntStream.range(0, rows)
        .boxed()
        .sorted(Comparator.comparingLong(row -> times[row]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private FeatureReference reference(String name, Column column) {
    double[] values =
        Arrays.stream(column.values, 0, rows).filter(value -> !Double.isNaN(value)).toArray();
    Map<String, Long> nulls = new TreeMap<>();
    for (int row = 0; row < rows; row++) {
      if (Double.isNaN(column.values[row])) {
        nulls.merge(NullReason.of(column.reasons[row]).text(), 1L, Long::sum);
      }
    }
    return FeatureReference.of(DriftStream.of(name), Distribution.of(values), nulls);
  }

  private CalibratedMonitor calibrate(
      Monitor monitor, List<FeatureReference> features, List<Column> numeric, int[] order) {
    CalibratedMonitor.Settings settings = CalibratedMonitor.Settings.of(monitor);
    List<String> known = features.stream().map(FeatureReference::name).toList();
    List<String> watched = monitor.features().isEmpty() ? known : monitor.features();
    List<Threshold> thresholds = new ArrayList<>();
    List<Statistic> statistics = monitor.statistics().stream().map(Statistics::get).toList();
    double budget = monitor.falseAlarmsPerWeek() / (watched.size() * (double) statistics.size());
    for (String name : watched) {
      int index = known.indexOf(name);
      if (index < 0) {
        throw new ReferenceProfileException(
            "Monitor %s watches %s, which is not numeric in the training data; numeric are %s."
                .formatted(monitor.name(), name, known));
      }
      thresholds.addAll(
          calibrate(features.get(index), numeric.get(index), order, statistics, budget, settings));
    }
    return new CalibratedMonitor(settings, thresholds);
  }

  private List<Threshold> calibrate(
      FeatureReference reference,
      Column column,
      int[] order,
      List<Statistic> statistics,
      double budget,
      CalibratedMonitor.Settings settings) {
    Map<Statistic, List<Double>> series = new LinkedHashMap<>();
    statistics.forEach(statistic -> series.put(statistic, new ArrayList<>()));
    for (int start = 0, end; start < rows; start = end) {
      long window = windowOf(order[start], settings);
      FeatureCounts counts = reference.newCounts();
      for (end = start; end < rows && windowOf(order[end], settings) == window; end++) {
        reference.count(column.values[order[end]], column.reasons[order[end]], counts);
      }
      Comparison comparison = Comparison.of(reference, counts);
      series.forEach(
          (statistic, values) ->
              comparison.valueFromRest(statistic, settings.minimumEvents()).ifPresent(values::add));
    }
    List<Threshold> thresholds = new ArrayList<>();
    series.forEach(
        (statistic, values) ->
            thresholds.add(
                Calibration.calibrate(
                    reference.stream(),
                    statistic,
                    values.stream().mapToDouble(Double::doubleValue).toArray(),
                    budget,
                    settings)));
    return thresholds;
  }

  private long windowOf(int row, CalibratedMonitor.Settings settings) {
    return Math.floorDiv(times[row], settings.windowMillis());
  }
}
