package io.leat.drift.statistic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Names of statistics and what they give for one input: profiles, metrics and alerts of every
 * release bear them, so a line of the file is never edited. With {@code -Dleat.write} a statistic
 * that has none yet gets one.
 */
class ReleasedStatisticsTest {
  private static final Path FILE =
      Path.of(
          System.getProperty("leat.project"),
          "drift-detector/statistics/src/test/resources/golden/statistics.tsv");
  private static final Samples SAMPLES =
      Samples.exact(
          new double[] {-3, -1, 0, 0, 1, 2, 2.5, 4, 4, 4, 7, 11, 12.5, 20, 31},
          3,
          new double[] {-5, 0, 1, 1, 3, 4, 4.5, 12.5, 31, 40, 41},
          1);

  private static final Samples EMBEDDED =
      Samples.embedded(
          new double[] {-3, -1, 0, 0.5, 2, 7, 11, 12, 12.5, 13},
          new double[] {-5, 1, 4, 31, 32, 32.5, 33, 34, 35, 36});

  @Test
  void releasedStatisticsHaveTheirNamesAndValues() throws IOException {
    Map<String, Double> released = released();
    for (Statistic statistic : Statistics.all()) {
      if (System.getProperty("leat.write") != null && !released.containsKey(statistic.name())) {
        Files.writeString(
            FILE,
            "%s%s\t%s\n".formatted(Files.readString(FILE), statistic.name(), value(statistic)));
      }
    }
    released = released();
    assertThat(Statistics.all())
        .as("each has a line; run this test with -Dleat.write for a new one's")
        .extracting(Statistic::name)
        .containsExactlyInAnyOrderElementsOf(released.keySet());
    released.forEach(
        (name, value) ->
            assertThat(value(Statistics.get(name)))
                .as(
                    "%s: a released value never changes; of a statistic that is new in this change,"
                        + " delete its line in golden/statistics.tsv and run again with -Dleat.write",
                    name)
                .isCloseTo(value, within(1e-12)));
  }

  private static double value(Statistic statistic) {
    Samples samples = statistic.kinds().contains(ColumnKind.EMBEDDINGS) ? EMBEDDED : SAMPLES;
    return statistic.value(samples.reference(), samples.window()).orElseThrow();
  }

  private static Map<String, Double> released() throws IOException {
    return Files.readAllLines(FILE, UTF_8).stream()
        .map(line -> line.split("\t"))
        .collect(Collectors.toMap(parts -> parts[0], parts -> Double.valueOf(parts[1])));
  }
}
