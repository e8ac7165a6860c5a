package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.leat.drift.statistic.ColumnKind;
import io.leat.drift.statistic.Sample;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a profile keeps of a stream of embeddings: the distribution of their distances (Euclidean)
 * from the mean of the training rows' embeddings, and where the stream's own mean lies. Immutable.
 *
 * <p>Vectors are summed as whole multiples of a 2^20th of the spread, the root of the mean squared
 * distance, so that sums are the same in whatever order they are made.
 */
public final class EmbeddingReference extends FeatureReference {
  private static final double STEPS = 1 << 20;

  /** A number may be so many steps off the mean: 2^21 vectors of such still make a long. */
  private static final double MOST_STEPS = 1L << 40;

  @JsonProperty private final Centroid centroid;
  @JsonProperty private final Distribution distances;
  @JsonProperty private final long[] sums;

  private final NumberReference ofDistances;

  /**
   * Where the training rows' embeddings lie.
   *
   * @param features full names of the numbers
   * @param mean of each
   * @param spread the root of the mean squared distance from the mean; more than 0
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Centroid(List<String> features, double[] mean, double spread) {
    Centroid {
      features = List.copyOf(features);
      if (features.size() != mean.length || !(spread > 0)) {
        throw new IllegalArgumentException(
            "a mean of %d numbers of %d features, spread %s; expected as many, and a spread above 0"
                .formatted(mean.length, features.size(), spread));
      }
    }

    /** How far an embedding lies from the mean; NaN where 32 bits do not hold it. */
    double distance(double[] vector) {
      double squared = 0;
      for (int i = 0; i < mean.length; i++) {
        squared += (vector[i] - mean[i]) * (vector[i] - mean[i]);
      }
      return NumericValue.of(Math.sqrt(squared));
    }

    void add(double[] vector, long[] sums) {
      for (int i = 0; i < mean.length; i++) {
        double steps = (vector[i] - mean[i]) / spread * STEPS;
        sums[i] += Math.round(Math.max(-MOST_STEPS, Math.min(MOST_STEPS, steps)));
      }
    }
  }

  @JsonCreator
  EmbeddingReference(
      @JsonProperty(value = "name", required = true) DriftStream stream,
      @JsonProperty(value = "nulls", required = true) long nulls,
      @JsonProperty(value = "nullsByReason", required = true) Map<String, Long> nullsByReason,
      @JsonProperty(value = "centroid", required = true) Centroid centroid,
      @JsonProperty(value = "distances", required = true) Distribution distances,
      @JsonProperty(value = "distanceBins", required = true) double[] distanceBins,
      @JsonProperty(value = "sums", required = true) long[] sums) {
    super(stream, nulls, nullsByReason);
    this.centroid = centroid;
    this.distances = distances;
    this.sums = sums.clone();
    this.ofDistances = new NumberReference(stream, nulls, nullsByReason, distances, distanceBins);
  }

  /**
   * @param distances of the stream's vectors from the centroid
   * @param sums of them, as {@link Centroid#add} makes them
   */
  static EmbeddingReference of(NumberReference distances, Centroid centroid, long[] sums) {
    return new EmbeddingReference(
        distances.stream(),
        distances.nulls(),
        distances.nullsByReason(),
        centroid,
        distances.distribution(),
        distances.bins(),
        sums);
  }

  @JsonProperty
  double[] distanceBins() {
    return ofDistances.bins();
  }

  /** Full names of the features that it is made of. */
  public List<String> features() {
    return centroid.features();
  }

  /** How the distances from the mean of the training rows' embeddings are distributed. */
  public Distribution distances() {
    return distances;
  }

  @Override
  public ColumnKind kind() {
    return ColumnKind.EMBEDDINGS;
  }

  @Override
  public long count() {
    return distances.count();
  }

  @Override
  int cells() {
    return ofDistances.cells();
  }

  /**
   * Counts an embedding; a null where one of its numbers is, for that one's reason.
   *
   * @param places of its numbers in the row
   */
  void count(ColumnValues row, int[] places, FeatureCounts counts) {
    double[] vector = new double[places.length];
    for (int i = 0; i < places.length; i++) {
      vector[i] = row.numbers()[places[i]];
      if (Double.isNaN(vector[i])) {
        counts.addNulls(NullReason.of(row.reasons()[places[i]]), 1);
        return;
      }
    }
    count(vector, counts);
  }

  void count(double[] vector, FeatureCounts counts) {
    double distance = centroid.distance(vector);
    if (Double.isNaN(distance)) {
      counts.addNulls(NullReason.NOT_FINITE, 1);
    } else {
      counts.add(distances.cell(distance));
      centroid.add(vector, counts.sums());
    }
  }

  /** No column of a row has it. */
  @Override
  int cell(ColumnValues row, int column) {
    return -1;
  }

  @Override
  FeatureCounts newCounts() {
    return new FeatureCounts(cells(), sums.length);
  }

  @Override
  Sample sample() {
    return ofDistances.sample().withSums(spreads(sums));
  }

  @Override
  Sample sample(FeatureCounts window) {
    return ofDistances.sample(window).withSums(spreads(window.sums()));
  }

  private static double[] spreads(long[] steps) {
    return Arrays.stream(steps).mapToDouble(sum -> sum / STEPS).toArray();
  }

  @Override
  long[] buckets(FeatureCounts window) {
    return ofDistances.buckets(window);
  }

  @Override
  List<String> labels() {
    return ofDistances.labels();
  }

  /** Distances from two means are no distances from one. */
  @Override
  Optional<FeatureReference> merge(FeatureReference other) {
    return Optional.empty();
  }

  @Override
  Optional<FeatureCounts> values(FeatureReference other) {
    return Optional.empty();
  }

  /**
   * Those of the named statistics that are defined of numbers, of the distances; and the shift of
   * the mean, to which distances are all but deaf.
   */
  @Override
  List<Statistic> statistics(List<String> named) {
    List<Statistic> measured = new ArrayList<>();
    for (String name : named) {
      Statistic statistic = Statistics.get(name);
      if (statistic.kinds().contains(ColumnKind.NUMBERS)) {
        measured.add(statistic);
      }
    }
    measured.add(Statistics.CENTROID_SHIFT);
    return measured;
  }
}
