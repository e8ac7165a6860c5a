package io.leat.drift.sequential;

import java.io.IOException;
import java.util.Arrays;

/** The last so many values, oldest first. */
final class Recent {
  private final int most;
  private double[] ring;
  private int first;
  private int size;

  Recent(int most) {
    this.most = most;
    this.ring = new double[Math.min(most, 64)];
  }

  /** Takes a value; the oldest is lost where it is full. */
  void add(double value) {
    if (size == most) {
      ring[first] = value;
      first = (first + 1) % most;
      return;
    }
    if (size == ring.length) {
      ring = Arrays.copyOf(ring, Math.min(most, 2 * size));
    }
    ring[size] = value;
    size++;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == most;
  }

  /** By age: 0 is the oldest. */
  double get(int index) {
    return ring[(first + index) % most];
  }

  /** Forgets all but the last so many. */
  void keep(int last) {
    double[] kept = new double[last];
    for (int i = 0; i < last; i++) {
      kept[i] = get(size - last + i);
    }
    set(kept);
  }

  double sum() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += ring[i];
    }
    return sum;
  }

  void pass(Fields fields) throws IOException {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = get(i);
    }
    double[] read = fields.numbers(values);
    if (read.length > most) {
      throw new IOException("%d values; at most %d are kept".formatted(read.length, most));
    }
    set(read);
  }

  private void set(double[] values) {
    ring = Arrays.copyOf(values, Math.max(values.length, Math.min(most, 64)));
    first = 0;
    size = values.length;
  }
}
