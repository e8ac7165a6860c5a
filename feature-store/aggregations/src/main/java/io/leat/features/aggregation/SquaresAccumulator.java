package io.leat.features.aggregation;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The exact sum of the numbers' squares. The square of a double is the exact sum of its rounded
 * value and of what rounding took away, which a fused multiply-add gives (T. J. Dekker, "A
 * Floating-Point Technique for Extending the Available Precision", Numerische Mathematik 18, 1971),
 * while squares neither overflow nor fall below 2^-1022 + 53 bits: for magnitudes of 0 and from
 * 2^-480 to 2^479. Those of other numbers are wide.
 */
final class SquaresAccumulator implements Accumulator {
  static final AccumulatorKind<SquaresAccumulator> KIND =
      AccumulatorKind.of(
          4,
          "squares",
          "1 byte, `1` if some square is missing, as version 2 left the largest out; then as a sum",
          SquaresAccumulator::new);

  private static final double LARGEST = 0x1p479;
  private static final double SMALLEST = 0x1p-480;

  private final ExactSum squares = new ExactSum();

  /** For numerators; made when one is asked for, since most accumulators are never finished. */
  private @Nullable ExactSum scratch;

  /** Whether some square is missing: layouts before 3 left the largest out. */
  private boolean incomplete;

  boolean isIncomplete() {
    return incomplete;
  }

  @Override
  public void clear() {
    squares.clear();
    incomplete = false;
  }

  @Override
  public void add(InputValue input) {
    double number = input.number;
    double magnitude = Math.abs(number);
    if (magnitude > LARGEST || (magnitude < SMALLEST && magnitude != 0)) {
      squares.addWideProduct(number, number);
      return;
    }
    squares.addProduct(number, number);
    double rest = input.rest;
    if (rest != 0) {
      squares.addProduct(2 * number, rest);
      squares.addProduct(rest, rest);
    }
  }

  @Override
  public void merge(Accumulator other) {
    SquaresAccumulator more = (SquaresAccumulator) other;
    squares.add(more.squares);
    incomplete |= more.incomplete;
  }

  @Override
  public void write(StateWriter out, long base) {
    out.putByte(incomplete ? 1 : 0);
    squares.write(out);
  }

  @Override
  public void read(StateReader in, long base) {
    incomplete = in.takeByte() == 1;
    squares.read(in);
  }

  /**
   * Sample variance of n numbers of which this holds the squares: (n Q - S^2) / (n (n - 1)), with
   * the numerator exact until it is rounded once, so that no cancellation costs a digit; where some
   * square is wide, the quotient is rounded once.
   *
   * @param count n, at least 2
   * @param sum S
   */
  double variance(long count, ExactSum sum) {
    return squares.isWide()
        ? WideNumber.quotient(wideNumerator(count, sum), divisor(count))
        : numerator(count, sum) / ((double) count * (count - 1));
  }

  /** Square root of {@link #variance}, finite also where that is not. */
  double deviation(long count, ExactSum sum) {
    return squares.isWide()
        ? WideNumber.rootOfQuotient(wideNumerator(count, sum), divisor(count))
        : Math.sqrt(variance(count, sum));
  }

  private double numerator(long count, ExactSum sum) {
    ExactSum numerator = scratch == null ? new ExactSum() : scratch;
    scratch = numerator;
    numerator.clear();
    numerator.addProduct(squares, (double) count);
    numerator.subtractSquare(sum);
    return numerator.round();
  }

  private BigInteger wideNumerator(long count, ExactSum sum) {
    return squares
        .total()
        .multiply(BigInteger.valueOf(count))
        .subtract(WideNumber.square(sum.total()));
  }

  private static BigInteger divisor(long count) {
    return BigInteger.valueOf(count).multiply(BigInteger.valueOf(count - 1));
  }
}
