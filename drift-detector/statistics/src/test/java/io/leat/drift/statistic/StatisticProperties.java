package io.leat.drift.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The laws of {@link Statistic}, for every statistic of the catalogue. */
class StatisticProperties {
  private static final double ROUNDING = 1e-9;
  private static final long MUCH = 30;

  /** Both sides as they are drawn: numbers and how many nulls, or counts of categories. */
  record Drawn(double[] reference, int nulls, double[] window, int windowNulls, int every) {
    @Override
    public String toString() {
      return "reference %s and %d nulls, window %s and %d nulls, every %dth kept"
          .formatted(
              Arrays.toString(reference), nulls, Arrays.toString(window), windowNulls, every);
    }

    Samples exact() {
      return Samples.exact(reference, nulls, window, windowNulls);
    }

    Samples thinned() {
      return Samples.thinned(reference, nulls, window, windowNulls, every);
    }

    /** Of as many categories as there are buckets, or some more. */
    Samples categories() {
      Random random = new Random(Arrays.hashCode(reference));
      int categories = 1 + random.nextInt(20);
      return Samples.ofCounts(
          counts(random, categories, reference.length), counts(random, categories, window.length));
    }

    private static long[] counts(Random random, int categories, int rows) {
      long[] counts = new long[categories];
      for (int i = 0; i < rows; i++) {
        counts[(int) (categories * Math.pow(random.nextDouble(), 2))]++;
      }
      return counts;
    }

    /** What a statistic may be given of it. */
    List<Samples> samples(Statistic statistic) {
      if (statistic.kinds().equals(Set.of(ColumnKind.EMBEDDINGS))) {
        return List.of(Samples.embedded(reference, window));
      }
      return statistic.kinds().contains(ColumnKind.CATEGORIES)
          ? statistic.kinds().contains(ColumnKind.NUMBERS)
              ? List.of(exact(), thinned(), categories())
              : List.of(categories())
          : List.of(exact(), thinned());
    }
  }

  @Property(tries = 1_000)
  void valuesLieInTheRangeWhereThereAreAny(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    for (Samples samples : drawn.samples(statistic)) {
      OptionalDouble value = statistic.value(samples.reference(), samples.window());
      if (value.isPresent()) {
        assertThat(value.getAsDouble())
            .as("%s of %s", statistic.name(), drawn)
            .isFinite()
            .isBetween(
                statistic.range().least() - ROUNDING, statistic.range().greatest() + ROUNDING);
        assertThat(statistic.error(samples.reference(), samples.window()))
            .isFinite()
            .isNotNegative();
      } else {
        assertThat(arePlain(statistic, samples)).as("without a value, but plain").isFalse();
      }
    }
  }

  /** Whether both sides hold much, in three buckets or more: every statistic has a value then. */
  private static boolean arePlain(Statistic statistic, Samples samples) {
    Sample reference = samples.reference();
    Sample window = samples.window();
    return statistic.input().size(reference) >= MUCH
        && statistic.input().size(window) >= MUCH
        && IntStream.range(0, reference.buckets())
                .filter(i -> reference.bucket(i) > 0 && window.bucket(i) > 0)
                .count()
            >= 3;
  }

  @Property(tries = 1_000)
  void noWindowIsNearerThanTheReferenceItself(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    for (Samples samples : drawn.samples(statistic)) {
      OptionalDouble alike = statistic.value(samples.reference(), samples.reference());
      OptionalDouble value = statistic.value(samples.reference(), samples.window());
      if (alike.isPresent() && value.isPresent()) {
        assertThat(alike.getAsDouble())
            .as("%s of the reference and itself, %s", statistic.name(), drawn)
            .isFinite()
            .isLessThanOrEqualTo(value.getAsDouble() + ROUNDING);
      }
    }
  }

  @Property(tries = 1_000)
  void aSampleAndItselfAreAtTheLeast(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    for (Samples samples : drawn.samples(statistic)) {
      statistic
          .value(samples.reference(), samples.reference())
          .ifPresent(
              value -> assertThat(value).isCloseTo(statistic.range().least(), within(ROUNDING)));
      statistic
          .pValue(samples.reference(), samples.reference())
          .ifPresent(p -> assertThat(p).isCloseTo(1, within(ROUNDING)));
    }
  }

