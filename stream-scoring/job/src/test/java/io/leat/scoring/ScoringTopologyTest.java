package io.leat.scoring;

import static io.leat.models.onnx.TestModels.SERVICE;
import static io.leat.models.onnx.TestModels.decision;
import static io.leat.models.onnx.TestModels.model;
import static io.leat.models.onnx.TestModels.pipeline;
import static io.leat.models.onnx.TestModels.vector;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.common.LeatException;
import io.leat.models.onnx.Fixture;
import io.leat.models.onnx.OnnxGraphs;
import io.leat.models.onnx.TestModels;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.DeadLetter;
import io.leat.records.Definition;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.retraining.training.TrainedModel;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Given these vectors, these scores and these dead letters come out. */
class ScoringTopologyTest {
  private static final String FEATURES = Topics.features("fraud");
  private static final byte[] KEY = "c-1".getBytes(UTF_8);
  private static final String NO_DEFAULT =
      "feature event.count is null and the model's definition names no default for it; add it under"
          + " nulls: a number, or 'missing' for a model that learnt what is missing";

  @TempDir Path folder;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final TrainedModel trained = TestModels.train(1);
  private RegistryClient registry;
  private List<Definition> applied = List.of();
  private AvroCodec codec;
  private int vectorSchema;
  private TopologyTestDriver driver;

