package io.leat.features.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The laws of {@link Accumulator}, for every kind that some function of the catalogue needs. */
class AccumulatorProperties {
  private static final long BASE = 86_400_000;

  @Property(tries = 1_000)
  void orderChangesNoByte(
      @ForAll("kinds") AccumulatorSpec kind,
      @ForAll("sets") List<InputValue> set,
      @ForAll Random random) {
    List<InputValue> shuffled = new ArrayList<>(set);
    Collections.shuffle(shuffled, random);
    assertThat(bytes(of(kind, shuffled))).isEqualTo(bytes(of(kind, set)));
  }

  @Property(tries = 1_000)
  void mergingGivesThatOfTheUnion(
      @ForAll("kinds") AccumulatorSpec kind,
      @ForAll("sets") List<InputValue> a,
      @ForAll("sets") List<InputValue> b,
      @ForAll("sets") List<InputValue> c) {
    Accumulator left = of(kind, a);
    left.merge(of(kind, b));
    left.merge(of(kind, c));
    Accumulator bAndC = of(kind, b);
    bAndC.merge(of(kind, c));
    Accumulator right = of(kind, a);
    right.merge(bAndC);
    List<InputValue> union = new ArrayList<>(a);
    union.addAll(b);
    union.addAll(c);

    assertThat(bytes(left)).isEqualTo(bytes(right)).isEqualTo(bytes(of(kind, union)));
  }

  @Property(tries = 1_000)
  void writtenAndReadItIsTheSame(
      @ForAll("kinds") AccumulatorSpec kind, @ForAll("sets") List<InputValue> set) {
    byte[] bytes = bytes(of(kind, set));
    Accumulator read = of(kind, List.of(Samples.inputValue(1, "left over", 1, "x")));
    StateReader reader = new StateReader();
    reader.begin(bytes);
    read.read(reader, BASE);

    assertThat(reader.remaining()).isZero();
    assertThat(bytes(read)).isEqualTo(bytes);
  }

  @Test
  void distinctCountsAreExactBelowTheSketchAndWithinItsErrorAbove() {
    for (int distinct : new int[] {1, 1_000, 1_023, 5_000, 100_000, 1_000_000}) {
      CountDistinct.LeastHashes accumulator = new CountDistinct.LeastHashes();
      for (int i = 0; i < distinct; i++) {
        accumulator.add(Samples.inputValue(0, "merchant " + i, 0, ""));
      }
      double error = accumulator.estimate() / (double) distinct - 1;
      System.out.printf("%,d distinct values: off by %.2f %%%n", distinct, 100 * error);
      assertThat(Math.abs(error))
          .isLessThan(distinct < CountDistinct.LeastHashes.SIZE ? 1e-15 : 4 * 0.0313);
    }
  }

  @Test
  void quantilesAreExactOfFewNumbersAndWithinTheirBucketOfMany() {
    Random random = new Random(11);
    for (int different : new int[] {100, 128, 129, 100_000}) {
      Quantile.Distribution accumulator = new Quantile.Distribution();
      double[] numbers = new double[different];
      for (int i = 0; i < different; i++) {
        numbers[i] = Math.exp(random.nextGaussian()) * (random.nextInt(10) == 0 ? -1 : 1);
        accumulator.add(Samples.number(numbers[i], 0));
      }
      Arrays.sort(numbers);
      double worst = 0;
      for (double q : new double[] {0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1}) {
        double exact = numbers[Math.max(1, (int) Math.ceil(q * different)) - 1];
        double found = accumulator.quantile(q, different);
        worst = Math.max(worst, Math.abs(found / exact - 1));
      }
      System.out.printf("%,d different numbers: off by %.3f %%%n", different, 100 * worst);
      assertThat(worst).isLessThanOrEqualTo(different <= Quantile.Distribution.EXACT ? 0 : 0x1p-8);
    }
  }

  @Test
  void topValuesOfMoreThanAreCountedAreUnknown() {
    TopK.Frequencies accumulator = new TopK.Frequencies();
    for (int i = 0; i < TopK.Frequencies.MOST; i++) {
      accumulator.add(Samples.inputValue(0, "v" + i, 0, ""));
    }
    accumulator.add(Samples.inputValue(0, "v7", 0, ""));
    assertThat(accumulator.top(1)).containsExactly("v7");

    accumulator.add(Samples.inputValue(0, "one more", 0, ""));
    assertThat(accumulator.top(1)).isEmpty();
  }

  @Test
  void aWeightHalvesWithEveryHalfLife() {
    Ewma.Decay accumulator = new Ewma.Decay(1_000);
    accumulator.add(Samples.number(8, 0));
    accumulator.add(Samples.number(1, 1_000));

    assertThat(accumulator.average()).isCloseTo((8 * 0.5 + 1) / 1.5, within(1e-15));
  }

  private static Accumulator of(AccumulatorSpec kind, List<InputValue> set) {
    Accumulator accumulator = kind.create(new EventOrder(1, IdOrder.TEXT));
    set.forEach(accumulator::add);
    return accumulator;
  }

  private static byte[] bytes(Accumulator accumulator) {
    StateWriter writer = new StateWriter();
    writer.begin();
    accumulator.write(writer, BASE);
    return writer.end();
  }

  @Provide
  Arbitrary<AccumulatorSpec> kinds() {
    return Arbitraries.of(
        AggregateFunctions.all().stream()
            .flatMap(function -> function.accumulators(Samples.parameter(function)).stream())
            .distinct()
            .toList());
  }

  @Provide
  Arbitrary<List<InputValue>> sets() {
    return Samples.sets();
  }
}