  /** A window of what the reference does not have is plainly away from it. */
  @Property(tries = 300)
  void whatTheReferenceDoesNotHaveIsBeyondWhatIsLittle(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    double[] reference = drawn.reference();
    Assume.that(reference.length >= MUCH);
    double greatest = Arrays.stream(reference).max().orElseThrow();
    double[] window =
        DoubleStream.iterate(greatest + 1 + Math.abs(greatest), x -> 2 * x).limit(30).toArray();
    Samples samples =
        statistic.kinds().contains(ColumnKind.NUMBERS)
            ? Samples.thinned(reference, 0, window, 0, drawn.every())
            : statistic.kinds().contains(ColumnKind.EMBEDDINGS)
                ? Samples.embedded(reference, window)
                : Samples.ofCounts(new long[] {reference.length, 5, 0}, new long[] {0, 0, 30});

    assertThat(statistic.value(samples.reference(), samples.window()).orElseThrow())
        .isGreaterThan(statistic.effect().least());
  }

  @Property(tries = 1_000)
  void itIsSymmetricWhereItSaysSo(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    Assume.that(statistic.isSymmetric());
    for (Samples samples : drawn.samples(statistic)) {
      OptionalDouble there = statistic.value(samples.reference(), samples.window());
      OptionalDouble back = statistic.value(samples.window(), samples.reference());
      assertThat(back.isPresent()).isEqualTo(there.isPresent());
      if (there.isPresent()) {
        assertThat(back.getAsDouble()).isCloseTo(there.getAsDouble(), within(ROUNDING));
      }
    }
  }

  @Property(tries = 1_000)
  void theExactValueLiesWithinTheError(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    Assume.that(statistic.kinds().contains(ColumnKind.NUMBERS));
    Samples thinned = drawn.thinned();
    Samples exact = drawn.exact();
    OptionalDouble value = statistic.value(thinned.reference(), thinned.window());
    OptionalDouble wanted = statistic.value(exact.reference(), exact.window());
    assertThat(value.isPresent()).isEqualTo(wanted.isPresent());
    if (value.isPresent()) {
      assertThat(wanted.getAsDouble())
          .isBetween(
              value.getAsDouble() - ROUNDING,
              value.getAsDouble()
                  + statistic.error(thinned.reference(), thinned.window())
                  + ROUNDING);
      assertThat(statistic.error(exact.reference(), exact.window())).isZero();
    }
  }

  @Property(tries = 500)
  void aPartIsComparedWithTheRestOfTheWhole(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    Assume.that(statistic.kinds().contains(ColumnKind.NUMBERS));
    double[] whole =
        DoubleStream.concat(Arrays.stream(drawn.reference()), Arrays.stream(drawn.window()))
            .toArray();
    Samples samples =
        Samples.exact(
            whole, drawn.nulls() + drawn.windowNulls(), drawn.window(), drawn.windowNulls());
    Assume.that(
        statistic.input().size(samples.window()) < statistic.input().size(samples.reference()));

    OptionalDouble value = statistic.valueFromRest(samples.reference(), samples.window());

    OptionalDouble wanted =
        statistic.value(samples.reference().without(samples.window()), samples.window());
    assertThat(value.isPresent()).isEqualTo(wanted.isPresent());
    if (value.isPresent()) {
      assertThat(value.getAsDouble()).isCloseTo(wanted.getAsDouble(), within(ROUNDING));
    }
  }

  @Property(tries = 1_000)
  void aProbabilityLiesBetweenNothingAndOne(
      @ForAll("statistics") Statistic statistic, @ForAll("drawn") Drawn drawn) {
    for (Samples samples : drawn.samples(statistic)) {
      statistic
          .pValue(samples.reference(), samples.window())
          .ifPresent(p -> assertThat(p).isBetween(0.0, 1.0));
    }
  }

