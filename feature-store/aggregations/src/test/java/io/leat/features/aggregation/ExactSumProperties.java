package io.leat.features.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Laws of exact sums over doubles of any size, subnormal ones among them. */
class ExactSumProperties {
  @Property
  void aRoundedSumIsTheDoubleNearestToTheTotal(@ForAll("values") List<Double> values) {
    assertThat(sum(values).round()).isEqualTo(total(values).doubleValue() + 0.0);
  }

  @Property
  void aCanonicalSumIsTheWholeTotal(@ForAll("values") List<Double> values) {
    BigDecimal unit = new BigDecimal(BigInteger.TWO.pow(-WideNumber.EXPONENT));
    assertThat(new BigDecimal(read(canonical(sum(values))).total()))
        .isEqualByComparingTo(total(values).multiply(unit));
  }

  @Property
  void orderChangesNoComponent(@ForAll("values") List<Double> values, @ForAll Random random) {
    List<Double> shuffled = new ArrayList<>(values);
    Collections.shuffle(shuffled, random);
    assertThat(canonical(sum(shuffled))).containsExactly(canonical(sum(values)));
  }

  @Property
  void mergingIsAssociative(
      @ForAll("values") List<Double> a,
      @ForAll("values") List<Double> b,
      @ForAll("values") List<Double> c) {
    byte[] left = canonical(merge(merge(sum(a), sum(b)), sum(c)));
    byte[] right = canonical(merge(sum(a), merge(sum(b), sum(c))));
    List<Double> all = new ArrayList<>(a);
    all.addAll(b);
    all.addAll(c);
    assertThat(left).containsExactly(right).containsExactly(canonical(sum(all)));
  }

  @Property
  void aQuotientIsRoundedOnceWhereTheTotalIsBeyondAllDoubles(
      @ForAll("values") List<Double> values, @ForAll @LongRange(min = 1) long divisor) {
    BigDecimal total = total(values);
    double rounded = total.doubleValue();
    double expected =
        Double.isFinite(rounded)
            ? rounded / divisor
            : total.divide(BigDecimal.valueOf(divisor), new MathContext(1_400)).doubleValue();
    assertThat(sum(values).dividedBy(divisor)).isEqualTo(expected + 0.0);
  }

  private static ExactSum sum(List<Double> values) {
    ExactSum sum = new ExactSum();
    values.forEach(sum::add);
    return sum;
  }

  private static byte[] canonical(ExactSum sum) {
    StateWriter writer = new StateWriter();
    writer.begin();
    sum.write(writer);
    return writer.end();
  }

  /** The sum of two, each written and read before. */
  private static ExactSum merge(ExactSum a, ExactSum b) {
    ExactSum sum = new ExactSum();
    for (ExactSum part : List.of(a, b)) {
      sum.add(read(canonical(part)));
    }
    return sum;
  }

  private static ExactSum read(byte[] bytes) {
    StateReader reader = new StateReader();
    reader.begin(bytes);
    ExactSum read = new ExactSum();
    read.read(reader);
    assertThat(reader.remaining()).isZero();
    return read;
  }

  private static BigDecimal total(List<Double> values) {
    return values.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Mantissas and exponents at random, and values chosen to cancel and to meet half-way. */
  @Provide
  Arbitrary<List<Double>> values() {
    Arbitrary<Double> any =
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite);
    Arbitrary<Double> cents = Arbitraries.integers().between(-99_999, 99_999).map(i -> i / 100.0);
    Arbitrary<Double> edges =
        Arbitraries.of(
            1.0,
            -1.0,
            0x1p53,
            -0x1p53,
            0x1p-53,
            -0x1p-53,
            0x1p-106,
            Double.MIN_VALUE,
            1e100,
            -1e100,
            1e308,
            -1e308,
            ExactSum.LIMIT,
            -ExactSum.LIMIT,
            Double.MAX_VALUE,
            -Double.MAX_VALUE);
    return Arbitraries.oneOf(any, cents, edges).list().ofMaxSize(40);
  }
}
