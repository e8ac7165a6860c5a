package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import java.util.List;

/**
 * The geometric mean of the numbers: exp((ln x1 + ... + ln xn) / n), which is the n-th root of
 * their product.
 *
 * <p>0 where some number is 0 and none is below; null ({@link NullReason#NOT_FINITE}: a logarithm
 * is not) where some number is below 0, also beside a 0. That is {@code scipy.stats.gmean}, whose
 * NaN is null here. Nulls and numbers that are not finite are passed over, as by all functions of
 * numbers and by {@code gmean} with {@code nan_policy='omit'}. Of a long beyond 2^53 the nearest
 * double counts.
 */
final class GeometricMean implements AggregateFunction {
  static final AccumulatorKind<Logarithms> LOGARITHMS =
      AccumulatorKind.of(
          12,
          "logarithms",
          "1 byte: + `1` if some number is below 0, + `2` if some is 0; of those above 0, zigzag "
              + "varint: the sum of their binary exponents; a sum: of the logarithms of their "
              + "significands, which are at least 1 and below 2",
          Logarithms::new);

  @Override
  public String name() {
    return "geometric_mean";
  }

  @Override
  public String description() {
    return "the geometric mean, exp of the average of the natural logarithms; 0 where some value "
        + "is 0, null where some is below";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(LOGARITHMS.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(LOGARITHMS).mean(window.count());
  }

  /**
   * The sum of the numbers' logarithms. With x = 2^e m, 1 &lt;= m &lt; 2, that is e ln 2 + ln m:
   * the e are whole numbers, each ln m is rounded once and summed exactly. So the sum is a function
   * of the set, cannot overflow, and is as exact of great and little numbers as of those near 1,
   * where ln x itself would cost digits: one rounded at 700 is off by 1e-13.
   */
  static final class Logarithms implements Accumulator {
    private static final int HAS_NEGATIVE = 1;
    private static final int HAS_ZERO = 2;
    private static final double LN_2 = 0.6931471805599453;

    private boolean hasNegative;
    private boolean hasZero;
    private long exponents;
    private final ExactSum significands = new ExactSum();

    /**
     * The geometric mean of what is here, or why there is none.
     *
     * @param count how many numbers that is, at least one
     */
    Object mean(long count) {
      if (hasNegative) {
        return NullReason.NOT_FINITE;
      }
      if (hasZero) {
        return 0.0;
      }
      long whole = Math.floorDiv(exponents, count);
      double rest = Math.floorMod(exponents, count) * LN_2 + significands.round();
      // StrictMath: the same bits on every machine.
      double mean = Math.scalb(StrictMath.exp(rest / count), (int) whole);
      // No mean exceeds the greatest number, but by what was rounded.
      return Math.min(mean, Double.MAX_VALUE);
    }

    @Override
    public void clear() {
      hasNegative = false;
      hasZero = false;
      exponents = 0;
      significands.clear();
    }

    @Override
    public void add(InputValue input) {
      double number = input.number;
      if (number < 0) {
        hasNegative = true;
      } else if (number == 0) {
        hasZero = true;
      } else {
        int exponent = exponent(number);
        exponents += exponent;
        significands.add(StrictMath.log(Math.scalb(number, -exponent)));
      }
    }

    private static int exponent(double number) {
      return number < Double.MIN_NORMAL
          ? Math.getExponent(number * 0x1p52) - 52
          : Math.getExponent(number);
    }

    @Override
    public void merge(Accumulator other) {
      Logarithms more = (Logarithms) other;
      hasNegative |= more.hasNegative;
      hasZero |= more.hasZero;
      exponents += more.exponents;
      significands.add(more.significands);
    }

    @Override
    public void write(StateWriter out, long base) {
      out.putByte((hasNegative ? HAS_NEGATIVE : 0) | (hasZero ? HAS_ZERO : 0));
      out.putZigzag(exponents);
      significands.write(out);
    }

    @Override
    public void read(StateReader in, long base) {
      int flags = in.takeByte();
      hasNegative = (flags & HAS_NEGATIVE) != 0;
      hasZero = (flags & HAS_ZERO) != 0;
      exponents = in.takeZigzag();
      significands.read(in);
    }
  }
}
