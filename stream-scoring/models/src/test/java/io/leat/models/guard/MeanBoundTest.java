package io.leat.models.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeanBoundTest {
  private static final double ALPHA = 0.05;

  @Test
  void boundsAreThoseOfConfseq() throws IOException {
    int compared = 0;
    try (InputStream file = MeanBoundTest.class.getResourceAsStream("/sequences/bounds.tsv");
        BufferedReader lines = new BufferedReader(new InputStreamReader(file, UTF_8))) {
      double[] stream = {};
      MeanBound bound = new MeanBound(ALPHA);
      String name = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] parts = line.split("\t", -1);
        if (parts[0].equals("stream")) {
          name = parts[1];
          stream = Arrays.stream(parts[2].split(" ")).mapToDouble(Double::parseDouble).toArray();
          bound = new MeanBound(ALPHA);
        } else if (parts[0].equals("bound")) {
          int step = Integer.parseInt(parts[1]);
          while (bound.count() < step) {
            bound.add(stream[(int) bound.count()]);
          }
          assertThat(bound.lower(ALPHA))
              .as("%s after %d", name, step)
              .isCloseTo(Double.parseDouble(parts[2]), within(1e-12));
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(28);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 0.5})
  void theBoundIsEverAboveTheMeanInAtMostAlphaOfTheStreams(double mean) {
    int streams = 1_000;
    int wrong = 0;
    int meansAbove = 0;
    for (int seed = 0; seed < streams; seed++) {
      Random random = new Random(seed);
      MeanBound bound = new MeanBound();
      boolean ever = false;
      boolean meanEverAbove = false;
      for (int i = 0; i < 2_000; i++) {
        bound.add(random.nextDouble() < mean ? 1 : 0);
        ever |= bound.lower(ALPHA) > mean;
        meanEverAbove |= bound.mean() > mean;
      }
      wrong += ever ? 1 : 0;
      meansAbove += meanEverAbove ? 1 : 0;
    }
    assertThat(wrong).isLessThanOrEqualTo((int) (streams * ALPHA));
    assertThat(meansAbove)
        .as("streams that a bound without a width is wrong in")
        .isGreaterThan(900);
  }

  @Test
  void theBoundComesNearTheMean() {
    Random random = new Random(1);
    MeanBound bound = new MeanBound();
    for (int i = 0; i < 10_000; i++) {
      bound.add(random.nextDouble() < 0.1 ? 1 : 0);
    }
    assertThat(bound.lower(ALPHA)).isBetween(0.08, 0.1);
  }
}
