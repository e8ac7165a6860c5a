package io.leat.features.aggregation;

import java.math.BigInteger;

/**
 * Exact arithmetic for the rare numbers that two doubles do not hold: sums beyond the greatest
 * double, squares of the greatest and the least ones. A number is a whole multiple of 2^{@value
 * #EXPONENT}, which every product of two doubles is; results are rounded once, half to even,
 * subnormal ones too.
 */
final class WideNumber {
  /** Exponent of the unit: that of the least double's square. */
  static final int EXPONENT = 2 * (Double.MIN_EXPONENT - 52);

  private static final int MANTISSA_BITS = 53;
  private static final int LEAST_EXPONENT = Double.MIN_EXPONENT - 52;

  private WideNumber() {}

  /** A finite double. */
  static BigInteger of(double value) {
    return BigInteger.valueOf(mantissa(value)).shiftLeft(exponent(value) - EXPONENT);
  }

  /** The product of two finite doubles. */
  static BigInteger product(double a, double b) {
    return BigInteger.valueOf(mantissa(a))
        .multiply(BigInteger.valueOf(mantissa(b)))
        .shiftLeft(exponent(a) + exponent(b) - EXPONENT);
  }

  /** The square of a number that is a whole multiple of the least double. */
  static BigInteger square(BigInteger number) {
    return number.shiftRight(LEAST_EXPONENT - EXPONENT).pow(2);
  }

  /** The double nearest to a number; an infinity where it is beyond all. */
  static double round(BigInteger number) {
    return withSign(number, round(number.abs(), EXPONENT));
  }

  /** The double nearest to a number divided by a whole one above 0. */
  static double quotient(BigInteger number, BigInteger divisor) {
    return quotient(number, divisor, EXPONENT);
  }

  /** The double nearest to the quotient of two numbers, of which the latter is above 0. */
  static double ratio(BigInteger number, BigInteger divisor) {
    return quotient(number, divisor, 0);
  }

  /** The double nearest to the square root of a number of 0 or more divided by a whole one. */
  static double rootOfQuotient(BigInteger number, BigInteger divisor) {
    int more = Math.max(0, 2 * (MANTISSA_BITS + 3) + divisor.bitLength() - number.bitLength());
    int shift = more + (more & 1);
    BigInteger[] quotient = number.shiftLeft(shift).divideAndRemainder(divisor);
    BigInteger[] root = quotient[0].sqrtAndRemainder();
    boolean isExact = quotient[1].signum() == 0 && root[1].signum() == 0;
    return round(sticky(root[0], isExact), (EXPONENT - shift) / 2 - 1);
  }

  private static double quotient(BigInteger number, BigInteger divisor, int exponent) {
    int shift = Math.max(0, MANTISSA_BITS + 3 + divisor.bitLength() - number.bitLength());
    BigInteger[] quotient = number.abs().shiftLeft(shift).divideAndRemainder(divisor);
    BigInteger kept = sticky(quotient[0], quotient[1].signum() == 0);
    return withSign(number, round(kept, exponent - shift - 1));
  }

  /** A number with one more bit, which says whether something lies behind it. */
  private static BigInteger sticky(BigInteger number, boolean isExact) {
    BigInteger longer = number.shiftLeft(1);
    return isExact ? longer : longer.setBit(0);
  }

  private static double withSign(BigInteger number, double magnitude) {
    return number.signum() < 0 ? -magnitude : magnitude;
  }

  /** The double nearest to magnitude x 2^exponent. */
  private static double round(BigInteger magnitude, int exponent) {
    int last = Math.max(magnitude.bitLength() + exponent - MANTISSA_BITS, LEAST_EXPONENT);
    int dropped = last - exponent;
    if (dropped <= 0) {
      return Math.scalb((double) magnitude.longValue(), exponent);
    }
    BigInteger kept = magnitude.shiftRight(dropped);
    boolean half = magnitude.testBit(dropped - 1);
    boolean up = half && (kept.testBit(0) || magnitude.getLowestSetBit() < dropped - 1);
    return Math.scalb((double) (kept.longValue() + (up ? 1 : 0)), last);
  }

  private static long mantissa(double value) {
    long bits = Double.doubleToRawLongBits(value);
    long fraction = bits & ((1L << 52) - 1);
    long magnitude = Math.abs(value) < Double.MIN_NORMAL ? fraction : fraction | 1L << 52;
    return bits < 0 ? -magnitude : magnitude;
  }

  /** Exponent of the last bit of {@link #mantissa}. */
  private static int exponent(double value) {
    return Math.max(Math.getExponent(value), Double.MIN_EXPONENT) - 52;
  }
}