  @BeforeEach
  void connect(TestInfo test) {
    registry = new RegistryClient("mock://" + test.getDisplayName().replaceAll("\\W", ""));
    codec = new AvroCodec(registry);
    vectorSchema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(SERVICE.featureNames()));
  }

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close();
    }
  }

  @Test
  void aVectorBecomesAScoreWithItsLineage() throws IOException {
    start(pipeline(model("fraud", artifact(), decision("block", "score >= 0.0"))));
    TestRecord<byte[], byte[]> given = record(vector("p-1", List.of(30.5, true, 4L)));
    given.headers().add(RecordHeaders.TRACEPARENT, "00-ab-cd-01".getBytes(UTF_8));

    features().pipeInput(record(vector("p-0", List.of(1.0, false, 1L))));
    features().pipeInput(given);

    List<TestRecord<byte[], byte[]>> written = scores("fraud").readRecordsToList();
    assertThat(written).hasSize(2);
    TestRecord<byte[], byte[]> last = written.get(1);
    assertThat(last.key()).isEqualTo(KEY);
    assertThat(RecordHeaders.get(last.headers(), RecordHeaders.TRACEPARENT))
        .contains("00-ab-cd-01");
    Score score = codec.decode(last.value(), Score.class);
    assertThat(score.getModel()).isEqualTo("fraud");
    assertThat(score.getModelVersion()).isEqualTo("v1");
    assertThat(score.getEventId()).isEqualTo("p-1");
    assertThat(score.getEventTime().toEpochMilli()).isEqualTo(1_000);
    assertThat(score.getScore())
        .isCloseTo(trained.scorer().probability(new float[] {30.5f, 1, 4}), within(1e-6));
    assertThat(score.getDecision()).isEqualTo("block");
    assertThat(score.getService()).isEqualTo("fraud");
    assertThat(score.getModelDigest())
        .isEqualTo(ModelFile.read(model("fraud", artifact())).sha256());
    assertThat(score.getServiceVersion()).isEqualTo(3);
    assertThat(score.getDefinition()).isEqualTo("d3f1");
    assertThat(score.getVector()).isEqualTo(new LogPosition(FEATURES, 0, 1L));
    assertThat(score.getSource()).isEqualTo(new LogPosition("payments", 2, 77L));
    assertThat(metrics.get("leat.scoring.scores").tags("model", "fraud").counter().count())
        .isEqualTo(2);
    assertThat(metrics.get("leat.scoring.inference").timer().count()).isEqualTo(2);
  }

  @Test
  void theFirstDecisionWhoseConditionHoldsIsTaken() throws IOException {
    start(
        pipeline(
            model(
                "fraud",
                artifact(),
                decision("block", "score >= 0.9"),
                decision("review", "score >= 0.5"))));
    features().pipeInput(record(vector("worst", List.of(99.0, true, 0L))));
    features().pipeInput(record(vector("middling", List.of(60.0, true, 4L))));
    features().pipeInput(record(vector("best", List.of(1.0, false, 9L))));
    assertThat(scores("fraud").readValuesToList())
        .extracting(value -> codec.decode(value, Score.class).getDecision())
        .containsExactly("block", "review", null);
  }

  @Test
  void aNullBecomesWhatTheModelsDefinitionSays() throws IOException {
    start(pipeline(model("fraud", artifact())));
    features().pipeInput(record(vector("null", Arrays.asList(null, true, 4L))));
    features().pipeInput(record(vector("twenty", List.of(20.0, true, 4L))));
    List<byte[]> values = scores("fraud").readValuesToList();
    assertThat(codec.decode(values.get(0), Score.class).getScore())
        .isEqualTo(codec.decode(values.get(1), Score.class).getScore());
  }

  @Test
  void aNullThatNothingStandsForIsADeadLetterWithTheUntouchedVector() throws IOException {
    start(pipeline(model("fraud", artifact())));
    TestRecord<byte[], byte[]> given = record(vector("p-1", Arrays.asList(1.0, true, null)));
    features().pipeInput(given);
    features().pipeInput(record(vector("p-2", List.of(1.0, true, 1L))));

    TestRecord<byte[], byte[]> deadLetter = unscored("fraud").readRecord();
    assertThat(deadLetter.key()).isEqualTo(KEY);
    assertThat(deadLetter.value()).isEqualTo(given.value());
    assertThat(RecordHeaders.get(deadLetter.headers(), RecordHeaders.REASON))
        .contains("NULL_INPUT");
    assertThat(RecordHeaders.get(deadLetter.headers(), "__streams.errors.topic"))
        .contains(FEATURES);
    DeadLetter why =
        codec.decode(
            deadLetter.headers().lastHeader(RecordHeaders.DEAD_LETTER).value(), DeadLetter.class);
    assertThat(why.getEvent()).isEqualTo("fraud");
    assertThat(why.getWriterSchemaId()).isEqualTo(vectorSchema);
    assertThat(why.getMessage()).contains("event.count is null");
    assertThat(why.getSource()).isEqualTo(new LogPosition(FEATURES, 0, 0L));
    assertThat(scores("fraud").readRecordsToList()).hasSize(1);
    assertThat(unscoredCount("NULL_INPUT")).isEqualTo(1);
  }

  @Test
  void aDeadLetterHasTheHeadersThatItAlwaysHadBehindItsOwn() throws IOException {
    start(pipeline(model("fraud", artifact())));
    TestRecord<byte[], byte[]> given = record(vector("p-1", Arrays.asList(1.0, true, null)));
    given.headers().add(RecordHeaders.TRACEPARENT, "00-ab-cd-01".getBytes(UTF_8));

    features().pipeInput(given);

    assertThat(unscored("fraud").readRecord().headers())
        .extracting(
            header ->
                header.key()
                    + "="
                    + (header.key().equals(RecordHeaders.DEAD_LETTER)
                        ? HexFormat.of().formatHex(header.value())
                        : new String(header.value(), UTF_8)))
        .containsExactly(
            "traceparent=00-ab-cd-01",
            "__streams.errors.exception=io.leat.scoring.UnscoredVectorException",
            "__streams.errors.message=" + NO_DEFAULT,
            "__streams.errors.stacktrace=io.leat.scoring.UnscoredVectorException: "
                + NO_DEFAULT
                + System.lineSeparator(),
            "__streams.errors.topic=features.fraud",
            "__streams.errors.partition=0",
            "__streams.errors.offset=0",
            "leat.reason=NULL_INPUT",
            "leat.dead-letter=00000000020a6672617564000202144e554c4c5f494e505554c402"
                + HexFormat.of().formatHex(NO_DEFAULT.getBytes(UTF_8))
                + "001c66656174757265732e66726175640000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "definition", "service"})
  void aVectorOfAnotherDefinitionIsNotScored(String what) throws IOException {
    start(pipeline(model("fraud", artifact())));
    FeatureVector.Builder vector = FeatureVector.newBuilder(vector("p-1", List.of(1.0, true, 1L)));
    switch (what) {
      case "version" -> vector.setServiceVersion(2);
      case "definition" -> vector.setDefinition("0ld");
      case "service" -> vector.setService("other");
      default -> throw new AssertionError(what);
    }
    features().pipeInput(record(vector.build()));
    assertThat(RecordHeaders.get(unscored("fraud").readRecord().headers(), RecordHeaders.REASON))
        .contains("OTHER_DEFINITION");
    assertThat(scores("fraud").isEmpty()).isTrue();
  }

  @Test
  void whatIsNoVectorIsSetAsideAndTheNextIsScored() throws IOException {
    start(pipeline(model("fraud", artifact())));
    features().pipeInput(new TestRecord<>(KEY, "hello".getBytes(UTF_8)));
    features().pipeInput(new TestRecord<>(KEY, null));
    features().pipeInput(record(vector("text", Arrays.asList("much", true, 1L))));
    features().pipeInput(record(vector("short", List.of(1.0))));
    features().pipeInput(record(vector("good", List.of(1.0, true, 1L))));
    assertThat(unscored("fraud").readRecordsToList())
        .extracting(
            deadLetter -> RecordHeaders.get(deadLetter.headers(), RecordHeaders.REASON).orElse(""))
        .containsExactly("NOT_FRAMED", "NULL_VALUE", "NOT_A_NUMBER", "WRONG_WIDTH");
    assertThat(scores("fraud").readRecordsToList()).hasSize(1);
  }

  @Test
  void aScoreThatIsNotFiniteIsNoScore() throws IOException {
    // log of a negative number is not a number
    byte[] onnx =
        OnnxGraphs.operator(
            "Log",
            OnnxGraphs.tensor("probabilities", OnnxGraphs.FLOAT, -1, 3),
            OnnxGraphs.tensor("x", OnnxGraphs.FLOAT, -1, 3));
    start(pipeline(model("fraud", TestModels.write(folder, onnx))));
    features().pipeInput(record(vector("no", List.of(1.0, false, -1L))));
    features().pipeInput(record(vector("yes", List.of(1.0, true, 1L))));
    assertThat(unscoredCount("SCORE_NOT_FINITE")).isEqualTo(1); // of the second column: log(0)
    assertThat(unscored("fraud").readRecordsToList()).hasSize(1);
    assertThat(scores("fraud").readRecordsToList()).hasSize(1);
  }

  @Test
  void everyModelOfAServiceScoresItsVectorsAndRefusesForItself() throws IOException {
    Path artifact = artifact();
    Model strict = model("strict", artifact);
    Model lenient =
        new Model(
            "lenient",
            "v2",
            "fraud",
            3,
            artifact,
            strict.referenceProfile(),
            "",
            "",
            new Model.Nulls(Optional.of(0.0), Map.of()),
            strict.score(),
            List.of());
    start(pipeline(strict, lenient));
    features().pipeInput(record(vector("p-1", Arrays.asList(1.0, true, null))));
    assertThat(unscored("strict").readRecordsToList()).hasSize(1);
    TestRecord<byte[], byte[]> score = scores("lenient").readRecord();
    assertThat(RecordHeaders.get(score.headers(), RecordHeaders.REASON)).isEmpty();
    assertThat(scores("strict").isEmpty()).isTrue();
    assertThat(unscored("lenient").isEmpty()).isTrue();
  }

  @Test
  void aModelThatWasMadeForAnotherDefinitionKeepsTheServiceFromStarting() throws IOException {
    FeatureService changed =
        new FeatureService("fraud", 3, "payments", SERVICE.features(), Optional.empty(), "changed");
    Pipeline now = pipeline(changed, payments(), model("fraud", artifact()));
    assertThatThrownBy(() -> start(now))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("definition d3f1")
        .hasMessageContaining("definition changed")
        .hasMessageContaining("leat train");
  }

  @Test
  void textFeaturesKeepTheServiceFromStarting() throws IOException {
    FeatureService service =
        new FeatureService(
            "fraud",
            3,
            "payments",
            List.of(
                new EventFeature("amount"),
                new EventFeature("abroad"),
                new EventFeature("country")),
            Optional.empty(),
            "d3f1");
    Pipeline texts = pipeline(service, payments(), model("fraud", artifact()));
    assertThatThrownBy(() -> start(texts))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("event.country is text, and input features takes FLOAT");
  }

  /** Texts in, a label that is text out, and both probabilities. */
  @Test
  void textGoesInAndALabelComesOut() throws Exception {
    Fixture fixture = Fixture.read("sklearn_one_hot_strict");
    startFixture(
        fixture,
        new Model.Output("probabilities", 0),
        Map.of(
            "label", new Model.Output("label", Optional.empty()),
            "all", new Model.Output("probabilities", Optional.empty())));
    for (List<Object> row : fixture.rows()) {
      features().pipeInput(record(vector("p", row)));
    }
    List<Object> unknown = new ArrayList<>(fixture.rows().get(0));
    unknown.set(2, "xx");
    features().pipeInput(record(vector("unknown", unknown)));

    List<Score> scores = decoded("fraud");
    assertThat(scores).hasSameSizeAs(fixture.rows());
    for (int row = 0; row < scores.size(); row++) {
      JsonNode probabilities = fixture.expected("outputs", "probabilities", row);
      assertThat(scores.get(row).getScore()).isEqualTo(probabilities.get(0).asDouble());
      assertThat(scores.get(row).getOutputs())
          .isEqualTo(
              Map.of(
                  "label", fixture.expected("outputs", "label", row).asText(),
                  "all",
                      List.of(probabilities.get(0).asDouble(), probabilities.get(1).asDouble())));
    }
    TestRecord<byte[], byte[]> refused = unscored("fraud").readRecord();
    assertThat(RecordHeaders.get(refused.headers(), RecordHeaders.REASON))
        .contains("INFERENCE_FAILED");
  }

  @Test
  void ofAMapOfClassesOneIsTheScore() throws Exception {
    Fixture fixture = Fixture.read("sklearn_three_classes_zipmap");
    startFixture(
        fixture,
        new Model.Output("output_probability", Optional.of("high")),
        Map.of(
            "label", new Model.Output("output_label", Optional.empty()),
            "low", new Model.Output("output_probability", Optional.of("low")),
            "classes", new Model.Output("output_probability", Optional.empty())));
    features().pipeInput(record(vector("p", fixture.rows().get(0))));

    Score score = decoded("fraud").get(0);
    JsonNode classes = fixture.expected("outputs", "output_probability", 0);
    double high = classes.get("high").asDouble();
    double low = classes.get("low").asDouble();
    assertThat(score.getScore()).isEqualTo(high);
    assertThat(score.getOutputs())
        .isEqualTo(
            Map.of(
                "label",
                "high",
                "low",
                low,
                "classes",
                Map.of("high", high, "low", low, "middle", classes.get("middle").asDouble())));
  }

  @Test
  void everyTypeGoesInAndComesOut() throws Exception {
    Fixture fixture = Fixture.read("every_type");
    startFixture(
        fixture,
        new Model.Output("total", Optional.empty()),
        Map.of(
            "country", new Model.Output("same_country", Optional.empty()),
            "home", new Model.Output("at_home", Optional.empty()),
            "hour", new Model.Output("same_hour", Optional.empty())));
    features().pipeInput(record(vector("p", fixture.rows().get(0))));
    List<Object> late = new ArrayList<>(fixture.rows().get(0));
    late.set(2, 1L << 40);
    features().pipeInput(record(vector("late", late)));

    Score score = decoded("fraud").get(0);
    assertThat(score.getScore()).isEqualTo(fixture.expected("outputs", "total", 0).asDouble());
    assertThat(score.getOutputs())
        .isEqualTo(
            Map.of(
                "country", fixture.expected("outputs", "same_country", 0).asText(),
                "home", fixture.expected("outputs", "at_home", 0).asBoolean(),
                "hour", fixture.expected("outputs", "same_hour", 0).asLong()));
    TestRecord<byte[], byte[]> refused = unscored("fraud").readRecord();
    assertThat(RecordHeaders.get(refused.headers(), RecordHeaders.REASON)).contains("NOT_EXACT");
    DeadLetter why =
        codec.decode(
            refused.headers().lastHeader(RecordHeaders.DEAD_LETTER).value(), DeadLetter.class);
    assertThat(why.getMessage())
        .contains("event.hour is 1099511627776")
        .contains("no equal in INT32, what input hour");
  }

  private List<Score> decoded(String model) {
    return scores(model).readValuesToList().stream()
        .map(value -> codec.decode(value, Score.class))
        .toList();
  }

  /** A pipeline whose payments have the fixture's features, and its model over them. */
  private void startFixture(Fixture fixture, Model.Output score, Map<String, Model.Output> outputs)
      throws IOException {
    SchemaBuilder.FieldAssembler<Schema> payments = SchemaBuilder.record("Payment").fields();
    List<FeatureService.Feature> features = new ArrayList<>();
    fixture
        .features()
        .forEach(
            (name, type) -> {
              features.add(new EventFeature(name));
              switch (type.orElseThrow()) {
                case LONG -> payments.requiredLong(name);
                case DOUBLE -> payments.requiredDouble(name);
                case BOOLEAN -> payments.requiredBoolean(name);
                case STRING -> payments.requiredString(name);
              }
            });
    FeatureService service =
        new FeatureService("fraud", 3, "payments", features, Optional.empty(), "d3f1");
    Map<String, List<String>> inputs = new HashMap<>();
    fixture
        .inputs()
        .forEach(
            (input, names) ->
                inputs.put(input, names.stream().map(name -> "event." + name).toList()));
    Model model =
        TestModels.with(
            model("fraud", TestModels.write(folder, fixture.onnx())),
            inputs,
            new Model.Nulls(Optional.empty(), Map.of()),
            score,
            outputs);
    start(pipeline(service, payments.endRecord(), model));
  }

  @Test
  void aPipelineWithoutModelsIsReportedSo() {
    assertThatThrownBy(() -> start(pipeline()))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("card-payments declares no model");
  }

  @Test
  void aFileThatIsNotTheAppliedOneIsNotServed() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    applied =
        List.of(
            new Definition("model", "fraud", "v0", "f", "card-payments", "abc"),
            new Definition("model", "fraud", "v1", "f", "card-payments", "123"));

    assertThatThrownBy(() -> start(pipeline))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining(
            "model.onnx has the SHA-256 " + ModelFile.read(pipeline.models().get(0)).sha256())
        .hasMessageContaining("version v1 was applied with 123")
        .hasMessageContaining("leat apply");
  }

  @Test
  void theReasonWhyAModelCannotBeOpenedIsTheErrorThatIsSeen() throws IOException {
    Model wrongOutput =
        new Model(
            "fraud",
            "v1",
            "fraud",
            3,
            artifact(),
            folder.resolve("profile.json"),
            "",
            "",
            new Model.Nulls(Optional.empty(), Map.of()),
            new Model.Output("probability", 0),
            List.of());

    assertThatThrownBy(() -> start(pipeline(wrongOutput)))
        .hasMessageContaining("the model has no output probability; it has [probabilities]");
  }

  private void start(Pipeline pipeline) {
    ScoringJob job = new ScoringJob(started -> applied);
    JobContext context =
        new JobContext(
            pipeline,
            registry,
            metrics,
            new Readiness(),
            JobOptions.of(folder, "unused:9092", "mock://unused", folder, 0));
    Properties settings = new Properties();
    settings.put("application.id", context.applicationId(job));
    driver = new TopologyTestDriver(job.topology(context), settings);
  }

  private Path artifact() throws IOException {
    return TestModels.write(folder, trained.onnx());
  }

  private static Schema payments() {
    return SchemaBuilder.record("Payment")
        .fields()
        .requiredDouble("amount")
        .requiredBoolean("abroad")
        .requiredLong("count")
        .optionalString("country")
        .endRecord();
  }

  private TestRecord<byte[], byte[]> record(FeatureVector vector) {
    return new TestRecord<>(KEY, codec.encode(vectorSchema, vector));
  }

  private TestInputTopic<byte[], byte[]> features() {
    return driver.createInputTopic(FEATURES, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private TestOutputTopic<byte[], byte[]> scores(String model) {
    return driver.createOutputTopic(
        Topics.scores(model), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private TestOutputTopic<byte[], byte[]> unscored(String model) {
    return driver.createOutputTopic(
        Topics.unscored(model), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private double unscoredCount(String reason) {
    return metrics.get("leat.scoring.unscored").tags("reason", reason).counter().count();
  }
}
