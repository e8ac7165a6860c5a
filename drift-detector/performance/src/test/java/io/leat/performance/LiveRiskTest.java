package io.leat.performance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.testing.soak.Soak;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LiveRiskTest {
  private static final int LOSSES = 10_000;

  /** Brier losses of calibrated scores: their mean is one sixth. */
  private static double loss(Random random) {
    double score = random.nextDouble();
    double error = score - (random.nextDouble() < score ? 1 : 0);
    return error * error;
  }

  @Test
  void aVersionThatStaysAsItWasIsHardlyEverCalledHarmful() {
    Random random = new Random(Soak.seed());
    int runs = Soak.times(200, 2_000);
    int harmful = 0;
    for (int run = 0; run < runs; run++) {
      LiveRisk test = new LiveRisk();
      boolean was = false;
      for (int i = 0; i < LOSSES; i++) {
        test.add(loss(random));
        was |= i % 50 == 0 && test.isHarmful(0);
      }
      harmful += was ? 1 : 0;
    }
    assertThat((double) harmful / runs).isLessThanOrEqualTo(LiveRisk.ALPHA);
  }

  @Test
  void aRiskThatRisesIsFoundAndOneWithinTheToleranceIsNot() {
    Random random = new Random(Soak.seed());
    LiveRisk strict = new LiveRisk();
    LiveRisk lenient = new LiveRisk();
    for (int i = 0; i < LOSSES; i++) {
      double loss = loss(random);
      double later = i < LiveRisk.REFERENCE ? loss : Math.min(1, loss + 0.1);
      strict.add(later);
      lenient.add(later);
    }
    assertThat(strict.isHarmful(0)).isTrue();
    assertThat(lenient.isHarmful(0.1)).isFalse();
    assertThat(strict.bound().lower()).isBetween(1 / 6.0, strict.risk());
    assertThat(strict.bound().upper()).isGreaterThan(strict.risk());
    strict.restart();
    assertThat(strict.isHarmful(0)).isFalse();
    assertThat(strict.hasReference()).isTrue();
  }

  @Test
  void goesOnWhereItWas() throws IOException {
    Random random = new Random(1);
    LiveRisk test = new LiveRisk();
    for (int i = 0; i < 2_000; i++) {
      test.add(loss(random));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    test.write(new DataOutputStream(bytes));
    LiveRisk again =
        LiveRisk.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(again.bound()).isEqualTo(test.bound());
    assertThat(again.count()).isEqualTo(test.count()).isEqualTo(1_000);
    assertThat(again.referenceRisk()).isEqualTo(test.referenceRisk());
  }
}
