package io.leat.features.engine;

/**
 * The exact sum of the numbers' squares. A square of two doubles is the exact sum of its rounded
 * value and of what rounding took away, which a fused multiply-add gives (T. J. Dekker, "A
 * Floating-Point Technique for Extending the Available Precision", Numerische Mathematik 18, 1971).
 *
 * <p>Exact while squares neither overflow nor fall below 2^-1022 + 53 bits: for magnitudes of 0 and
 * from 2^-480 to 2^480, and no quantity has another. Beyond, {@link #isOutOfRange()} says so.
 */
final class SquaresAccumulator implements Accumulator {
  private static final double LARGEST = 0x1p479;

  final ExactSum squares = new ExactSum();
  private boolean outOfRange;

  /** Whether some number's square is too large for a double. */
  boolean isOutOfRange() {
    return outOfRange;
  }

  @Override
  public void clear() {
    squares.clear();
    outOfRange = false;
  }

  @Override
  public void add(Occurrence occurrence) {
    double number = occurrence.number;
    if (Math.abs(number) > LARGEST) {
      outOfRange = true;
    } else {
      squares.addProduct(number, number);
    }
  }

  @Override
  public void merge(Accumulator other) {
    SquaresAccumulator more = (SquaresAccumulator) other;
    squares.add(more.squares);
    outOfRange |= more.outOfRange;
  }

  @Override
  public void write(StateWriter out, long base) {
    out.putByte(outOfRange ? 1 : 0);
    squares.write(out);
  }

  @Override
  public void read(StateReader in, long base) {
    outOfRange = in.takeByte() == 1;
    squares.read(in);
  }

  /**
   * Sample variance of n numbers of which this holds the squares: (n Q - S^2) / (n (n - 1)), with
   * the numerator exact until it is rounded once, so that no cancellation costs a digit.
   *
   * @param count n, at least 2
   * @param sum S
   */
  double variance(long count, ExactSum sum, ExactSum scratch) {
    scratch.clear();
    scratch.addProduct(squares, count);
    scratch.subtractSquare(sum);
    return scratch.round() / ((double) count * (count - 1));
  }
}
