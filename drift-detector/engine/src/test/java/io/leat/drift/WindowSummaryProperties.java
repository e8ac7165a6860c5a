package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** A window's summary says the same however its vectors came, and survives being written down. */
class WindowSummaryProperties {
  private static final List<FeatureReference> FEATURES =
      List.of(
          NumberReference.of(
              DriftStream.of("a"),
              Distribution.of(new double[] {0, 0, 1, 2, 5}),
              Map.of("unstated", 2L)),
          NumberReference.of(DriftStream.of("b"), Distribution.of(new double[] {7}), Map.of()),
          NumberReference.of(
              DriftStream.of("c"),
              Distribution.of(new double[] {}),
              Map.of("late", 1L, "no_event", 3L)));

  @Property(tries = 200)
  void orderAndGroupingOfVectorsDoNotMatter(
      @ForAll long seed,
      @ForAll @IntRange(max = 300) int size,
      @ForAll @IntRange(min = 1, max = 5) int groups) {
    Random random = new Random(seed);
    List<@Nullable Object[]> vectors = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      vectors.add(new @Nullable Object[] {value(random), value(random), value(random)});
    }
    WindowSummary whole = summaryOf(vectors);
    Collections.shuffle(vectors, random);
    WindowSummary merged = new WindowSummary(new WindowLayout(FEATURES, List.of()));
    for (int group = 0; group < groups; group++) {
      int chosen = group;
      List<@Nullable Object[]> part = new ArrayList<>();
      for (int i = chosen; i < size; i += groups) {
        part.add(vectors.get(i));
      }
      WindowSummary written = new WindowSummary(new WindowLayout(FEATURES, List.of()));
      written.read(summaryOf(part).toBytes());
      merged.merge(written);
    }

    assertThat(merged.toBytes()).isEqualTo(whole.toBytes());
    assertThat(merged.events()).isEqualTo(size);
    for (int i = 0; i < FEATURES.size(); i++) {
      FeatureCounts counts = merged.counts(i);
      assertThat(counts.values() + counts.nulls()).isEqualTo(size);
      assertThat(Arrays.stream(FEATURES.get(i).buckets(counts)).sum())
          .isEqualTo(size - counts.unknown());
    }
  }

  /** Checkpoints of earlier releases hold summaries that count all nulls together. */
  @Example
  void aSummaryOfAnEarlierReleaseIsReadWithNullsOfNoReason() {
    WindowSummary summary = new WindowSummary(new WindowLayout(FEATURES, List.of()));
    summary.read(
        HexFormat.of()
            .parseHex(
                "01" // format
                    + "05" // vectors
                    + ("03" + "01" + "03" + "02") // three nulls, and twice the second point
                    + ("01" + "01" + "01" + "04") // one null, and four times the only point
                    + ("05" + "00"))); // five nulls

    assertThat(summary.events()).isEqualTo(5);
    assertThat(summary.counts(0).nullsByReason()).containsExactly(Map.entry("unstated", 3L));
    assertThat(summary.counts(1).nulls()).isEqualTo(1);
  }

  private static WindowSummary summaryOf(List<@Nullable Object[]> vectors) {
    WindowSummary summary = new WindowSummary(new WindowLayout(FEATURES, List.of()));
    for (@Nullable Object[] vector : vectors) {
      String id = Arrays.toString(vector);
      summary.add(ColumnValues.of(vector), VectorOrigin.of(id, id.length()));
      if (id.length() % 3 == 0) {
        summary.addOther("d" + id.length());
      }
    }
    return summary;
  }

  private static @Nullable Object value(Random random) {
    return switch (random.nextInt(7)) {
      case 5 -> NullReason.NO_EVENT;
      case 6 -> NullReason.LATE;
      case 0 -> null;
      case 1 -> (long) random.nextInt(9) - 1;
      case 2 -> random.nextBoolean();
      case 3 -> Double.NaN;
      default -> random.nextGaussian();
    };
  }
}
