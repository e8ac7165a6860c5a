package io.leat.drift;

import io.leat.pipeline.definition.Embedding;
import io.leat.schemas.NullReason;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The embeddings of training rows: several columns of numbers as one. */
final class EmbeddingColumn implements StreamColumn {
  private final List<ReferenceColumn> numbers;
  private final EmbeddingReference.Centroid centroid;
  private final ReferenceColumn distances = new ReferenceColumn();
  private final boolean draws;

  /**
   * @param numbers the columns of its numbers
   * @param rows how many rows they have
   * @param draws whether some embeddings are kept
   */
  EmbeddingColumn(Embedding embedding, List<ReferenceColumn> numbers, int rows, boolean draws) {
    this.numbers = List.copyOf(numbers);
    this.draws = draws;
    int[] whole = IntStream.range(0, rows).filter(this::isWhole).toArray();
    double[] mean = new double[numbers.size()];
    for (int i = 0; i < mean.length; i++) {
      ReferenceColumn column = numbers.get(i);
      mean[i] = mean(Arrays.stream(whole).mapToDouble(column::numberAt).toArray());
    }
    EmbeddingReference.Centroid unscaled =
        new EmbeddingReference.Centroid(embedding.features(), mean, 1);
    double spread =
        Math.sqrt(
            mean(
                Arrays.stream(whole)
                    .mapToDouble(row -> unscaled.distance(vector(row)))
                    .filter(distance -> !Double.isNaN(distance))
                    .map(distance -> distance * distance)
                    .toArray()));
    this.centroid =
        new EmbeddingReference.Centroid(embedding.features(), mean, spread > 0 ? spread : 1);
    for (int row = 0; row < rows; row++) {
      Optional<NullReason> reason = reason(row);
      distances.add(reason.isPresent() ? reason.get() : centroid.distance(vector(row)));
    }
  }

  /** The same whatever the order of what it is of; 0 of nothing. */
  private static double mean(double[] values) {
    Arrays.sort(values);
    return Arrays.stream(values).average().orElse(0);
  }

  private boolean isWhole(int row) {
    return reason(row).isEmpty();
  }

  /** Why the first of its numbers that is null is. */
  private Optional<NullReason> reason(int row) {
    return numbers.stream()
        .filter(column -> column.isNullAt(row))
        .findFirst()
        .map(column -> column.reasonAt(row));
  }

  private double[] vector(int row) {
    return numbers.stream().mapToDouble(column -> column.numberAt(row)).toArray();
  }

  /** How far each row's embedding lies from the mean of all. */
  ReferenceColumn distances() {
    return distances;
  }

  @Override
  public EmbeddingReference reference(DriftStream stream, int[] of, int points, int kept) {
    long[] sums = new long[numbers.size()];
    Optional<EmbeddingSample> drawn = draws ? Optional.of(new EmbeddingSample()) : Optional.empty();
    for (int row : of) {
      if (!distances.isNullAt(row)) {
        double[] vector = vector(row);
        centroid.add(vector, sums);
        drawn.ifPresent(sample -> sample.add(EmbeddingReference.floats(vector)));
      }
    }
    return EmbeddingReference.of(
        (NumberReference) distances.reference(stream, of, points, kept), centroid, sums, drawn);
  }

  @Override
  public void count(FeatureReference reference, int row, FeatureCounts counts) {
    if (distances.isNullAt(row)) {
      counts.addNulls(distances.reasonAt(row), 1);
    } else {
      ((EmbeddingReference) reference).count(vector(row), counts);
    }
  }
}
