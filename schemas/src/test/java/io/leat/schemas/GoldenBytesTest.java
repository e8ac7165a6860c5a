package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelSwitch;
import io.leat.records.Outcome;
import io.leat.records.PerformanceMetric;
import io.leat.records.RegisteredModel;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.Rollout;
import io.leat.records.RolloutObservation;
import io.leat.records.RolloutPlan;
import io.leat.records.RolloutStage;
import io.leat.records.Score;
import io.leat.records.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes that each of the platform's records had when its schema was last released. A schema
 * that changes them changes what lies in the topics of running platforms: keep the old file under
 * another name as a test of reading, and add the new one.
 */
class GoldenBytesTest {
  private static final int SCHEMA_ID = 1234;
  private static final String[] ROLLOUT = {"model_number", "role", "rollout", "propensity"};
  private static final String[] EXPLANATION = {"fallback", "contributions"};
  private static final String STAGE = "stage";

  static Stream<SpecificRecordBase> records() {
    return Samples.all();
  }

  @ParameterizedTest
  @MethodSource("records")
  void recordHasTheBytesThatItAlwaysHad(SpecificRecordBase record) throws IOException {
    byte[] bytes = new AvroCodec(new RegistryClient("mock://golden")).encode(SCHEMA_ID, record);

    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(golden(record));
  }

  @ParameterizedTest
  @MethodSource("records")
  void bytesAreReadAsTheRecordThatTheyAlwaysWere(SpecificRecordBase record) throws IOException {
    RegistryClient registry = new RegistryClient("mock://golden-" + record.getClass());
    int id = registry.register("golden-value", record.getSchema());
    byte[] bytes = HexFormat.of().parseHex(golden(record));
    System.arraycopy(HexFormat.of().parseHex("%08x".formatted(id)), 0, bytes, 1, 4);

    assertThat(new AvroCodec(registry).decode(bytes, record.getClass())).isEqualTo(record);
  }

  @Test
  void aVectorOfAReleaseThatGaveNoReasonsIsReadWithoutThem() throws IOException {
    RegistryClient registry = new RegistryClient("mock://golden-without-reasons");
    Schema.Parser parser = new Schema.Parser();
    parser.parse(LogPosition.getClassSchema().toString());
    parser.parse(Severity.getClassSchema().toString());
    Schema writer = parser.parse(text("feature_vector_without_reasons.avsc"));
    byte[] bytes = HexFormat.of().parseHex(text("feature_vector_without_reasons.hex"));
    int id = registry.register("golden-value", writer);
    System.arraycopy(HexFormat.of().parseHex("%08x".formatted(id)), 0, bytes, 1, 4);

    FeatureVector read = new AvroCodec(registry).decode(bytes, FeatureVector.class);

    assertThat(read)
        .isEqualTo(
            FeatureVector.newBuilder(Samples.featureVector())
                .setNullReasons(ByteBuffer.allocate(0))
                .setEventTimeMicros(null)
                .build());
    assertThat(NullReason.joined(read.getValues(), read.getNullReasons()))
        .endsWith(NullReason.UNSTATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"score", "definition"})
  void whatWasWrittenBeforeModelsWereHashedIsReadWithoutAHash(String name) throws IOException {
    SpecificRecordBase record =
        records().filter(sample -> name(sample).equals(name)).findFirst().orElseThrow();
    RegistryClient registry = new RegistryClient("mock://golden-without-digest-" + name);
    Schema.Parser parser = new Schema.Parser();
    parser.parse(LogPosition.getClassSchema().toString());
    parser.parse(Severity.getClassSchema().toString());
    int id = registry.register("golden-value", parser.parse(text(name + "_without_digest.avsc")));
    byte[] bytes = HexFormat.of().parseHex(text(name + "_without_digest.hex"));
    System.arraycopy(HexFormat.of().parseHex("%08x".formatted(id)), 0, bytes, 1, 4);

    SpecificRecordBase read = new AvroCodec(registry).decode(bytes, record.getClass());

    String digest = name.equals("score") ? "model_digest" : "artifact_digest";
    assertThat(read.get(digest)).isNull();
    read.put(digest, record.get(digest));
    if (record instanceof Score) {
      copy(record, read, "outputs");
      copy(record, read, ROLLOUT);
      copy(record, read, EXPLANATION);
      copy(record, read, STAGE);
    }
    assertThat(read).isEqualTo(record);
  }

