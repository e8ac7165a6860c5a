package io.leat.features.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.features.engine.Measure.Family;
import io.leat.features.engine.Measure.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The laws of {@link Accumulator}, for every family of them. */
class AccumulatorProperties {
  private static final long BASE = 86_400_000;

  @Property(tries = 1_000)
  void orderChangesNoByte(
      @ForAll("parts") Part part, @ForAll("sets") List<Occurrence> set, @ForAll Random random) {
    List<Occurrence> shuffled = new ArrayList<>(set);
    Collections.shuffle(shuffled, random);
    assertThat(bytes(of(part, shuffled))).isEqualTo(bytes(of(part, set)));
  }

  @Property(tries = 1_000)
  void mergingGivesThatOfTheUnion(
      @ForAll("parts") Part part,
      @ForAll("sets") List<Occurrence> a,
      @ForAll("sets") List<Occurrence> b,
      @ForAll("sets") List<Occurrence> c) {
    Accumulator left = of(part, a);
    left.merge(of(part, b));
    left.merge(of(part, c));
    Accumulator bAndC = of(part, b);
    bAndC.merge(of(part, c));
    Accumulator right = of(part, a);
    right.merge(bAndC);
    List<Occurrence> union = new ArrayList<>(a);
    union.addAll(b);
    union.addAll(c);

    assertThat(bytes(left)).isEqualTo(bytes(right)).isEqualTo(bytes(of(part, union)));
  }

  @Property(tries = 1_000)
  void writtenAndReadItIsTheSame(@ForAll("parts") Part part, @ForAll("sets") List<Occurrence> set) {
    byte[] bytes = bytes(of(part, set));
    Accumulator read = of(part, List.of(occurrence(1, "left over", 1, "x")));
    StateReader reader = new StateReader();
    reader.begin(bytes);
    read.read(reader, BASE);

    assertThat(reader.remaining()).isZero();
    assertThat(bytes(read)).isEqualTo(bytes);
  }

  @Test
  void distinctCountsAreExactBelowTheSketchAndWithinItsErrorAbove() {
    for (int distinct : new int[] {1, 1_000, 1_023, 5_000, 100_000, 1_000_000}) {
      DistinctAccumulator accumulator = new DistinctAccumulator();
      for (int i = 0; i < distinct; i++) {
        accumulator.add(occurrence(0, "merchant " + i, 0, ""));
      }
      double error = accumulator.estimate() / (double) distinct - 1;
      System.out.printf("%,d distinct values: off by %.2f %%%n", distinct, 100 * error);
      assertThat(Math.abs(error))
          .isLessThan(distinct < DistinctAccumulator.SIZE ? 1e-15 : 4 * 0.0313);
    }
  }

  @Test
  void quantilesAreExactOfFewNumbersAndWithinTheirBucketOfMany() {
    Random random = new Random(11);
    for (int different : new int[] {100, 128, 129, 100_000}) {
      QuantileAccumulator accumulator = new QuantileAccumulator();
      double[] numbers = new double[different];
      for (int i = 0; i < different; i++) {
        numbers[i] = Math.exp(random.nextGaussian()) * (random.nextInt(10) == 0 ? -1 : 1);
        accumulator.add(number(numbers[i]));
      }
      Arrays.sort(numbers);
      double worst = 0;
      for (double q : new double[] {0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1}) {
        double exact = numbers[Math.max(1, (int) Math.ceil(q * different)) - 1];
        double found = accumulator.quantile(q, different);
        worst = Math.max(worst, Math.abs(found / exact - 1));
      }
      System.out.printf("%,d different numbers: off by %.3f %%%n", different, 100 * worst);
      assertThat(worst).isLessThanOrEqualTo(different <= QuantileAccumulator.EXACT ? 0 : 0x1p-8);
    }
  }

  @Test
  void topValuesOfMoreThanAreCountedAreUnknown() {
    FrequencyAccumulator accumulator = new FrequencyAccumulator();
    for (int i = 0; i < FrequencyAccumulator.MOST; i++) {
      accumulator.add(occurrence(0, "v" + i, 0, ""));
    }
    accumulator.add(occurrence(0, "v7", 0, ""));
    assertThat(accumulator.top(1)).containsExactly("v7");

    accumulator.add(occurrence(0, "one more", 0, ""));
    assertThat(accumulator.top(1)).isEmpty();
  }

  @Test
  void aWeightHalvesWithEveryHalfLife() {
    DecayAccumulator accumulator = new DecayAccumulator(1_000);
    accumulator.add(numberAt(8, 0));
    accumulator.add(numberAt(1, 1_000));

    assertThat(accumulator.average()).isCloseTo((8 * 0.5 + 1) / 1.5, within(1e-15));
  }

  private static Accumulator of(Part part, List<Occurrence> set) {
    Accumulator accumulator = part.accumulator(new EventIdentity(Fixtures.READINGS));
    set.forEach(accumulator::add);
    return accumulator;
  }

  private static byte[] bytes(Accumulator accumulator) {
    StateWriter writer = new StateWriter();
    writer.begin();
    accumulator.write(writer, BASE);
    return writer.end();
  }

  private static Occurrence number(double number) {
    return numberAt(number, 0);
  }

  private static Occurrence numberAt(double number, long time) {
    return occurrence(number, "", time, "");
  }

  private static Occurrence occurrence(double number, String value, long time, String id) {
    Occurrence occurrence = new Occurrence();
    occurrence.number = number;
    occurrence.value = value;
    occurrence.time = time;
    occurrence.id = id;
    return occurrence;
  }

  @Provide
  Arbitrary<Part> parts() {
    return Arbitraries.of(Family.values())
        .map(
            family ->
                new Part(
                    family,
                    switch (family) {
                      case OLDEST, NEWEST -> 3;
                      case DECAY -> 70;
                      case SUM,
                          MINIMUM,
                          MAXIMUM,
                          SQUARES,
                          QUANTILES,
                          DISTINCT,
                          FREQUENCIES,
                          TIMES ->
                          0;
                    }));
  }

  /** Sets of up to some hundred occurrences, so that quantiles have buckets. */
  @Provide
  Arbitrary<List<Occurrence>> sets() {
    Arbitrary<Double> numbers =
        Arbitraries.oneOf(
            Arbitraries.integers().between(-9_999, 9_999).map(i -> i / 100.0),
            Arbitraries.doubles().between(-1e18, 1e18).ofScale(6),
            Arbitraries.of(1e200, -1e200, 1e-300, Double.MIN_VALUE, 0.1, 0.2, 0.0, 1.0, 0x1p900),
            Arbitraries.of(
                1e308, -1e308, Double.MAX_VALUE, -Double.MAX_VALUE, 1e-310, 0x1p960, -0x1p480));
    Arbitrary<Long> times =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-20_000, 20_000), Arbitraries.of(0L, 1L, BASE));
    return Combinators.combine(
            numbers,
            Arbitraries.integers().between(0, 400),
            times,
            Arbitraries.of("a", "b", "c"),
            Arbitraries.of(0.0, 0.0, 1.0, -512.0))
        .as(
            (number, value, time, id, rest) -> {
              boolean isLong = rest != 0;
              Occurrence occurrence = occurrence(isLong ? 0x1p62 : number, "v" + value, time, id);
              occurrence.rest = rest;
              return occurrence;
            })
        .list()
        .ofMinSize(2)
        .ofMaxSize(200);
  }
}
