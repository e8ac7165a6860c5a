package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Monitor;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.runtime.flink.KafkaRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What monitors see of a score. */
class ScoreWatchTest {
  private static final KafkaRecord RECORD =
      new KafkaRecord("scores.price", 0, 7, 0, new RecordHeaders(), null, new byte[0]);
  private final ScoreWatch watch =
      new ScoreWatch(
          "prices",
          1,
          "d1",
          List.of(Monitor.DECISION, Monitor.SCORE, "outputs.label", "outputs.list"));

  @Test
  void theChampionsScoreAndItsOutputsAreSeen() {
    WatchedVector seen = watch.apply(RECORD, score().build());

    assertThat(seen.current()).isTrue();
    assertThat(seen.eventTime()).isEqualTo(1_000);
    assertThat(seen.version()).isEqualTo(7);
    assertThat(seen.row().numbers()).containsExactly(Double.NaN, 0.5, Double.NaN, Double.NaN);
    assertThat(seen.row().texts()).containsExactly("block", null, "up", null);
  }

  @Test
  void aScoreOfAReleaseWithoutRolloutsIsTheChampions() {
    WatchedVector seen = watch.apply(RECORD, score().setRole(null).setModelNumber(null).build());

    assertThat(seen.current()).isTrue();
    assertThat(seen.version()).isZero();
  }

  @Test
  void aCanarysScoreAndOneOfAnotherDefinitionArePassedOver() {
    assertThat(watch.apply(RECORD, score().setRole("CANARY").build()).current()).isFalse();
    assertThat(watch.apply(RECORD, score().setDefinition("d2").build()).current()).isFalse();
  }

  private static Score.Builder score() {
    return Score.newBuilder()
        .setModel("price")
        .setModelVersion("2026")
        .setModelNumber(7)
        .setRole("CHAMPION")
        .setEventId("e1")
        .setEventTime(Instant.ofEpochSecond(1))
        .setScore(0.5)
        .setDecision("block")
        .setOutputs(Map.of("label", "up", "list", List.of("a")))
        .setService("prices")
        .setServiceVersion(1)
        .setDefinition("d1")
        .setVector(new LogPosition("features.prices", 0, 0L))
        .setSource(new LogPosition("readings", 0, 0L));
  }
}
