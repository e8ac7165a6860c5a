package io.leat.features.aggregation;

/**
 * A part of what is kept of a set of values, from which some functions are computed: their sum,
 * their least value, their newest ones.
 *
 * <p>Laws, which {@code AccumulatorProperties} holds each one to:
 *
 * <ul>
 *   <li>A set's accumulator does not depend on the order in which its members were added.
 *   <li>Merging the accumulators of two disjoint sets gives the accumulator of their union.
 *   <li>Written and read, an accumulator is the same; equal sets give equal bytes.
 * </ul>
 *
 * <p>So whatever way a window is put together from tiles and blocks of tiles, its value is the same
 * to the last bit. One thread's.
 */
public interface Accumulator {
  /** Makes it that of the empty set. */
  void clear();

  /** Adds one value, which is copied where it is kept. */
  void add(InputValue input);

  /** Adds all that another of the same kind holds, and leaves that as it was. */
  void merge(Accumulator other);

  /**
   * Writes it.
   *
   * @param base a time that the reader will know, near to the values'
   */
  void write(StateWriter out, long base);

  /**
   * Reads what {@link #write} wrote with the same base, in place of what is here.
   *
   * @throws StateFormatException if the bytes cannot be that
   * @throws IndexOutOfBoundsException if they end too early
   */
  void read(StateReader in, long base);
}
