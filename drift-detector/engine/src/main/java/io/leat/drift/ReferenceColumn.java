package io.leat.drift;

import io.leat.drift.statistic.ColumnKind;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One column of the rows that a profile is made of, at four bytes a row: a number as the 32 bits
 * that a model reads, a category as its place in a list, a null as a NaN that bears its reason. Not
 * thread-safe.
 */
final class ReferenceColumn implements StreamColumn {
  /** With more different texts than this, they are no categories. */
  static final int MOST_CATEGORIES = 100_000;

  private static final int CHUNK_BITS = 14;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int NULL = 0x7fc0_0000;
  private static final int EXPONENT = 0x7f80_0000;

  private final List<int[]> chunks = new ArrayList<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final List<String> categories = new ArrayList<>();
  private int rows;
  private boolean numbers;
  private boolean texts;

  /** Appends a value: Number, Boolean, text, null, or the reason for being null. */
  void add(@Nullable Object value) {
    if (value instanceof CharSequence) {
      texts = true;
      append(place(String.valueOf(ColumnValues.category(value))));
      return;
    }
    numbers |= value instanceof Number || value instanceof Boolean;
    double number = NumericValue.of(value);
    append(
        Double.isNaN(number)
            ? NULL | NumericValue.reason(value).code()
            : Float.floatToRawIntBits((float) number));
  }

  /** Appends what a segment is; null for none. */
  void addText(@Nullable String text) {
    add(text);
  }

  private int place(String text) {
    Integer place = places.get(text);
    if (place != null) {
      return place;
    }
    if (categories.size() > MOST_CATEGORIES) {
      return 0; // they are no categories any more, and nobody will ask
    }
    categories.add(text);
    places.put(text, categories.size() - 1);
    return categories.size() - 1;
  }

  private void append(int cell) {
    if ((rows & (CHUNK - 1)) == 0) {
      chunks.add(new int[CHUNK]);
    }
    chunks.get(rows >>> CHUNK_BITS)[rows & (CHUNK - 1)] = cell;
    rows++;
  }

  /** Appends all of another column. */
  void addAll(ReferenceColumn other) {
    numbers |= other.numbers;
    texts |= other.texts;
    int[] here = other.categories.stream().mapToInt(this::place).toArray();
    for (int row = 0; row < other.rows; row++) {
      int cell = other.at(row);
      append(isNull(cell) || !other.texts || cell >= here.length ? cell : here[cell]);
    }
  }

  private int at(int row) {
    return chunks.get(row >>> CHUNK_BITS)[row & (CHUNK - 1)];
  }

  private static boolean isNull(int cell) {
    return (cell & EXPONENT) == EXPONENT;
  }

  /**
   * What its values are; empty where they are numbers and texts, or more different texts than
   * {@value #MOST_CATEGORIES}. Of nothing but nulls they are numbers.
   */
  Optional<ColumnKind> kind() {
    if (!texts) {
      return Optional.of(ColumnKind.NUMBERS);
    }
    return numbers || categories.size() > MOST_CATEGORIES
        ? Optional.empty()
        : Optional.of(ColumnKind.CATEGORIES);
  }

  /** What is wrong with a column that has no kind. */
  String problem() {
    return numbers
        ? "is a number in some rows and a text in others"
        : "has more than %,d different texts".formatted(MOST_CATEGORIES);
  }

  /** A row's category; null where it has none. Of a column of texts alone. */
  @Nullable String category(int row) {
    int cell = at(row);
    return isNull(cell) ? null : categories.get(cell);
  }

  @Override
  public FeatureReference reference(DriftStream stream, int[] of, int points, int kept) {
    Map<String, Long> nulls = new TreeMap<>();
    int values = 0;
    for (int row : of) {
      int cell = at(row);
      if (isNull(cell)) {
        nulls.merge(NullReason.of((byte) cell).text(), 1L, Long::sum);
      } else {
        values++;
      }
    }
    if (texts) {
      return CategoryReference.of(stream, Categories.of(counts(of), kept), nulls);
    }
    double[] found = new double[values];
    int next = 0;
    for (int row : of) {
      int cell = at(row);
      if (!isNull(cell)) {
        found[next++] = Float.intBitsToFloat(cell);
      }
    }
    return NumberReference.of(stream, Distribution.of(found, points), nulls);
  }

  boolean isNullAt(int row) {
    return isNull(at(row));
  }

  /** Why a row's value is null. */
  NullReason reasonAt(int row) {
    return NullReason.of((byte) at(row));
  }

  /** A row's number. Of a column of numbers, where it is not null. */
  float numberAt(int row) {
    return Float.intBitsToFloat(at(row));
  }

  /** How often each category occurs in some of its rows. */
  Map<String, Long> counts(int[] of) {
    long[] counts = new long[categories.size()];
    for (int row : of) {
      int cell = at(row);
      if (!isNull(cell)) {
        counts[cell]++;
      }
    }
    Map<String, Long> byName = new HashMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        byName.put(categories.get(i), counts[i]);
      }
    }
    return byName;
  }

  @Override
  public void count(FeatureReference reference, int row, FeatureCounts counts) {
    int cell = at(row);
    if (isNull(cell)) {
      counts.addNulls(NullReason.of((byte) cell), 1);
    } else if (reference instanceof CategoryReference category) {
      counts.add(category.categories().cell(categories.get(cell)));
    } else {
      counts.add(((NumberReference) reference).distribution().cell(Float.intBitsToFloat(cell)));
    }
  }
}
