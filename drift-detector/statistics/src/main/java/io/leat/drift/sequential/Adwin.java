package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.probability;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Adaptive windowing (ADWIN2): keeps the longest window of which no two parts, an older and a newer
 * one, have means that differ by more than chance. The window is an exponential histogram: buckets
 * of 2^row values, at most {@code max_buckets} a row, each with its sum and its sum of squares
 * about its mean. Every {@code clock} values all cuts between buckets are tried; with n0 and n1 the
 * parts' sizes, w the window's, v its variance, m = 1 / (n0 - min_part + 1) + 1 / (n1 - min_part +
 * 1) and d = ln(2 ln(w) / delta), a cut tells a change where the means differ by more than sqrt(2 m
 * v d) + 2/3 d m. Then the oldest bucket is dropped, and the cuts are tried again.
 *
 * <p>The variants differ in three things, and give other answers to the same values (1023 and 1055
 * on one published stream): which cuts are tried (all, or none behind the newest bucket of each
 * row, which was an error of early libraries that others copied); from which size of a part on; and
 * whether what is left of the window stays after a change.
 *
 * <p>Memory: max_buckets log2(w) buckets. Time a value: constant, but at each clock as many cuts as
 * there are buckets, once for each bucket that is dropped.
 */
final class Adwin extends Detector {
  private static final List<Parameter> PARAMETERS =
      List.of(
          probability("delta", 0.002, "probability of a false change at a check"),
          count("clock", 32, 1, "values from check to check"),
          count("max_buckets", 5, 1, "buckets of each size"),
          count("min_part", 5, 1, "values that each side of a cut has at least"),
          count("min_values", 10, 0, "values of a window that is not checked yet"));
  private static final String SOURCE = "Bifet and Gavaldà, SIAM Data Mining (2007)";

  static final DetectorKind KEEPS =
      new DetectorKind(
          "adwin",
          "adaptive windowing; all cuts, each side with two values more than min_part; the newer"
              + " part stays after a change (MOA's rule)",
          SOURCE,
          Values.NUMBERS,
          PARAMETERS,
          parameters -> new Adwin(parameters, true, 2, false));
  static final DetectorKind RESETS =
      new DetectorKind(
          "adwin_reset",
          "adaptive windowing; all cuts; begins anew after a change (River's)",
          SOURCE,
          Values.NUMBERS,
          PARAMETERS,
          parameters -> new Adwin(parameters, true, 0, true));
  static final DetectorKind SKIPS =
      new DetectorKind(
          "adwin_skipping_reset",
          "adaptive windowing; no cut behind the newest bucket of a size, so later; begins anew"
              + " after a change (Frouros' and early River's; to compare with them)",
          SOURCE,
          Values.NUMBERS,
          PARAMETERS,
          parameters -> new Adwin(parameters, false, 0, true));

  private final boolean triesAllCuts;
  private final int morePart;
  private final boolean beginsAnew;
  private final double delta;
  private final int clock;
  private final int most;
  private final int minPart;
  private final int minValues;

  /** By size of buckets: row r has buckets of 2^r values. */
  private final List<Row> rows = new ArrayList<>();

  private long ticks;
  private long width;
  private double total;
  private double squares;

  private Adwin(Parameters parameters, boolean triesAllCuts, int morePart, boolean beginsAnew) {
    super(parameters);
    this.triesAllCuts = triesAllCuts;
    this.morePart = morePart;
    this.beginsAnew = beginsAnew;
    delta = parameters.number("delta");
    clock = parameters.count("clock");
    most = parameters.count("max_buckets");
    minPart = parameters.count("min_part");
    minValues = parameters.count("min_values");
  }

  /** How many values the window has. */
  long width() {
    return width;
  }

  /** Their sum. */
  double total() {
    return total;
  }

  /** Their sum of squares about their mean. */
  double squares() {
    return squares;
  }

  @Override
  State next(double value) {
    if (width > 0) {
      double deviation = value - total / width;
      squares += width * deviation * deviation / (width + 1);
    }
    width++;
    total += value;
    row(0).add(value, 0);
    compress();
    ticks++;
    boolean isChange = false;
    if (ticks % clock == 0 && width > minValues) {
      while (hasCut()) {
        isChange = true;
        dropOldest();
      }
    }
    if (isChange && beginsAnew) {
      rows.clear();
      ticks = 0;
      width = 0;
      total = 0;
      squares = 0;
    }
    return isChange ? State.DRIFT : State.STABLE;
  }

  private Row row(int index) {
    if (index == rows.size()) {
      rows.add(new Row(most + 1));
    }
    return rows.get(index);
  }

  /** Where a row has one bucket too many, its two oldest become one of the next row. */
  private void compress() {
    for (int i = 0; rows.get(i).size > most; i++) {
      Row row = rows.get(i);
      double n = size(i);
      double difference = (row.totals[0] - row.totals[1]) / n;
      row(i + 1)
          .add(
              row.totals[0] + row.totals[1],
              row.squares[0] + row.squares[1] + n * difference * difference / 2);
      row.drop(2);
    }
  }

  private boolean hasCut() {
    double older = 0;
    double olderTotal = 0;
    for (int i = rows.size() - 1; i >= 0; i--) {
      Row row = rows.get(i);
      int cuts = triesAllCuts && i > 0 ? row.size : row.size - 1;
      for (int k = 0; k < cuts; k++) {
        older += size(i);
        olderTotal += row.totals[k];
        double newer = width - older;
        int least = minPart + morePart;
        if (older >= least
            && newer >= least
            && differ(older, newer, olderTotal / older - (total - olderTotal) / newer)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean differ(double older, double newer, double difference) {
    double d = Math.log(2 * Math.log((double) width) / delta);
    double m = 1 / (older - minPart + 1) + 1 / (newer - minPart + 1);
    return Math.abs(difference) > Math.sqrt(2 * m * squares / width * d) + 2.0 / 3 * d * m;
  }

  private void dropOldest() {
    int last = rows.size() - 1;
    Row row = rows.get(last);
    double n = size(last);
    width -= (long) n;
    total -= row.totals[0];
    double difference = row.totals[0] / n - total / width;
    squares =
        Math.max(0, squares - row.squares[0] - n * width * difference * difference / (n + width));
    row.drop(1);
    if (row.size == 0) {
      rows.remove(last);
    }
  }

  private static double size(int row) {
    return Math.scalb(1.0, row);
  }

  @Override
  void pass(Fields fields) throws IOException {
    ticks = fields.whole(ticks);
    width = fields.whole(width);
    total = fields.number(total);
    squares = fields.number(squares);
    long count = fields.whole(rows.size());
    for (int i = 0; i < count; i++) {
      row(i).pass(fields);
    }
  }

  /** Buckets of one size, oldest first. */
  private static final class Row {
    private final double[] totals;
    private final double[] squares;
    private int size;

    Row(int most) {
      totals = new double[most];
      squares = new double[most];
    }

    void add(double total, double square) {
      totals[size] = total;
      squares[size] = square;
      size++;
    }

    void drop(int oldest) {
      size -= oldest;
      System.arraycopy(totals, oldest, totals, 0, size);
      System.arraycopy(squares, oldest, squares, 0, size);
    }

    void pass(Fields fields) throws IOException {
      size = (int) fields.whole(size);
      if (size < 0 || size > totals.length) {
        throw new IOException("%d buckets of a size".formatted(size));
      }
      for (int i = 0; i < size; i++) {
        totals[i] = fields.number(totals[i]);
        squares[i] = fields.number(squares[i]);
      }
    }
  }
}
