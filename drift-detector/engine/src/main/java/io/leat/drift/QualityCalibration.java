package io.leat.drift;

import io.leat.drift.QualityReference.Usual;
import io.leat.drift.evidence.WindowSeries;
import io.leat.pipeline.definition.DataQuality.Measure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What the windows of a model's training rows say of data quality. Each is compared with the rest
 * of the rows, as a live one will be with all of them.
 */
final class QualityCalibration {
  private static final long DAY_MILLIS = 24 * 3_600_000L;

  /** Silence beyond so many windows is no part of the data's order. */
  static final int MOST_SILENT = 1000;

  private final CalibratedMonitor.Settings settings;
  private final int[] order;
  private final long[] numbers;

  /** Where in the order each window begins; one more, where the last ends. */
  private final int[] begins;

  /**
   * @param order the rows, in order of time
   * @param millis their event times, by row
   */
  QualityCalibration(CalibratedMonitor.Settings settings, int[] order, long[] millis) {
    this.settings = settings;
    this.order = order;
    List<Long> found = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < order.length; i++) {
      long number = Math.floorDiv(millis[order[i]], settings.windowMillis());
      if (found.isEmpty() || found.get(found.size() - 1) != number) {
        found.add(number);
        starts.add(i);
      }
    }
    starts.add(order.length);
    this.numbers = found.stream().mapToLong(Long::longValue).toArray();
    this.begins = starts.stream().mapToInt(Integer::intValue).toArray();
  }

  /** One of each measure. */
  List<QualityReference> calibrate(
      Map<String, ReferenceColumn> columns, List<FeatureReference> references) {
    Scores nulls = new Scores();
    Scores beyond = new Scores();
    Scores added = new Scores();
    for (FeatureReference reference : references) {
      ReferenceColumn column = columns.get(reference.name());
      if (column == null) {
        continue;
      }
      nulls(reference.name(), column, nulls);
      if (reference instanceof NumberReference numbers && numbers.hasRange()) {
        outOfRange(reference.name(), column, beyond);
      } else if (reference instanceof CategoryReference category
          && category.categories().tellsNew()) {
        newCategories(reference.name(), column, added);
      }
    }
    List<QualityReference> made = new ArrayList<>();
    made.add(nulls.reference(Measure.NULL_SHARE));
    if (beyond.isAny()) {
      made.add(beyond.reference(Measure.OUT_OF_RANGE_SHARE));
    }
    if (added.isAny()) {
      made.add(added.reference(Measure.NEW_CATEGORY_SHARE));
    }
    made.add(volume());
    return made;
  }

  private long[] sizes() {
    return IntStream.range(0, numbers.length).mapToLong(this::rows).toArray();
  }

  private int rows(int window) {
    return begins[window + 1] - begins[window];
  }

  /** The farthest of all columns, window by window. */
  private final class Scores {
    private final double[] scores = new double[numbers.length];
    private final List<Usual> usual = new ArrayList<>();
    private boolean any;

    boolean isAny() {
      return any;
    }

    /**
     * @param share what is usual
     * @param excess of each window above it; NaN where it has too few values to say
     * @param of how many values a window has
     */
    void add(String column, String reason, double share, double[] excess, long[] of) {
      any = true;
      double variance =
          IntStream.range(0, excess.length)
              .filter(window -> !Double.isNaN(excess[window]))
              .mapToDouble(
                  window -> excess[window] * excess[window] - Usual.drawn(share, of[window]))
              .average()
              .orElse(0);
      Usual found = new Usual(column, reason, share, Math.sqrt(Math.max(0, variance)));
      if (share > 0) {
        usual.add(found);
      }
      for (int window = 0; window < excess.length; window++) {
        if (!Double.isNaN(excess[window])) {
          scores[window] =
              Math.max(scores[window], found.score(share + excess[window], of[window]));
        }
      }
    }

    QualityReference reference(Measure measure) {
      WindowSeries.Builder series = new WindowSeries.Builder();
      for (int window = 0; window < numbers.length; window++) {
        if (rows(window) >= settings.minimumEvents()) {
          series.add(numbers[window], scores[window]);
        }
      }
      return QualityReference.of(measure, 1, usual, series.build(), settings.windowMillis());
    }
  }

  private void nulls(String name, ReferenceColumn column, Scores scores) {
    Map<String, long[]> byReason = new TreeMap<>();
    for (int window = 0; window < numbers.length; window++) {
      for (int i = begins[window]; i < begins[window + 1]; i++) {
        if (column.isNullAt(order[i])) {
          byReason
              .computeIfAbsent(
                  column.reasonAt(order[i]).text(), reason -> new long[numbers.length])[window]++;
        }
      }
    }
    scores.any = true;
    byReason.forEach(
        (reason, counts) -> {
          long all = Arrays.stream(counts).sum();
          double[] excess = new double[numbers.length];
          for (int window = 0; window < excess.length; window++) {
            int rows = rows(window);
            double rest =
                rows == order.length ? 0 : (all - counts[window]) / (double) (order.length - rows);
            excess[window] =
                rows < settings.minimumEvents()
                    ? Double.NaN
                    : counts[window] / (double) rows - rest;
          }
          scores.add(name, reason, all / (double) order.length, excess, sizes());
        });
  }

  /** The shares of windows far beyond the least and the greatest of the rest. */
  private void outOfRange(String name, ReferenceColumn column, Scores scores) {
    double[] least = new double[numbers.length];
    double[] greatest = new double[numbers.length];
    for (int window = 0; window < numbers.length; window++) {
      least[window] = Double.POSITIVE_INFINITY;
      greatest[window] = Double.NEGATIVE_INFINITY;
      for (int i = begins[window]; i < begins[window + 1]; i++) {
        if (!column.isNullAt(order[i])) {
          double value = column.numberAt(order[i]);
          least[window] = Math.min(least[window], value);
          greatest[window] = Math.max(greatest[window], value);
        }
      }
    }
    double[] sortedLeast = least.clone();
    double[] sortedGreatest = greatest.clone();
    Arrays.sort(sortedLeast);
    Arrays.sort(sortedGreatest);
    int last = numbers.length - 1;
    if (last == 0) {
      scores.any = true;
      return; // there is no rest
    }
    double[] shares = new double[numbers.length];
    long[] sizes = new long[numbers.length];
    for (int window = 0; window < numbers.length; window++) {
      double from = least[window] == sortedLeast[0] ? sortedLeast[1] : sortedLeast[0];
      double to =
          greatest[window] == sortedGreatest[last]
              ? sortedGreatest[last - 1]
              : sortedGreatest[last];
      double farBelow = NumberReference.farBelow(from, to);
      double farAbove = NumberReference.farAbove(from, to);
      int values = 0;
      int beyond = 0;
      for (int i = begins[window]; i < begins[window + 1]; i++) {
        if (!column.isNullAt(order[i])) {
          double value = column.numberAt(order[i]);
          values++;
          beyond += value < farBelow || value > farAbove ? 1 : 0;
        }
      }
      sizes[window] = values;
      shares[window] = values < settings.minimumEvents() ? Double.NaN : beyond / (double) values;
    }
    addShares(name, shares, sizes, scores);
  }

  /** The shares of categories that no other window has. */
  private void newCategories(String name, ReferenceColumn column, Scores scores) {
    Map<String, Integer> windowOf = new HashMap<>();
    for (int window = 0; window < numbers.length; window++) {
      for (int i = begins[window]; i < begins[window + 1]; i++) {
        String category = column.category(order[i]);
        if (category != null) {
          int here = window;
          windowOf.merge(category, here, (before, now) -> before == here ? here : -1);
        }
      }
    }
    double[] shares = new double[numbers.length];
    long[] sizes = new long[numbers.length];
    for (int window = 0; window < numbers.length; window++) {
      int values = 0;
      int added = 0;
      for (int i = begins[window]; i < begins[window + 1]; i++) {
        String category = column.category(order[i]);
        if (category != null) {
          values++;
          added += windowOf.getOrDefault(category, -1) == window ? 1 : 0;
        }
      }
      sizes[window] = values;
      shares[window] = values < settings.minimumEvents() ? Double.NaN : added / (double) values;
    }
    addShares(name, shares, sizes, scores);
  }

  private static void addShares(String name, double[] shares, long[] sizes, Scores scores) {
    double mean = Arrays.stream(shares).filter(one -> !Double.isNaN(one)).average().orElse(0);
    scores.add(name, "", mean, Arrays.stream(shares).map(one -> one - mean).toArray(), sizes);
  }

  /**
   * By the period that brings windows nearest to those that they are compared with. The first and
   * the last window of the rows may be parts, and are left out.
   */
  private QualityReference volume() {
    WindowSeries best = new WindowSeries.Builder().build();
    int chosen = 1;
    double nearest = Double.POSITIVE_INFINITY;
    for (int period : periods()) {
      WindowSeries series = distances(period);
      double mean = Arrays.stream(series.toArray()).average().orElse(Double.POSITIVE_INFINITY);
      if (mean < nearest) {
        nearest = mean;
        best = series;
        chosen = period;
      }
    }
    return QualityReference.of(Measure.VOLUME, chosen, List.of(), best, settings.windowMillis());
  }

  /** One window, a day's, a week's; as far as the rows reach over half of the windows of each. */
  private List<Integer> periods() {
    List<Integer> periods = new ArrayList<>(List.of(1));
    long ofADay =
        DAY_MILLIS % settings.windowMillis() == 0 ? DAY_MILLIS / settings.windowMillis() : 0;
    for (long period : List.of(ofADay, 7 * ofADay)) {
      if (period > 1 && Volumes.canCompare(period) && numbers.length >= 6 * period) {
        periods.add((int) period);
      }
    }
    return periods;
  }

  private WindowSeries distances(int period) {
    Volumes volumes = new Volumes();
    WindowSeries.Builder series = new WindowSeries.Builder();
    for (int window = 1; window < numbers.length - 1; window++) {
      long number = numbers[window];
      if (volumes.last().isPresent()) {
        if (number - volumes.last().getAsLong() > MOST_SILENT) {
          volumes.clear();
        } else {
          for (long silent = volumes.last().getAsLong() + 1; silent < number; silent++) {
            distance(volumes, silent, 0, period, series);
          }
        }
      }
      distance(volumes, number, rows(window), period, series);
    }
    return series.build();
  }

  private static void distance(
      Volumes volumes, long number, long rows, int period, WindowSeries.Builder series) {
    volumes
        .usual(number, period)
        .ifPresent(usual -> series.add(number, Volumes.distance((double) rows, usual)));
    volumes.add(number, rows);
  }
}
