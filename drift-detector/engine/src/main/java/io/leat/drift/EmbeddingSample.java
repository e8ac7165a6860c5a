package io.leat.drift;

import io.leat.drift.statistic.DrawnVectors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;

/**
 * At most {@value #MOST} embeddings of a window, drawn by a hash of their numbers: those with the
 * least. So they are the same in whatever order and grouping a window is counted, and a part of the
 * whole holds all that the whole has drawn of it. Of equal embeddings one is drawn. Not
 * thread-safe.
 *
 * <p>A sketch of the k least values: Bar-Yossef et al., RANDOM (2002).
 */
final class EmbeddingSample {
  static final int MOST = 200;

  private static final long SEED = 0x9E3779B97F4A7C15L;

  private final TreeMap<Long, float[]> vectors = new TreeMap<>();

  void add(float[] vector) {
    put(key(vector), vector);
  }

  private void put(long key, float[] vector) {
    if (vectors.size() < MOST || key < vectors.lastKey()) {
      vectors.putIfAbsent(key, vector);
      if (vectors.size() > MOST) {
        vectors.pollLastEntry();
      }
    }
  }

  void add(EmbeddingSample other) {
    other.vectors.forEach(this::put);
  }

  int size() {
    return vectors.size();
  }

  /** The vectors, by their keys. */
  List<float[]> vectors() {
    return List.copyOf(vectors.values());
  }

  DrawnVectors drawn() {
    return new DrawnVectors(
        vectors.keySet().stream().mapToLong(Long::longValue).toArray(),
        vectors.values().stream().map(EmbeddingSample::doubles).toArray(double[][]::new));
  }

  private static double[] doubles(float[] vector) {
    double[] numbers = new double[vector.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = vector[i];
    }
    return numbers;
  }

  /** The same bits of the same numbers, as good as drawn (the finaliser of SplitMix64). */
  private static long key(float[] vector) {
    long key = SEED;
    for (float number : vector) {
      key = mix(key + Float.floatToIntBits(number));
    }
    return key;
  }

  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return (mixed ^ (mixed >>> 31)) + SEED;
  }

  /** Four bytes a number. */
  byte[] toBytes() {
    ByteBuffer out =
        ByteBuffer.allocate(vectors.values().stream().mapToInt(v -> Float.BYTES * v.length).sum());
    vectors
        .values()
        .forEach(
            vector -> {
              for (float number : vector) {
                out.putFloat(number);
              }
            });
    return out.array();
  }

  /** Adds so many embeddings out of what {@link #toBytes} wrote. */
  void read(ByteBuffer in, int size, int dimensions) {
    for (int i = 0; i < size; i++) {
      float[] vector = new float[dimensions];
      for (int dimension = 0; dimension < dimensions; dimension++) {
        vector[dimension] = in.getFloat();
      }
      add(vector);
    }
  }
}
