package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.leat.drift.statistic.Sample;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a profile keeps of one numeric feature: its distribution, its nulls and the bins that
 * statistics of buckets count in. Immutable.
 *
 * <p>The bins are bounded by the reference's deciles, each bin closed above; equal deciles are
 * merged. Values below the reference's least and above its greatest, and nulls, have a bucket each:
 * below, the bins, above, null. Nulls that are not known say nothing of the data and are in none.
 */
public final class FeatureReference {
  private static final int BINS = 10;

  @JsonProperty("name")
  private final DriftStream stream;

  @JsonProperty private final long nulls;

  /** By the reasons' texts; empty in profiles of releases that did not tell them apart. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonProperty
  private final Map<String, Long> nullsByReason;

  @JsonProperty private final Distribution distribution;
  @JsonProperty private final double[] bins;

  private final int[] bucketOfCell;
  private final long[] expected;

  @JsonCreator
  FeatureReference(
      @JsonProperty(value = "name", required = true) DriftStream stream,
      @JsonProperty(value = "nulls", required = true) long nulls,
      @JsonProperty(value = "nullsByReason", required = true) Map<String, Long> nullsByReason,
      @JsonProperty(value = "distribution", required = true) Distribution distribution,
      @JsonProperty(value = "bins", required = true) double[] bins) {
    this.stream = stream;
    this.nulls = nulls;
    this.nullsByReason = new TreeMap<>(nullsByReason);
    this.distribution = distribution;
    this.bins = bins.clone();
    this.bucketOfCell = new int[distribution.cells()];
    this.expected = new long[bins.length + 3];
    fillBuckets();
  }

  /**
   * The reference of a feature that had these numbers and so many nulls.
   *
   * @param nullsByReason by the reasons' texts
   */
  static FeatureReference of(
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
    return new FeatureReference(
        stream,
        nullsByReason.values().stream().mapToLong(Long::longValue).sum(),
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
    if (nulls < 0 || bin < bins.length || passed != distribution.count()) {
      throw new IllegalArgumentException(
          "bins of feature " + stream + " do not end at ascending points of its distribution");
    }
    if (distribution.size() > 0) {
      bucketOfCell[distribution.cells() - 1] = above;
    }
    long reported = nullsByReason.values().stream().mapToLong(Long::longValue).sum();
    if (tellsReasons() && reported != nulls) {
      throw new IllegalArgumentException(
          "feature %s has %d nulls, and reasons for %d".formatted(stream, nulls, reported));
    }
    expected[above + 1] = nulls - (tellsReasons() ? unknown() : 0);
  }

  private boolean tellsReasons() {
    return nulls == 0 || !nullsByReason.isEmpty();
  }

  private long unknown() {
    return nullsByReason.entrySet().stream()
        .filter(one -> NullReason.of(one.getKey()).filter(FeatureCounts::isUnknown).isPresent())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** The column, and the segment of the rows, that it is of. */
  public DriftStream stream() {
    return stream;
  }

  /** Full name of the feature. */
  public String name() {
    return stream.feature();
  }

  /** Values that were null. */
  public long nulls() {
    return nulls;
  }

  /**
   * By the reasons' texts, how many values were null for each that there was; empty in profiles of
   * releases that did not tell them apart.
   */
  public Map<String, Long> nullsByReason() {
    return Collections.unmodifiableMap(nullsByReason);
  }

  /**
   * Nulls of a window that say something of the data: all but those that were not known. Where the
   * reference does not tell these from other nulls, all.
   */
  private long evaluatedNulls(FeatureCounts window) {
    return window.nulls() - (tellsReasons() ? window.unknown() : 0);
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

  /** Counts a value as {@link NumericValue} reads it; NaN is null, for the reason of a code. */
  void count(double value, byte reason, FeatureCounts counts) {
    if (Double.isNaN(value)) {
      counts.addNulls(NullReason.of(reason), 1);
    } else {
      counts.add(distribution.cell(value));
    }
  }

  /** The reference as one side of a comparison. */
  Sample sample() {
    return distribution.sample(expected);
  }

  /** A window as the other side. */
  Sample sample(FeatureCounts window) {
    return distribution.sample(window, buckets(window));
  }

  /** A window's counts by bucket. */
  long[] buckets(FeatureCounts window) {
    long[] buckets = new long[expected.length];
    for (int cell = 0; cell < window.cells(); cell++) {
      buckets[bucketOfCell[cell]] += window.cell(cell);
    }
    buckets[buckets.length - 1] = evaluatedNulls(window);
    return buckets;
  }
}
