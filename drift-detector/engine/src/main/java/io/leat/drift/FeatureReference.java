package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;

/**
 * What a profile keeps of one numeric feature: its distribution, its nulls and the bins that the
 * population stability index counts in. Immutable.
 *
 * <p>The bins are bounded by the reference's deciles, each bin closed above; equal deciles are
 * merged. Values below the reference's least and above its greatest, and nulls, have a bucket each:
 * below, the bins, above, null.
 */
public final class FeatureReference {
  private static final int BINS = 10;

  @JsonProperty private final String name;
  @JsonProperty private final long nulls;
  @JsonProperty private final Distribution distribution;
  @JsonProperty private final double[] bins;

  private final int[] bucketOfCell;
  private final long[] expected;

  @JsonCreator
  FeatureReference(
      @JsonProperty(value = "name", required = true) String name,
      @JsonProperty(value = "nulls", required = true) long nulls,
      @JsonProperty(value = "distribution", required = true) Distribution distribution,
      @JsonProperty(value = "bins", required = true) double[] bins) {
    this.name = name;
    this.nulls = nulls;
    this.distribution = distribution;
    this.bins = bins.clone();
    this.bucketOfCell = new int[distribution.cells()];
    this.expected = new long[bins.length + 3];
    fillBuckets();
  }

  /** The reference of a feature that had these numbers and so many nulls. */
  static FeatureReference of(String name, Distribution distribution, long nulls) {
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
    return new FeatureReference(
        name, nulls, distribution, edges.stream().mapToDouble(Double::doubleValue).toArray());
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
    if (nulls < 0 || bin < bins.length || passed != distribution.count()) {
      throw new IllegalArgumentException(
          "bins of feature " + name + " do not end at ascending points of its distribution");
    }
    if (distribution.size() > 0) {
      bucketOfCell[distribution.cells() - 1] = above;
    }
    expected[above + 1] = nulls;
  }

  /** Full name of the feature. */
  public String name() {
    return name;
  }

  /** Values that were null. */
  public long nulls() {
    return nulls;
  }

  /** Values that were not null. */
  public long count() {
    return distribution.count();
  }

  public Distribution distribution() {
    return distribution;
  }

  FeatureCounts newCounts() {
    return new FeatureCounts(distribution.cells());
  }

  /** Counts a value as {@link NumericValue} reads it; NaN is null. */
  void count(double value, FeatureCounts counts) {
    if (Double.isNaN(value)) {
      counts.addNull();
    } else {
      counts.add(distribution.cell(value));
    }
  }

  /** The reference's counts by bucket. */
  long[] expected() {
    return expected.clone();
  }

  /** A window's counts by bucket. */
  long[] buckets(FeatureCounts window) {
    long[] buckets = new long[expected.length];
    for (int cell = 0; cell < window.cells(); cell++) {
      buckets[bucketOfCell[cell]] += window.cell(cell);
    }
    buckets[buckets.length - 1] = window.nulls();
    return buckets;
  }
}
