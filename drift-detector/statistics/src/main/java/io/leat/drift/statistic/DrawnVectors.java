package io.leat.drift.statistic;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Embeddings that were drawn: those with the least keys of all, at most so many. Immutable; the
 * arrays are not copied.
 *
 * @param keys ascending, each once
 * @param vectors one a key
 */
@SuppressWarnings("ArrayRecordComponent") // compared by their keys
public record DrawnVectors(long[] keys, double[][] vectors) {
  static final DrawnVectors NONE = new DrawnVectors(new long[0], new double[0][]);

  /** What is left without those that are drawn of a part of the whole. */
  DrawnVectors without(DrawnVectors part) {
    int[] left =
        IntStream.range(0, keys.length)
            .filter(i -> Arrays.binarySearch(part.keys, keys[i]) < 0)
            .toArray();
    return new DrawnVectors(
        Arrays.stream(left).mapToLong(i -> keys[i]).toArray(),
        Arrays.stream(left).mapToObj(i -> vectors[i]).toArray(double[][]::new));
  }
}
