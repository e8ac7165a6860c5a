package io.leat.performance;

/** Numbers whose bytes, unsigned and big-endian, are in the order of the numbers. */
final class SortedBytes {
  private SortedBytes() {}

  static long ofLong(long number) {
    return number ^ Long.MIN_VALUE;
  }

  static long toLong(long sorted) {
    return sorted ^ Long.MIN_VALUE;
  }
}
