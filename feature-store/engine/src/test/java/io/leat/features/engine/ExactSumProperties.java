package io.leat.features.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Laws of exact sums over doubles of any size, subnormal ones among them. */
class ExactSumProperties {
  @Property
  void aRoundedSumIsTheDoubleNearestToTheTotal(@ForAll("values") List<Double> values) {
    assertThat(sum(values).round()).isEqualTo(total(values).doubleValue() + 0.0);
  }

  @Property
  void aCanonicalSumIsTheWholeTotal(@ForAll("values") List<Double> values) {
    List<Double> components = new ArrayList<>();
    for (double component : canonical(sum(values))) {
      components.add(component);
    }
    assertThat(total(components)).isEqualByComparingTo(total(values));
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
    double[] left = canonical(merge(merge(sum(a), sum(b)), sum(c)));
    double[] right = canonical(merge(sum(a), merge(sum(b), sum(c))));
    List<Double> all = new ArrayList<>(a);
    all.addAll(b);
    all.addAll(c);
    assertThat(left).containsExactly(right).containsExactly(canonical(sum(all)));
  }

  private static ExactSum sum(List<Double> values) {
    ExactSum sum = new ExactSum();
    values.forEach(sum::add);
    return sum;
  }

  private static double[] canonical(ExactSum sum) {
    StateReader written = new StateReader();
    written.begin(bytes(sum));
    double[] components = new double[written.takeByte()];
    for (int i = 0; i < components.length; i++) {
      components[i] = written.takeDouble();
    }
    return components;
  }

  private static byte[] bytes(ExactSum sum) {
    StateWriter writer = new StateWriter();
    writer.begin();
    sum.write(writer);
    return writer.end();
  }

  /** The sum of two, each written and read before. */
  private static ExactSum merge(ExactSum a, ExactSum b) {
    ExactSum sum = new ExactSum();
    for (ExactSum part : List.of(a, b)) {
      StateReader reader = new StateReader();
      reader.begin(bytes(part));
      ExactSum read = new ExactSum();
      read.read(reader);
      sum.add(read);
    }
    return sum;
  }

  private static BigDecimal total(List<Double> values) {
    return values.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Mantissas and exponents at random, and values chosen to cancel and to meet half-way. */
  @Provide
  Arbitrary<List<Double>> values() {
    Arbitrary<Double> any =
        Arbitraries.longs()
            .map(Double::longBitsToDouble)
            .filter(value -> Math.abs(value) < ExactSum.LIMIT);
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
            -1e100);
    return Arbitraries.oneOf(any, cents, edges).list().ofMaxSize(40);
  }
}