  @Test
  void aScoreOfAReleaseThatKeptNothingElseIsReadWithoutOutputs() throws IOException {
    Score read = earlier("score_without_outputs", Score.class);

    assertThat(read.getOutputs()).isEmpty();
    Score sample = sample(Score.class);
    copy(sample, read, "outputs");
    copy(sample, read, ROLLOUT);
    copy(sample, read, EXPLANATION);
    copy(sample, read, STAGE);
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void aScoreOfAReleaseThatHadNoRolloutsIsReadWithoutOne() throws IOException {
    Score read = earlier("score_without_rollout", Score.class);

    for (String field : ROLLOUT) {
      assertThat(read.get(field)).as(field).isNull();
    }
    Score sample = sample(Score.class);
    copy(sample, read, ROLLOUT);
    copy(sample, read, EXPLANATION);
    copy(sample, read, STAGE);
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void aScoreOfAReleaseThatExplainedNoneIsReadWithoutContributions() throws IOException {
    Score read = earlier("score_without_explanation", Score.class);

    for (String field : EXPLANATION) {
      assertThat(read.get(field)).as(field).isNull();
    }
    Score sample = sample(Score.class);
    copy(sample, read, EXPLANATION);
    copy(sample, read, STAGE);
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void aScoreOfAReleaseThatHadNoStagesIsReadWithoutOne() throws IOException {
    Score read = earlier("score_without_stage", Score.class);

    assertThat(read.getStage()).isNull();
    Score sample = sample(Score.class);
    copy(sample, read, STAGE);
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void aModelOfAReleaseThatDeclaredNoRolloutsIsReadWithoutAPlan() throws IOException {
    RegisteredModel read = earlier("registered_model_without_plan", RegisteredModel.class);

    assertThat(read.getPlan()).isNull();
    RegisteredModel sample = sample(RegisteredModel.class);
    copy(sample, read, "plan", "fallback");
    requireNoStage(sample.getRollout(), read.getRollout());
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void aSwitchOfAReleaseThatDeclaredNoRolloutsIsReadWithoutAPlan() throws IOException {
    ModelSwitch read = earlier("model_switch_without_plan", ModelSwitch.class);

    ModelSwitch sample = sample(ModelSwitch.class);
    requireNoStage(sample.getRollout(), read.getRollout());
    assertThat(read).isEqualTo(sample);
  }

  private static void requireNoStage(Rollout sample, Rollout read) {
    assertThat(read.getPlan()).isNull();
    assertThat(read.getStage()).isNull();
    copy(sample, read, "plan", STAGE, "fallback", "period");
  }

  @Test
  void whatWasWrittenBeforeStagesWentByLabelsIsReadWithoutThem() throws IOException {
    RolloutPlan plan = earlier("rollout_plan_without_loss", RolloutPlan.class);
    assertThat(plan.getStages().get(0).getLoss()).isNull();
    assertThat(plan.getStages().get(0).getBandit()).isNull();
    RolloutStage stage = sample(RolloutPlan.class).getStages().get(0);
    copy(stage, plan.getStages().get(0), "min_labels", "loss", "bandit");
    assertThat(plan).isEqualTo(sample(RolloutPlan.class));

    RolloutObservation observation =
        earlier("rollout_observation_without_loss", RolloutObservation.class);
    assertThat(observation.getVersionLoss()).isNull();
    assertThat(observation.getChampionLoss()).isNull();
    assertThat(observation.getLeftOut()).isFalse();
    copy(
        sample(RolloutObservation.class), observation, "version_loss", "champion_loss", "left_out");
    assertThat(observation).isEqualTo(sample(RolloutObservation.class));

    Outcome outcome = earlier("outcome_without_fallback", Outcome.class);
    assertThat(outcome.getFallback()).isNull();
    copy(sample(Outcome.class), outcome, "fallback");
    assertThat(outcome).isEqualTo(sample(Outcome.class));
  }

  @Test
  void aFigureOfAReleaseThatHadOneEstimatorIsReadWithoutItsName() throws IOException {
    PerformanceMetric read =
        earlier("performance_metric_without_estimator", PerformanceMetric.class);

    assertThat(read.getEstimator()).isNull();
    copy(sample(PerformanceMetric.class), read, "estimator");
    assertThat(read).isEqualTo(sample(PerformanceMetric.class));
  }

  @Test
  void anAuditEventOfAReleaseThatDidNotChainThemIsReadAsOneOutsideTheChain() throws IOException {
    AuditEvent read = earlier("audit_event_without_chain", AuditEvent.class);

    assertThat(read.getEvidence()).isEmpty();
    String[] added = {"before", "after", "reason", "sequence", "previous", "hash"};
    for (String field : added) {
      assertThat(read.get(field)).as(field).isNull();
    }
    AuditEvent sample = sample(AuditEvent.class);
    copy(sample, read, added);
    copy(sample, read, "evidence");
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void aRequestOfAReleaseThatLetNoneLapseIsReadAsAsked() throws IOException {
    RetrainingRequest read = earlier("retraining_request_without_state", RetrainingRequest.class);

    assertThat(read.getState()).isEqualTo(RequestStatus.ASKED);
    copy(sample(RetrainingRequest.class), read, "state");
    assertThat(read).isEqualTo(sample(RetrainingRequest.class));
  }

  @Test
  void aRunOfAReleaseThatToldNoStepsIsReadWithoutThem() throws IOException {
    RetrainingRun read = earlier("retraining_run_without_steps", RetrainingRun.class);

    assertThat(read.getStep()).isEmpty();
    assertThat(read.getEventTime()).isNull();
    assertThat(read.getGates()).isEmpty();
    RetrainingRun sample = sample(RetrainingRun.class);
    List<Schema.Field> fields = RetrainingRun.getClassSchema().getFields();
    for (Schema.Field added : fields.subList(7, fields.size())) {
      read.put(added.pos(), sample.get(added.pos()));
    }
    assertThat(read).isEqualTo(sample);
  }

  /** Bytes of an earlier release, read with their schema. */
  private static <T extends SpecificRecordBase> T earlier(String name, Class<T> type)
      throws IOException {
    RegistryClient registry = new RegistryClient("mock://golden-" + name);
    Schema.Parser parser = new Schema.Parser();
    parser.parse(LogPosition.getClassSchema().toString());
    parser.parse(Severity.getClassSchema().toString());
    int id = registry.register("golden-value", parser.parse(text(name + ".avsc")));
    byte[] bytes = HexFormat.of().parseHex(text(name + ".hex"));
    System.arraycopy(HexFormat.of().parseHex("%08x".formatted(id)), 0, bytes, 1, 4);
    return new AvroCodec(registry).decode(bytes, type);
  }

  private static <T extends SpecificRecordBase> T sample(Class<T> type) {
    return records().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  private static void copy(SpecificRecordBase from, SpecificRecordBase to, String... fields) {
    for (String field : fields) {
      to.put(field, from.get(field));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"drift_metric", "drift_alert"})
  void whatWasWrittenBeforeStatisticsHadAnErrorIsReadAsExact(String name) throws IOException {
    SpecificRecordBase record =
        records().filter(sample -> name(sample).equals(name)).findFirst().orElseThrow();
    RegistryClient registry = new RegistryClient("mock://golden-without-error-" + name);
    Schema.Parser parser = new Schema.Parser();
    parser.parse(Severity.getClassSchema().toString());
    int id = registry.register("golden-value", parser.parse(text(name + "_without_error.avsc")));
    byte[] bytes = HexFormat.of().parseHex(text(name + "_without_error.hex"));
    System.arraycopy(HexFormat.of().parseHex("%08x".formatted(id)), 0, bytes, 1, 4);

    SpecificRecordBase read = new AvroCodec(registry).decode(bytes, record.getClass());

    assertThat(read.get("error")).isEqualTo(0.0);
    for (String added :
        List.of(
            "error",
            "nulls_by_reason",
            "segment",
            "evidence",
            "alarm_at",
            "guarantee",
            "updates",
            "streams",
            "p_value")) {
      Schema.Field field = record.getSchema().getField(added);
      if (field != null) {
        read.put(field.pos(), record.get(added));
      }
    }
    assertThat(read).isEqualTo(record);
  }

  @Test
  void aMetricOfAReleaseThatHadNoSegmentsIsReadAsOfAllVectors() throws IOException {
    DriftMetric read = earlier("drift_metric_without_segment", DriftMetric.class);

    assertThat(read.getSegment()).isNull();
    DriftMetric sample = sample(DriftMetric.class);
    copy(sample, read, "segment", "evidence", "guarantee", "p_value");
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void anAlertOfAReleaseThatHadNoEvidenceIsReadWithout() throws IOException {
    DriftAlert read = earlier("drift_alert_without_evidence", DriftAlert.class);

    assertThat(read.getEvidence()).isNull();
    assertThat(read.getStreams()).isEmpty();
    DriftAlert sample = sample(DriftAlert.class);
    copy(sample, read, "segment", "evidence", "alarm_at", "guarantee", "updates", "streams");
    assertThat(read).isEqualTo(sample);
  }

  @Test
  void everyRecordHasASample() throws IOException {
    try (Stream<Path> schemas = Files.list(Path.of("src/main/avro"))) {
      assertThat(schemas.map(GoldenBytesTest::name).filter(name -> !name.equals("severity")))
          .as("records of src/main/avro, each with a sample in Samples")
          .containsExactlyInAnyOrderElementsOf(records().map(GoldenBytesTest::name).toList());
    }
  }

  private static String golden(SpecificRecordBase record) throws IOException {
    return text(name(record) + ".hex");
  }

  private static String text(String name) throws IOException {
    String file = "/golden/" + name;
    try (InputStream stream = GoldenBytesTest.class.getResourceAsStream(file)) {
      assertThat(stream).as("src/test/resources" + file).isNotNull();
      return new String(stream.readAllBytes(), UTF_8).strip();
    }
  }

  private static String name(Path schema) {
    return schema.getFileName().toString().replace(".avsc", "");
  }

  /** {@code DriftAlert} is {@code drift_alert}. */
  private static String name(SpecificRecordBase record) {
    return record.getSchema().getName().replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }
}
