package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Model;
import io.leat.records.Contribution;
import io.leat.records.Contributions;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.runtime.flink.KafkaRecord;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class ScoreTableTest {
  private static final KafkaRecord RECORD =
      new KafkaRecord("scores.fraud", 0, 3, 0, new RecordHeaders(), null, new byte[0]);
  private static final Path FILE = Path.of("models/fraud/model.onnx");
  private static final Schema COLUMNS =
      ScoreTable.of(
              new Model(
                  "fraud",
                  "v1",
                  "fraud",
                  3,
                  FILE,
                  FILE,
                  "",
                  "",
                  new Model.Nulls(Optional.empty(), Map.of()),
                  new Model.Output("probabilities", 1),
                  List.of()))
          .schema();

  @Test
  void aRowSaysByWhichArmOfWhichRolloutTheScoreWasGiven() throws Exception {
    GenericRowData row =
        row(
            score()
                .setModelNumber(7)
                .setRole("CANARY")
                .setRollout(12L)
                .setPropensity(0.25)
                .setStage(1)
                .setFallback("INFERENCE_FAILED"));

    assertThat(value(row, "model_number")).isEqualTo(7);
    assertThat(value(row, "role")).hasToString("CANARY");
    assertThat(value(row, "rollout")).isEqualTo(12L);
    assertThat(value(row, "propensity")).isEqualTo(0.25);
    assertThat(value(row, "stage")).isEqualTo(1);
    assertThat(value(row, "fallback")).hasToString("INFERENCE_FAILED");
  }

  @Test
  void outputsAreJsonInTheOrderOfTheirNames() throws Exception {
    GenericRowData row =
        row(score().setOutputs(Map.of("label", "high", "all", Map.of("low", 0.25, "high", 0.75))));

    assertThat(value(row, "outputs"))
        .hasToString("{\"all\":{\"high\":0.75,\"low\":0.25},\"label\":\"high\"}");
  }

  @Test
  void contributionsAreAMapByFeature() throws Exception {
    GenericRowData row =
        row(
            score()
                .setContributions(
                    new Contributions(-1.5, List.of(new Contribution("event.amount", 0.5)))));

    assertThat(value(row, "contribution_base")).isEqualTo(-1.5);
    assertThat(value(row, "contributions"))
        .isEqualTo(new GenericMapData(Map.of(StringData.fromString("event.amount"), 0.5)));
  }

  @Test
  void whatAScoreFromBeforeDoesNotHaveIsNull() throws Exception {
    GenericRowData row = row(score());

    assertThat(
            List.of(
                "model_number",
                "role",
                "rollout",
                "propensity",
                "stage",
                "fallback",
                "outputs",
                "contribution_base",
                "contributions"))
        .allSatisfy(column -> assertThat(value(row, column)).as(column).isNull());
  }

  private static Score.Builder score() {
    return Score.newBuilder()
        .setModel("fraud")
        .setModelVersion("v1")
        .setEventId("p-1")
        .setEventTime(Instant.EPOCH)
        .setScore(0.5)
        .setService("fraud")
        .setServiceVersion(3)
        .setDefinition("d3f1")
        .setVector(new LogPosition("features.fraud", 0, 7L))
        .setSource(new LogPosition("payments", 2, 77L));
  }

  private static GenericRowData row(Score.Builder score) throws Exception {
    return (GenericRowData) new ScoreTable.Rows(COLUMNS).apply(RECORD, score.build());
  }

  private static Object value(GenericRowData row, String column) {
    List<String> names = COLUMNS.columns().stream().map(Types.NestedField::name).toList();
    return row.getField(names.indexOf(column));
  }
}
