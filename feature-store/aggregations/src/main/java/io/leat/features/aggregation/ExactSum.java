package io.leat.features.aggregation;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The exact sum of doubles of any finite magnitude, independent of the order in which they are
 * added.
 *
 * <p>Kept as an expansion: doubles that do not overlap and whose real sum is the exact total (J. R.
 * Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates",
 * Discrete &amp; Computational Geometry 18, 1997, grow-expansion with zero elimination; the final
 * rounding is that of Python's {@code math.fsum}). An expansion of a given total is not unique; the
 * {@link #canonicalise canonical} one is: each component is what is left of the total, correctly
 * rounded (half to even), the largest first.
 *
 * <p>Addends below {@link #LIMIT} in magnitude go there: fewer than 2^63 of them cannot overflow.
 * Those beyond, and products that are not the sum of two doubles, are summed apart, as a {@link
 * WideNumber}. Both parts are functions of the set of addends.
 *
 * <p>Not thread-safe. An addition costs a few nanoseconds a component, of which sums of like-sized
 * values have two or three; a wide one some hundred nanoseconds.
 */
final class ExactSum {
  /** 2^960, about 9.7e288. */
  static final double LIMIT = 0x1p960;

  /** Components a canonical expansion can have: 2,098 bits of doubles by at least 53 each. */
  static final int MAX_COMPONENTS = 40;

  /** In the byte of the number of components: a wide part follows them. */
  private static final int HAS_WIDE = 0x80;

  /** Fewer than 2^63 squares of doubles, with their sign, in bytes. */
  private static final int MAX_WIDE_BYTES = (2 * -WideNumber.EXPONENT + 64) / 8;

  private double[] partials = new double[8];
  private int size;
  private BigInteger wide = BigInteger.ZERO;

  void clear() {
    size = 0;
    wide = BigInteger.ZERO;
  }

  /** Whether there is a wide part, of whatever total. */
  boolean isWide() {
    return wide.signum() != 0;
  }

  /** Adds a finite value. */
  void add(double value) {
    if (Math.abs(value) < LIMIT) {
      grow(value);
    } else {
      wide = wide.add(WideNumber.of(value));
    }
  }

  /** Adds another total, which stays as it is. */
  void add(ExactSum other) {
    for (int i = 0; i < other.size; i++) {
      grow(other.partials[i]);
    }
    if (other.isWide()) {
      wide = wide.add(other.wide);
    }
  }

  /**
   * Adds another total divided by a power of two; what then lies below the smallest double is lost.
   */
  void addShifted(ExactSum other, int bits) {
    for (int i = 0; i < other.size; i++) {
      grow(Math.scalb(other.partials[i], -bits));
    }
    if (other.isWide()) {
      wide = wide.add(other.wide.shiftRight(bits));
    }
  }

  /**
   * Adds a product exactly: as its rounded value and what rounding took away (see {@link
   * SquaresAccumulator}, which says for which magnitudes).
   */
  void addProduct(double a, double b) {
    double product = a * b;
    grow(product);
    grow(Math.fma(a, b, -product));
  }

  /** Adds a product of two finite values of any magnitude exactly. */
  void addWideProduct(double a, double b) {
    wide = wide.add(WideNumber.product(a, b));
  }

  /** Adds another total, which is not wide, times a factor, exactly. */
  void addProduct(ExactSum other, double factor) {
    for (int i = 0; i < other.size; i++) {
      addProduct(other.partials[i], factor);
    }
  }

  /** Subtracts the square of another total, which is not wide, exactly. */
  void subtractSquare(ExactSum other) {
    for (int i = 0; i < other.size; i++) {
      for (int j = 0; j < other.size; j++) {
        addProduct(-other.partials[i], other.partials[j]);
      }
    }
  }

  private void grow(double value) {
    double carry = value;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      double partial = partials[i];
      double high = carry + partial;
      // The rounding error of high, exactly (Knuth's TwoSum; needs no comparison of magnitudes).
      double virtual = high - carry;
      double low = (carry - (high - virtual)) + (partial - virtual);
      if (low != 0) {
        partials[kept++] = low;
      }
      carry = high;
    }
    if (carry != 0) {
      if (kept == partials.length) {
        partials = Arrays.copyOf(partials, kept * 2);
      }
      partials[kept++] = carry;
    }
    size = kept;
  }

  /**
   * The total, correctly rounded (half to even); 0.0, never -0.0, where it is zero; an infinity
   * where it lies beyond all doubles.
   */
  double round() {
    return isWide() ? WideNumber.round(total()) : roundExpansion();
  }

  /**
   * The total divided by a whole number above 0: rounded, then divided, as Python's {@code
   * math.fsum(x) / len(x)}; where the total lies beyond all doubles, rounded once divided.
   */
  double dividedBy(long divisor) {
    double rounded = round();
    return Double.isFinite(rounded)
        ? rounded / divisor
        : WideNumber.quotient(total(), BigInteger.valueOf(divisor));
  }

  /** The quotient of two totals, of which the other is above 0; exact before it is rounded. */
  double dividedBy(ExactSum divisor) {
    return isWide()
        ? WideNumber.ratio(total(), divisor.total())
        : roundExpansion() / divisor.round();
  }

  /** The whole total. */
  BigInteger total() {
    BigInteger total = wide;
    for (int i = 0; i < size; i++) {
      total = total.add(WideNumber.of(partials[i]));
    }
    return total;
  }

  private double roundExpansion() {
    int i = size;
    if (i == 0) {
      return 0.0;
    }
    double high = partials[--i];
    double low = 0.0;
    while (i > 0) {
      double before = high;
      double next = partials[--i];
      high = before + next;
      low = next - (high - before);
      if (low != 0) {
        break;
      }
    }
    // Half-way between two doubles, and what lies below says which is nearer.
    if (i > 0 && ((low < 0 && partials[i - 1] < 0) || (low > 0 && partials[i - 1] > 0))) {
      double twice = low * 2;
      double nearer = high + twice;
      if (nearer - high == twice) {
        high = nearer;
      }
    }
    return high;
  }

  /**
   * Writes how many components the canonical expansion has, and these, the largest first; then the
   * wide part, where there is one.
   */
  void write(StateWriter out) {
    canonicalise();
    out.putByte(isWide() ? size | HAS_WIDE : size);
    for (int i = size - 1; i >= 0; i--) {
      out.putDouble(partials[i]);
    }
    if (isWide()) {
      int zeros = wide.getLowestSetBit();
      out.putVarint(zeros);
      out.putBytes(wide.shiftRight(zeros).toByteArray());
    }
  }

  /**
   * Takes what {@link #write} wrote in place of what is here.
   *
   * @throws StateFormatException if it is larger than what that writes
   */
  void read(StateReader in) {
    int header = in.takeByte();
    int length = header & ~HAS_WIDE;
    if (length > MAX_COMPONENTS) {
      throw new StateFormatException("a sum in it claims " + length + " components");
    }
    if (partials.length < length) {
      partials = new double[length];
    }
    for (int i = length - 1; i >= 0; i--) {
      partials[i] = in.takeDouble();
    }
    size = length;
    wide = header == length ? BigInteger.ZERO : readWide(in);
  }

  private static BigInteger readWide(StateReader in) {
    long zeros = in.takeVarint();
    byte[] bytes = in.takeBytes();
    if (zeros < 0 || zeros / 8 + bytes.length > MAX_WIDE_BYTES || bytes.length == 0) {
      throw new StateFormatException(
          "the wide part of a sum in it claims %d bytes before %s bits"
              .formatted(bytes.length, Long.toUnsignedString(zeros)));
    }
    return new BigInteger(bytes).shiftLeft((int) zeros);
  }

  /** Gives the expansion its canonical form; the total stays. */
  private void canonicalise() {
    if (size < 2 || (size == 2 && partials[1] + partials[0] == partials[1])) {
      return;
    }
    double[] components = new double[MAX_COMPONENTS];
    int length = 0;
    while (size > 0) {
      double component = roundExpansion();
      components[length++] = component;
      grow(-component);
    }
    if (partials.length < length) {
      partials = new double[length];
    }
    for (int i = 0; i < length; i++) {
      partials[length - 1 - i] = components[i];
    }
    size = length;
  }
}
