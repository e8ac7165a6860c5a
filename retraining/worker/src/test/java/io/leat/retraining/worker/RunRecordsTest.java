package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunRecordsTest {
  @Test
  void aRequestHasOneRunHoweverOftenItIsRead() {
    RetrainingRun run = RunRecords.begun(Tasks.request("weekly-1"), Tasks.NOW);

    assertThat(run.getRunId())
        .isEqualTo(RunRecords.begun(Tasks.request("weekly-1"), Tasks.NOW.plusSeconds(9)).getRunId())
        .isNotEqualTo(RunRecords.id(Tasks.request("weekly-2")));
    assertThat(run.getState()).isEqualTo(RunState.STARTED);
    assertThat(Step.of(run.getStep())).contains(Step.PIN);
    assertThat(run.getEventTime()).isEqualTo(Tasks.NOW);
  }

  @Test
  void theKeyIsOfModelCauseAndTrainingSet() {
    RetrainingRun run = RunRecords.begun(Tasks.request("weekly-1"), Tasks.NOW);
    String key = RunRecords.key(run, "9c1e");

    assertThat(key).matches("[0-9a-f]{64}").isEqualTo(RunRecords.key(run, "9c1e"));
    assertThat(
            Stream.of(
                RunRecords.key(run, "9c1f"),
                RunRecords.key(RetrainingRun.newBuilder(run).setModel("demand").build(), "9c1e"),
                RunRecords.key(
                    RetrainingRun.newBuilder(run).setCause("episode 2").build(), "9c1e")))
        .doesNotContain(key)
        .doesNotHaveDuplicates();
  }

  @Test
  void aCauseThatARunHasAnsweredHasNoOther() {
    RetrainingRun answer =
        RunRecords.ended(
                RunRecords.begun(Tasks.request("weekly-1"), Tasks.NOW), RunState.PROMOTED, "")
            .setVersionNumber(4)
            .build();
    RetrainingRun second = RunRecords.begun(Tasks.request("weekly-2"), Tasks.NOW);

    assertThat(RunRecords.answer(second, List.of(second, answer)))
        .hasValueSatisfying(
            run -> {
              assertThat(run.getState()).isEqualTo(RunState.LAPSED);
              assertThat(run.getRunId()).isEqualTo(second.getRunId());
              assertThat(run.getMessage()).contains(answer.getRunId(), "version 4");
            });
    RetrainingRun rejected = RunRecords.ended(answer, RunState.REJECTED, "gates failed").build();
    assertThat(RunRecords.answer(second, List.of(second, rejected))).isEmpty();
    assertThat(
            RunRecords.answer(
                RetrainingRun.newBuilder(second).setCause("episode 2").build(), List.of(answer)))
        .isEmpty();
    assertThat(
            RunRecords.answer(
                RetrainingRun.newBuilder(second).setStep(Step.TRAIN.text()).build(),
                List.of(answer)))
        .as("one that works already goes on")
        .isEmpty();
  }

  @Test
  void everyStepIsFoundByItsTextAndNoOther() {
    for (Step step : Step.values()) {
      assertThat(Step.of(step.text())).contains(step);
    }
    assertThat(Step.of("")).isEmpty();
  }
}
