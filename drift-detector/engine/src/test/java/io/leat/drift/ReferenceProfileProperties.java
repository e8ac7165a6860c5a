package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** A profile is of its rows, however they came. */
class ReferenceProfileProperties {
  private static final FeatureService SERVICE = Given.service("amount", "country", "flag");
  private static final Monitor MONITOR =
      new Monitor(
          "m",
          "price",
          Duration.ofHours(1),
          List.of(),
          List.of(Monitor.SCORE),
          new Segments(
              List.of(
                  new Segments.Key(
                      "country",
                      "",
                      List.of(new Segments.Input("event.country", ValueType.STRING)))),
              3),
          null,
          List.of("ks", "psi_deciles_1e-4"),
          Duration.ZERO,
          1,
          0.5,
          2,
          3,
          3,
          Monitor.Rule.THRESHOLDS);

  @Property(tries = 100)
  void rowsInAnyOrderAndInAnyPartsMakeTheSameProfile(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 2_000) int rows,
      @ForAll @IntRange(min = 1, max = 5) int parts) {
    Random random = new Random(seed);
    List<Given.Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      all.add(new Given.Row(random.nextInt(100) * 600_000L, values(random)));
    }
    List<Given.Row> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, random);
    List<ReferenceProfileBuilder> builders = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      builders.add(builder());
    }
    for (Given.Row row : shuffled) {
      ReferenceProfileBuilder part = builders.get(random.nextInt(parts));
      part.add(row.time(), row.values());
      addScore(part, row);
    }

    ReferenceProfileBuilder whole = builder();
    all.forEach(
        row -> {
          whole.add(row.time(), row.values());
          addScore(whole, row);
        });
    ReferenceProfileBuilder merged = builders.stream().reduce(builder(), (a, b) -> a.merge(b));

    assertThat(new String(merged.build().toJson(), UTF_8))
        .isEqualTo(new String(whole.build().toJson(), UTF_8));
  }

  /** Where profiles are merged, and not their rows, what is not kept is not known. */
  @Property(tries = 100)
  void mergedProfilesAreExactWhereAllIsKeptAndElseToOneInAThousand(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5_000) int rows) {
    Random random = new Random(seed);
    boolean few = random.nextBoolean();
    double[] one = numbers(random, rows, few);
    double[] other = numbers(random, 1 + random.nextInt(5_000), few);
    double[] both = DoubleStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    Map<String, Long> some = counts(one);
    Map<String, Long> others = counts(other);

    Distribution merged = Distribution.of(one).merge(Distribution.of(other));
    Distribution exact = Distribution.of(both, Distribution.MAX_POINTS);

    assertThat(merged.count()).isEqualTo(both.length);
    for (int i = 0; i < merged.size(); i++) {
      double at = merged.point(i);
      long below = Arrays.stream(both).filter(value -> value < at).count();
      assertThat(merged.below(i) / (double) both.length)
          .isCloseTo(below / (double) both.length, within(few ? 0 : 0.001 + 2.0 / both.length));
    }
    if (few) {
      assertThat(merged).isEqualTo(exact);
      assertThat(Categories.of(some, 200).merge(Categories.of(others, 200)).counts())
          .isEqualTo(Categories.of(counts(both), 200).counts());
    }
  }

  private static double[] numbers(Random random, int rows, boolean few) {
    return IntStream.range(0, rows)
        .mapToDouble(i -> few ? random.nextInt(90) : random.nextGaussian())
        .toArray();
  }

  private static Map<String, Long> counts(double[] numbers) {
    return Arrays.stream(numbers)
        .mapToObj(number -> "c" + number)
        .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
  }

  private static ReferenceProfileBuilder builder() {
    return new ReferenceProfileBuilder(Given.model(), SERVICE, List.of(MONITOR));
  }

  private static void addScore(ReferenceProfileBuilder builder, Given.Row row) {
    if (row.values().get(0) instanceof Double amount) {
      builder.addScore(row.time(), Map.of(Monitor.SCORE, 1 / (1 + Math.exp(-amount))));
    }
  }

  private static List<@Nullable Object> values(Random random) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(random.nextInt(9) == 0 ? NullReason.LATE : random.nextGaussian());
    values.add(random.nextInt(9) == 0 ? null : "c" + (int) Math.abs(3 * random.nextGaussian()));
    values.add(random.nextBoolean());
    return values;
  }
}
