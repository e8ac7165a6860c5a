package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
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

  /** Some of its embeddings; empty where windows keep none. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonProperty
  private final List<float[]> drawn;

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
      @JsonProperty(value = "sums", required = true) long[] sums,
      @JsonProperty(value = "drawn", required = true) List<float[]> drawn) {
    super(stream, nulls, nullsByReason);
    this.centroid = centroid;
    this.distances = distances;
    this.sums = sums.clone();
    this.drawn = List.copyOf(drawn);
    this.ofDistances = new NumberReference(stream, nulls, nullsByReason, distances, distanceBins);
  }

  /**
   * @param distances of the stream's vectors from the centroid
   * @param sums of them, as {@link Centroid#add} makes them
   * @param drawn some of them; empty where windows are to keep none
   */
  static EmbeddingReference of(
      NumberReference distances, Centroid centroid, long[] sums, Optional<EmbeddingSample> drawn) {
    return new EmbeddingReference(
        distances.stream(),
        distances.nulls(),
        distances.nullsByReason(),
        centroid,
        distances.distribution(),
        distances.bins(),
        sums,
        drawn.map(EmbeddingSample::vectors).orElse(List.of()));
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
      counts.sample().ifPresent(sample -> sample.add(floats(vector)));
    }
  }

  static float[] floats(double[] vector) {
    float[] numbers = new float[vector.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) vector[i];
    }
    return numbers;
  }

  /** No column of a row has it. */
  @Override
  int cell(ColumnValues row, int column) {
    return -1;
  }

  /** How much memory a window takes beside its counts. */
  long bytes() {
    long numbers = features().size();
    return Long.BYTES * numbers
        + (drawn.isEmpty() ? 0 : EmbeddingSample.MOST * Float.BYTES * numbers);
  }

  @Override
  FeatureCounts newCounts() {
    return new FeatureCounts(cells(), sums.length, !drawn.isEmpty());
  }

  @Override
  Sample sample() {
    EmbeddingSample sample = new EmbeddingSample();
    drawn.forEach(sample::add);
    return ofDistances.sample().ofVectors(spreads(sums), sample.drawn());
  }

  @Override
  Sample sample(FeatureCounts window) {
    return ofDistances
        .sample(window)
        .ofVectors(spreads(window.sums()), window.sample().orElseGet(EmbeddingSample::new).drawn());
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
   * Those of the named statistics that are defined of numbers, of the distances, and the classifier
   * where it is named; and the shift of the mean, to which distances are all but deaf.
   */
  @Override
  List<Statistic> statistics(List<String> named) {
    List<Statistic> measured = new ArrayList<>();
    for (String name : named) {
      Statistic statistic = Statistics.get(name);
      if (statistic.kinds().contains(ColumnKind.NUMBERS)
          || statistic.equals(Statistics.CLASSIFIER)) {
        measured.add(statistic);
      }
    }
    measured.add(Statistics.CENTROID_SHIFT);
    return measured;
  }
}
