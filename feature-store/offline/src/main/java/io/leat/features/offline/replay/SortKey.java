package io.leat.features.offline.replay;

/**
 * Texts whose order is that of the numbers in them. Every character has seven bits, so that a sort
 * compares one byte a character; numbers take a fixed width, so that texts can be joined.
 */
public final class SortKey {
  private static final int BITS = 7;
  private static final int MASK = (1 << BITS) - 1;
  private static final int LONG_WIDTH = 10;
  private static final int SMALL_WIDTH = 3;

  /** Greatest number that {@link #small} takes, and what keys' buckets lie below. */
  public static final int LARGEST_SMALL = (1 << BITS * SMALL_WIDTH) - 1;

  private SortKey() {}

  /** A number, in ten characters; the smallest long comes first. */
  public static String number(long number) {
    return text(number ^ Long.MIN_VALUE, LONG_WIDTH);
  }

  /**
   * A number in three characters.
   *
   * @throws IllegalArgumentException if it is below 0 or above {@link #LARGEST_SMALL}
   */
  public static String small(int number) {
    if (number < 0 || number > LARGEST_SMALL) {
      throw new IllegalArgumentException(
          "%d does not lie between 0 and %d".formatted(number, LARGEST_SMALL));
    }
    return text(number, SMALL_WIDTH);
  }

  /** The bucket of a key, in three characters: all that has one key is in one bucket. */
  public static String bucket(String key) {
    int hash = key.hashCode() * 0x9E3779B9; // spreads keys that differ in their last digit
    return small((hash ^ hash >>> 16) & LARGEST_SMALL);
  }

  /** The number of the bucket that a text begins with. */
  public static int bucketOf(String order) {
    return order.charAt(0) << 2 * BITS | order.charAt(1) << BITS | order.charAt(2);
  }

  /** What follows the bucket that a text begins with. */
  static String behindBucket(String order) {
    return order.substring(SMALL_WIDTH);
  }

  private static String text(long bits, int width) {
    char[] text = new char[width];
    for (int i = 0; i < width; i++) {
      text[i] = (char) (bits >>> BITS * (width - 1 - i) & MASK);
    }
    return new String(text);
  }
}