  @Example
  void namesBelongToOneEachAndPagesCanShowThem() {
    List<Statistic> all = Statistics.all();
    assertThat(all).extracting(Statistic::name).doesNotHaveDuplicates();
    assertThat(all)
        .allSatisfy(
            statistic -> {
              assertThat(statistic.name()).matches("[a-z][a-z0-9_-]*");
              assertThat(Statistics.get(statistic.name())).isSameAs(statistic);
              assertThat(
                      List.of(
                          statistic.description(), statistic.source(), statistic.effect().why()))
                  .allSatisfy(text -> assertThat(text).isNotBlank().doesNotContain("|", "\n"));
              assertThat(statistic.kinds()).isNotEmpty();
              assertThat(statistic.input() == Input.DISTRIBUTION)
                  .as("only numbers have a distribution function")
                  .isIn(false, statistic.kinds().equals(Set.of(ColumnKind.NUMBERS)));
              assertThat(statistic.effect().least()).isLessThan(statistic.range().greatest());
            });
    assertThatThrownBy(() -> Statistics.get("kss"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no statistic is called kss; this release has [ks, ");
  }

  /** The laws find out a statistic that breaks them. */
  @Example
  void whoBreaksTheLawsIsFoundOut() {
    Drawn drawn = new Drawn(new double[] {1, 2, 3, 4, 5}, 0, new double[] {4, 4, 9}, 1, 2);
    Drawn empty = new Drawn(new double[] {1, 2}, 0, new double[0], 0, 1);
    Statistic lawless = new Lawless();

    assertBroken(() -> valuesLieInTheRangeWhereThereAreAny(lawless, drawn));
    assertBroken(() -> valuesLieInTheRangeWhereThereAreAny(lawless, empty));
    assertBroken(() -> noWindowIsNearerThanTheReferenceItself(lawless, drawn));
    assertBroken(() -> aSampleAndItselfAreAtTheLeast(lawless, drawn));
    assertBroken(() -> itIsSymmetricWhereItSaysSo(lawless, drawn));
    assertBroken(() -> theExactValueLiesWithinTheError(lawless, drawn));
    assertBroken(() -> aPartIsComparedWithTheRestOfTheWhole(lawless, drawn));
    assertBroken(() -> aProbabilityLiesBetweenNothingAndOne(lawless, drawn));
  }

  private static void assertBroken(Runnable law) {
    assertThatThrownBy(law::run).isInstanceOf(AssertionError.class);
  }

  /** Of the mean distance of points: no law of it holds. */
  private static final class Lawless implements Statistic {
    @Override
    public String name() {
      return "lawless";
    }

    @Override
    public String description() {
      return "breaks every law";
    }

    @Override
    public String source() {
      return "none";
    }

    @Override
    public Input input() {
      return Input.DISTRIBUTION;
    }

    @Override
    public Set<ColumnKind> kinds() {
      return Set.of(ColumnKind.NUMBERS);
    }

    @Override
    public Range range() {
      return new Range(0, 1, "");
    }

    @Override
    public boolean isSymmetric() {
      return true;
    }

    @Override
    public EffectSize effect() {
      return new EffectSize(0.1, 0.1, 1, "none");
    }

    @Override
    public OptionalDouble value(Sample reference, Sample window) {
      double value = 0;
      for (int i = 0; i < reference.points(); i++) {
        value += window.below(i) / (double) window.values() - 2 * reference.below(i);
      }
      return OptionalDouble.of(reference == window ? 10 : value);
    }

    @Override
    public OptionalDouble valueFromRest(Sample whole, Sample part) {
      return value(whole, part);
    }

    @Override
    public OptionalDouble pValue(Sample reference, Sample window) {
      return OptionalDouble.of(1.5);
    }
  }

  @Provide
  Arbitrary<Statistic> statistics() {
    return Arbitraries.of(Statistics.all());
  }

  /** Empty sides, one value, constants, ties, and continuous values with heavy tails. */
  @Provide
  Arbitrary<Drawn> drawn() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.of(0, 1, 2, 30, 300),
            Arbitraries.of(0, 1, 2, 30, 100),
            Arbitraries.of(1, 2, 7, 1_500, Integer.MAX_VALUE),
            Arbitraries.integers().between(1, 20),
            Arbitraries.of(0.0, 0.5, 1_000.0))
        .as(
            (seed, length, windowLength, distinct, every, shift) -> {
              Random random = new Random(seed);
              return new Drawn(
                  numbers(random, length, distinct, 0),
                  random.nextInt(3),
                  numbers(random, windowLength, distinct, shift),
                  random.nextInt(3),
                  every);
            });
  }

  private static double[] numbers(Random random, int length, int distinct, double shift) {
    return random
        .doubles(length)
        .map(u -> distinct == Integer.MAX_VALUE ? 1 / (u - 0.5) : (long) (u * distinct))
        .map(value -> value + shift)
        .toArray();
  }
}
