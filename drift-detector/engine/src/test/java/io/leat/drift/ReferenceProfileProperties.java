package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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
          new Segments(
              List.of(
                  new Segments.Key(
                      "country",
                      "",
                      List.of(new Segments.Input("event.country", ValueType.STRING)))),
              3),
          Optional.empty(),
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
      builders.get(random.nextInt(parts)).add(row.time(), row.values());
    }

    ReferenceProfileBuilder whole = builder();
    all.forEach(row -> whole.add(row.time(), row.values()));
    ReferenceProfileBuilder merged = builders.stream().reduce(builder(), (a, b) -> a.merge(b));

    assertThat(new String(merged.build().toJson(), UTF_8))
        .isEqualTo(new String(whole.build().toJson(), UTF_8));
  }

  private static ReferenceProfileBuilder builder() {
    return new ReferenceProfileBuilder(Given.model(), SERVICE, List.of(MONITOR));
  }

  private static List<@Nullable Object> values(Random random) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(random.nextInt(9) == 0 ? NullReason.LATE : random.nextGaussian());
    values.add(random.nextInt(9) == 0 ? null : "c" + (int) Math.abs(3 * random.nextGaussian()));
    values.add(random.nextBoolean());
    return values;
  }
}
