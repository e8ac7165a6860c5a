package io.leat.drift;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row's values as monitors see them: each both as a number and as a category, as far as it is
 * one.
 *
 * @param numbers a value a column, as {@link NumericValue} reads it; NaN where that is no number
 * @param texts for texts and booleans the category; null for all else
 * @param reasons for each value that is NaN the code of the {@link io.leat.schemas.NullReason} that
 *     stands in its place
 * @param segments for each key of segments which the row is in; null where it has none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ColumnValues(
    double[] numbers, @Nullable String[] texts, byte[] reasons, @Nullable String[] segments) {
  /** Longer texts are categories by so many first characters. */
  static final int MOST_CHARACTERS = 200;

  /** So many nulls, and no segments. */
  public static ColumnValues nulls(int columns, @Nullable String[] segments) {
    double[] numbers = new double[columns];
    Arrays.fill(numbers, Double.NaN);
    return new ColumnValues(numbers, new @Nullable String[columns], new byte[columns], segments);
  }

  /** A row of these values, each a Number, Boolean, text, null, or the reason for being null. */
  public static ColumnValues of(@Nullable Object... values) {
    ColumnValues row = nulls(values.length, new @Nullable String[0]);
    for (int i = 0; i < values.length; i++) {
      row.put(i, values[i]);
    }
    return row;
  }

  /** Sets a column's value: Number, Boolean, text, null, or the reason for being null. */
  public void put(int column, @Nullable Object value) {
    numbers[column] = NumericValue.of(value);
    texts[column] =
        value instanceof CharSequence || value instanceof Boolean ? category(value) : null;
    reasons[column] = NumericValue.reason(value).code();
  }

  /** A column's value as a category; null where there is none. */
  @Nullable String category(int column) {
    return texts[column] != null || Double.isNaN(numbers[column])
        ? texts[column]
        : category((Object) numbers[column]);
  }

  /**
   * A value as a category: whole numbers without a point, long texts cut off; null of what is none
   * of number, boolean and text.
   */
  static @Nullable String category(@Nullable Object value) {
    if (value instanceof Number number) {
      double of = number.doubleValue();
      return of == Math.rint(of) && Math.abs(of) < 1L << 53
          ? String.valueOf((long) of)
          : String.valueOf(of);
    }
    if (!(value instanceof CharSequence) && !(value instanceof Boolean)) {
      return null;
    }
    String text = value.toString();
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
  }

  /** The row of some of its columns and keys of segments, in another order. */
  public ColumnValues at(int[] columns, int[] keys) {
    ColumnValues part = nulls(columns.length, new @Nullable String[keys.length]);
    for (int i = 0; i < columns.length; i++) {
      part.numbers[i] = numbers[columns[i]];
      part.texts[i] = texts[columns[i]];
      part.reasons[i] = reasons[columns[i]];
    }
    for (int i = 0; i < keys.length; i++) {
      part.segments[i] = segments[keys[i]];
    }
    return part;
  }
}
