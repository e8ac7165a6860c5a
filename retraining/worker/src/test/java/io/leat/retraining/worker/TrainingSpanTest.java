package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingSpanTest {
  private static final Instant ASKED = Instant.parse("2026-05-01T12:00:00Z");
  private static final Optional<Duration> WINDOW = Optional.of(Duration.ofDays(60));

  @Test
  void withoutAWindowAllIsLearntFrom() {
    assertThat(TrainingSpan.of(labelled("readings"), Optional.empty(), ASKED))
        .isEqualTo(new TrainingSpan(Optional.empty(), ASKED))
        .hasToString("before 2026-05-01T12:00:00Z");
  }

  @Test
  void aWindowReachesBackFromTheRequest() {
    assertThat(TrainingSpan.of(labelled("readings"), WINDOW, ASKED))
        .isEqualTo(new TrainingSpan(Optional.of(Instant.parse("2026-03-02T12:00:00Z")), ASKED))
        .hasToString("from 2026-03-02T12:00:00Z and before 2026-05-01T12:00:00Z");
  }

  @Test
  void aWindowReachesBackFromTheLastRowWhoseLabelCanBeKnown() {
    Instant known = Instant.parse("2026-04-24T12:00:00Z");

    assertThat(TrainingSpan.of(labelled("disputes"), WINDOW, ASKED))
        .isEqualTo(new TrainingSpan(Optional.of(known.minus(Duration.ofDays(60))), known));
  }

  /** A service of readings, whose label comes from an event within seven days. */
  private static FeatureService labelled(String from) {
    return new FeatureService(
        "prices",
        1,
        "readings",
        List.of(new EventFeature("a")),
        Optional.of(new FeatureService.Label("up", from, "id", Duration.ofDays(7), List.of())),
        "d1");
  }
}
