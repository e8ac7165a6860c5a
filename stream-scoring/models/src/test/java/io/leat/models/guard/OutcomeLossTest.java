package io.leat.models.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.LogPosition;
import io.leat.records.LossKind;
import io.leat.records.Outcome;
import io.leat.records.RolloutLoss;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeLossTest {
  private static final Instant TIME = Instant.ofEpochSecond(1_000);

  private static Outcome outcome(double score, @Nullable String decision, @Nullable Object label) {
    return outcome(score, decision, label, TIME);
  }

  private static Outcome outcome(
      double score, @Nullable String decision, @Nullable Object label, Instant known) {
    return Outcome.newBuilder()
        .setModel("fraud")
        .setModelVersion("v1")
        .setEventId("e")
        .setEventTime(TIME)
        .setScore(score)
        .setDecision(decision)
        .setSource(new LogPosition("payments", 0, 0L))
        .setLabel(label)
        .setLabelTime(known)
        .setKnownAt(known)
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "BRIER, 0.75, , true, 0.0625",
    "BRIER, 0.75, , false, 0.5625",
    "BRIER, -3, , true, 1",
    "BRIER, 0.5, , 1, 0.25",
    "BRIER, 0.5, , 2, ",
    "BRIER, 0.5, , yes, ",
    "BRIER, 0.5, , , ",
    "WRONG_DECISION, 0.5, block, true, 0",
    "WRONG_DECISION, 0.5, block, false, 1",
    "WRONG_DECISION, 0.5, , true, 1",
    "WRONG_DECISION, 0.5, , false, 0",
    "ABSOLUTE_ERROR, 30, , 40, 0.25",
    "ABSOLUTE_ERROR, 30, , 400, 1",
    "ABSOLUTE_ERROR, 30, , yes, ",
  })
  void whatAScoreCosts(
      LossKind kind,
      double score,
      @Nullable String decision,
      @Nullable String label,
      @Nullable Double cost) {
    RolloutLoss loss = new RolloutLoss(kind, kind == LossKind.ABSOLUTE_ERROR ? 40.0 : null, 1_000L);

    assertThat(OutcomeLoss.of(outcome(score, decision, value(label)), loss).orElse(null))
        .isEqualTo(cost);
  }

  private static @Nullable Object value(@Nullable String label) {
    if (label == null || label.equals("yes")) {
      return label;
    }
    return label.matches("\\d+") ? (Object) Long.valueOf(label) : Boolean.valueOf(label);
  }

  @Test
  void aLabelThatComesLaterDoesNotCount() {
    RolloutLoss loss = new RolloutLoss(LossKind.BRIER, null, 1_000L);

    assertThat(OutcomeLoss.of(outcome(0.5, null, true, TIME.plusMillis(1_000)), loss))
        .contains(0.25);
    assertThat(OutcomeLoss.of(outcome(0.5, null, true, TIME.plusMillis(1_001)), loss)).isEmpty();
  }
}
