package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.leat.drift.statistic.ColumnKind;
import io.leat.drift.statistic.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a profile keeps of a stream of numbers: their distribution, and the bins that statistics of
 * buckets count in. Immutable.
 *
 * <p>The bins are bounded by the reference's deciles, each bin closed above; equal deciles are
 * merged. Values below the reference's least and above its greatest, and nulls, have a bucket each:
 * below, the bins, above, null.
 */
public final class NumberReference extends FeatureReference {
  private static final int BINS = 10;

  @JsonProperty private final Distribution distribution;
  @JsonProperty private final double[] bins;

  private final int[] bucketOfCell;
  private final long[] expected;

  @JsonCreator
  NumberReference(
      @JsonProperty(value = "name", required = true) DriftStream stream,
      @JsonProperty(value = "nulls", required = true) long nulls,
      @JsonProperty(value = "nullsByReason", required = true) Map<String, Long> nullsByReason,
      @JsonProperty(value = "distribution", required = true) Distribution distribution,
      @JsonProperty(value = "bins", required = true) double[] bins) {
    super(stream, nulls, nullsByReason);
    this.distribution = distribution;
    this.bins = bins.clone();
    this.bucketOfCell = new int[distribution.cells()];
    this.expected = new long[bins.length + 3];
    fillBuckets();
  }

  /**
   * The reference of a stream that had these numbers and so many nulls.
   *
   * @param nullsByReason by the reasons' texts
   */
  static NumberReference of(
      DriftStream stream, Distribution distribution, Map<String, Long> nullsByReason) {
    List<Double> edges = new ArrayList<>();
    int point = 0;
    for (int bin = 1; bin <= BINS && distribution.size() > 0; bin++) {
      while (distribution.atOrBelow(point) * BINS < bin * distribution.count()) {
        point++;
      }
      double edge = distribution.point(point);
      if (edges.isEmpty() || edges.get(edges.size() - 1) < edge) {
        edges.add(edge);
      }
    }
    return new NumberReference(
        stream,
        sum(nullsByReason),
        nullsByReason,
        distribution,
        edges.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private void fillBuckets() {
    int above = bins.length + 1;
    int bin = 0;
    long passed = 0;
    for (int i = 0; i < distribution.size() && bin < bins.length; i++) {
      bucketOfCell[2 * i] = i == 0 ? 0 : bin + 1;
      bucketOfCell[2 * i + 1] = bin + 1;
      if (distribution.point(i) == bins[bin]) {
        expected[bin + 1] = distribution.atOrBelow(i) - passed;
        passed = distribution.atOrBelow(i);
        bin++;
      }
    }
    if (bin < bins.length || passed != distribution.count()) {
      throw new IllegalArgumentException(
          "bins of feature " + stream() + " do not end at ascending points of its distribution");
    }
    if (distribution.size() > 0) {
      bucketOfCell[distribution.cells() - 1] = above;
    }
    expected[above + 1] = evaluatedNulls();
  }

  @Override
  Optional<FeatureReference> merge(FeatureReference other) {
    return other instanceof NumberReference that
        ? Optional.of(of(stream(), distribution.merge(that.distribution), nullsWith(that)))
        : Optional.empty();
  }

  @Override
  Optional<FeatureCounts> values(FeatureReference other) {
    return other instanceof NumberReference that
        ? Optional.of(distribution.count(that.distribution))
        : Optional.empty();
  }

  /** Whether there is more than one number: one alone says nothing of how far others may lie. */
  boolean hasRange() {
    return distribution.size() > 1;
  }

  /** Below this lies what is farther from the least number than the greatest is. */
  double farBelow() {
    return farBelow(least(), greatest());
  }

  /** Above this lies what is farther from the greatest number than the least is. */
  double farAbove() {
    return farAbove(least(), greatest());
  }

  static double farBelow(double least, double greatest) {
    return least - (greatest - least);
  }

  static double farAbove(double least, double greatest) {
    return greatest + (greatest - least);
  }

  private double least() {
    return distribution.point(0);
  }

  private double greatest() {
    return distribution.point(distribution.size() - 1);
  }

  public Distribution distribution() {
    return distribution;
  }

  double[] bins() {
    return bins.clone();
  }

  @Override
  public ColumnKind kind() {
    return ColumnKind.NUMBERS;
  }

  @Override
  public long count() {
    return distribution.count();
  }

  @Override
  int cells() {
    return distribution.cells();
  }

  @Override
  int cell(ColumnValues row, int column) {
    double value = row.numbers()[column];
    return Double.isNaN(value) ? -1 : distribution.cell(value);
  }

  @Override
  Sample sample() {
    return distribution.sample(expected);
  }

  @Override
  Sample sample(FeatureCounts window) {
    return distribution.sample(window, buckets(window));
  }

  @Override
  long[] buckets(FeatureCounts window) {
    long[] buckets = new long[expected.length];
    for (int cell = 0; cell < window.cells(); cell++) {
      buckets[bucketOfCell[cell]] += window.cell(cell);
    }
    buckets[buckets.length - 1] = evaluatedNulls(window);
    return buckets;
  }

  @Override
  List<String> labels() {
    List<String> labels = new ArrayList<>();
    String from = distribution.size() == 0 ? "all" : text(distribution.point(0));
    labels.add("below " + from);
    for (int bin = 0; bin < bins.length; bin++) {
      labels.add((bin == 0 ? "" : "over ") + from + " to " + text(bins[bin]));
      from = text(bins[bin]);
    }
    labels.add("above " + from);
    labels.add("null");
    return labels;
  }

  private static String text(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e7
        ? String.format(Locale.ROOT, "%.0f", number)
        : String.format(Locale.ROOT, "%.4g", number);
  }
}
