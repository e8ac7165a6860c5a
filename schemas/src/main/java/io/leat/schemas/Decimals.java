package io.leat.schemas;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/**
 * Decimal numbers from outside: bounded before anything is computed with them, and turned into
 * Avro's types only where no digit is lost.
 *
 * <p>A few bytes of text may stand for a number of a billion digits ({@code 1e999999999}):
 * rescaling it, comparing it or writing it out takes hours. Whatever reads a number from text or
 * JSON reads it through this class, and computes with nothing else.
 */
public final class Decimals {
  /** The most characters of a number, and the most digits. */
  public static final int MOST_DIGITS = 1_000;

  /** The largest power of ten of a number's first digit, and of its last, up or down. */
  public static final int LARGEST_EXPONENT = 1_000;

  /** So many digits survive in every double of {@link #SAFE_EXPONENT} (C's DBL_DIG). */
  private static final int DOUBLE_DIGITS = 15;

  private static final int SAFE_EXPONENT = 290;

  /** In the digits 0 to 9 only: Java takes every script's. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,10})?");

  private Decimals() {}

  /** Whether a text is written as {@link #parse} takes it; the number may be beyond the bounds. */
  public static boolean isNumber(String text) {
    return text.length() <= MOST_DIGITS && NUMBER.matcher(text).matches();
  }

  /**
   * The number that a text says, in digits with a sign, a point and an exponent or without.
   *
   * @throws NumberFormatException with what was found, if it is no number or beyond the bounds
   */
  public static BigDecimal parse(String text) {
    if (text.length() > MOST_DIGITS) {
      throw new NumberFormatException(
          "a number of %d characters; expected at most %d".formatted(text.length(), MOST_DIGITS));
    }
    if (!isNumber(text)) {
      throw new NumberFormatException("no number in the digits 0 to 9");
    }
    return bounded(new BigDecimal(text));
  }

  /**
   * The same number, with which it is safe to compute; a zero without its exponent.
   *
   * @throws NumberFormatException if it is beyond the bounds
   */
  public static BigDecimal bounded(BigDecimal number) {
    if (number.signum() == 0) {
      return BigDecimal.ZERO;
    }
    if (number.unscaledValue().bitLength() > MOST_DIGITS * 4) { // before its digits are counted
      throw new NumberFormatException("a number of more than %d digits".formatted(MOST_DIGITS));
    }
    long first = (long) number.precision() - number.scale() - 1;
    if (number.precision() > MOST_DIGITS
        || Math.abs(first) > LARGEST_EXPONENT
        || Math.abs((long) number.scale()) > LARGEST_EXPONENT + MOST_DIGITS) {
      throw new NumberFormatException(
          "a number of %d digits at 10 to the power of %d; expected at most %d digits and a power from -%d to %d"
              .formatted(
                  number.precision(), first, MOST_DIGITS, LARGEST_EXPONENT, LARGEST_EXPONENT));
    }
    return number;
  }

  /**
   * The whole number; 3.0 and 3e0 are 3.
   *
   * @throws ArithmeticException if it is none of 64 bits
   * @throws NumberFormatException if it is beyond the bounds
   */
  public static long toLong(BigDecimal number) {
    BigDecimal bounded = bounded(number);
    try {
      return bounded.longValueExact();
    } catch (ArithmeticException e) {
      throw new ArithmeticException("no whole number of 64 bits");
    }
  }

  /** As {@link #toLong}, in 32 bits. */
  public static int toInt(BigDecimal number) {
    BigDecimal bounded = bounded(number);
    try {
      return bounded.intValueExact();
    } catch (ArithmeticException e) {
      throw new ArithmeticException("no whole number of 32 bits");
    }
  }

  /**
   * The double that is this number: written with as many digits as the number has, it is the number
   * again. So 0.1 is one, though no double is a tenth exactly; 9007199254740993,
   * 0.1234567890123456789 and 1e-400 are none.
   *
   * @throws ArithmeticException if no double is
   * @throws NumberFormatException if it is beyond the bounds
   */
  public static double toDouble(BigDecimal number) {
    BigDecimal bounded = bounded(number);
    double nearest = bounded.doubleValue();
    long first = (long) bounded.precision() - bounded.scale() - 1;
    boolean safe = bounded.precision() <= DOUBLE_DIGITS && Math.abs(first) <= SAFE_EXPONENT;
    if (safe || isWritten(nearest, bounded, Double.toString(nearest))) {
      return nearest;
    }
    throw new ArithmeticException("no double is this number");
  }

  /** As {@link #toDouble}, of floats: 0.1 is one, 1234567.891 and 16777217 are none. */
  public static float toFloat(BigDecimal number) {
    BigDecimal bounded = bounded(number);
    float nearest = bounded.floatValue();
    if (isWritten(nearest, bounded, Float.toString(nearest))) {
      return nearest;
    }
    throw new ArithmeticException("no float is this number");
  }

  /**
   * Whether a binary number is what a decimal one was written from.
   *
   * @param java how Java writes it, which is in rare cases not the nearest of so many digits
   */
  private static boolean isWritten(double binary, BigDecimal number, String java) {
    if (!Double.isFinite(binary)) {
      return false;
    }
    BigDecimal shortest = number.stripTrailingZeros();
    BigDecimal off = new BigDecimal(binary).subtract(shortest).abs();
    return off.add(off).compareTo(shortest.ulp()) <= 0
        || new BigDecimal(java).compareTo(number) == 0;
  }

  /**
   * The number in a decimal type.
   *
   * @throws ArithmeticException if it has more digits than the type, before or behind the point
   * @throws NumberFormatException if it is beyond the bounds
   */
  public static BigDecimal toDecimal(BigDecimal number, int precision, int scale) {
    if (Math.abs((long) scale) > MOST_DIGITS) {
      throw new ArithmeticException("a type of %d digits behind the point".formatted(scale));
    }
    BigDecimal bounded = bounded(number);
    if (bounded.stripTrailingZeros().scale() > scale) {
      throw new ArithmeticException("more than %d digits behind the point".formatted(scale));
    }
    BigDecimal scaled = bounded.setScale(scale, RoundingMode.UNNECESSARY);
    if (scaled.precision() > precision) {
      throw new ArithmeticException("more than %d digits".formatted(precision));
    }
    return scaled;
  }
}
