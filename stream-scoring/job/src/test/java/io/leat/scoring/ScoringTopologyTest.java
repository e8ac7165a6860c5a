package io.leat.scoring;

import static io.leat.models.onnx.TestModels.SERVICE;
import static io.leat.models.onnx.TestModels.decision;
import static io.leat.models.onnx.TestModels.model;
import static io.leat.models.onnx.TestModels.pipeline;
import static io.leat.models.onnx.TestModels.vector;
import static io.leat.models.registry.TestVersions.arm;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.Fixture;
import io.leat.models.onnx.OnnxGraphs;
import io.leat.models.onnx.TestModels;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.Contribution;
import io.leat.records.Contributions;
import io.leat.records.DeadLetter;
import io.leat.records.FallbackKind;
import io.leat.records.FeatureVector;
import io.leat.records.GuardKind;
import io.leat.records.LogPosition;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutFallback;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutObservation;
import io.leat.records.RolloutPlan;
import io.leat.records.RolloutStage;
import io.leat.records.Score;
import io.leat.records.StageKind;
import io.leat.retraining.training.TrainingResult;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.deadletter.DeadLetterWriter;
import io.leat.scoring.engine.LoadedRollout;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RolloutLoader;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
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
  private final TrainingResult trained = TestModels.train(1);
  private RegistryClient registry;
  private ArtifactStore artifacts;
  private List<ModelRollouts> models = List.of();
  private AvroCodec codec;
  private int vectorSchema;
  private final Backlog backlog = new Backlog();
  private TopologyTestDriver driver;

  @BeforeEach
  void connect(TestInfo test) {
    registry = new RegistryClient("mock://" + test.getDisplayName().replaceAll("\\W", ""));
    codec = new AvroCodec(registry);
    artifacts = ArtifactStore.open(folder.resolve("artifacts").toString());
    vectorSchema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(SERVICE.featureNames()));
  }

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close();
    }
    models.forEach(ModelRollouts::close);
  }

  @Test
  void aVectorBecomesAScoreWithItsLineage() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact(), decision("block", "score >= 0.0")));
    start(pipeline);
    ModelVersion promoted = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
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
        .isCloseTo(trained.predictor().score(new float[] {30.5f, 1, 4}), within(1e-6));
    assertThat(score.getDecision()).isEqualTo("block");
    assertThat(score.getService()).isEqualTo("fraud");
    assertThat(score.getModelDigest())
        .isEqualTo(Manifest.parse(promoted.getManifest()).digest())
        .isEqualTo(promoted.getDigest());
    assertThat(score.getModelNumber()).isEqualTo(1);
    assertThat(score.getRole()).isEqualTo("CHAMPION");
    assertThat(score.getRollout()).isEqualTo(1);
    assertThat(score.getPropensity()).isEqualTo(1);
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
  void aScoreSaysWhatTheFeaturesContributedWhereThatIsDeclared() throws IOException {
    start(
        pipeline(
            TestModels.explained(
                model("fraud", artifact(), decision("block", "score >= 0.9")),
                new Model.Explain(2, Model.Explain.When.DECISIONS, 1))));
    features().pipeInput(record(vector("worst", List.of(99.0, true, 0L))));
    features().pipeInput(record(vector("best", List.of(1.0, false, 9L))));

    List<byte[]> values = scores("fraud").readValuesToList();
    Contributions contributions = codec.decode(values.get(0), Score.class).getContributions();
    assertThat(contributions.getFeatures())
        .extracting(Contribution::getFeature)
        .containsExactly("event.amount", "event.count");
    assertThat(contributions.getFeatures())
        .allSatisfy(one -> assertThat(one.getValue()).isPositive());
    assertThat(codec.decode(values.get(1), Score.class).getContributions())
        .as("of a score without decision")
        .isNull();
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
    DeadLetterWriter.schemaId(registry); // the second schema that this registry hears of
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
    start(pipeline(model("fraud", TestModels.write(folder, logarithm()))));
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
  void aModelThatWasMadeForAnotherDefinitionIsRefusedBeforeItIsPublished() throws IOException {
    FeatureService changed =
        new FeatureService("fraud", 3, "payments", SERVICE.features(), Optional.empty(), "changed");
    Pipeline now = pipeline(changed, payments(), model("fraud", artifact()));
    assertThatThrownBy(() -> ModelPackage.of(now.models().get(0), now))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("definition d3f1")
        .hasMessageContaining("definition changed")
        .hasMessageContaining("leat train");
  }

  @Test
  void textFeaturesKeepAVersionFromBeingLoaded() throws IOException {
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
    start(texts);
    assertThat(rollouts("fraud").problem().orElseThrow())
        .contains("rollout 1 of model fraud could not be loaded")
        .contains("event.country is text, and input features takes FLOAT");
    assertThatThrownBy(() -> ModelPackage.of(texts.models().get(0), texts))
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
    return scoresOf(Topics.scores(model));
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
  void theReasonWhyAModelCannotBeOpenedIsTheProblemThatIsTold() throws IOException {
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

    start(pipeline(wrongOutput));

    assertThat(rollouts("fraud").problem().orElseThrow())
        .contains("the model has no output probability; it has [probabilities]");
    assertThat(metrics.get("leat.scoring.load.failures").counter().count()).isEqualTo(1);
  }

  @Test
  void aRolloutScoresFromTheRecordedOffsetOn() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, TestModels.train(2).onnx());
    for (int i = 0; i < 3; i++) {
      features().pipeInput(record(vector("p-" + i, List.of(30.5, true, 4L))));
    }
    roll(TestVersions.champion(7, second), first, second);
    features().pipeInput(new TestRecord<>(KEY, null));
    features().pipeInput(record(vector("p-4", List.of(30.5, true, 4L))));
    roll(TestVersions.champion(5, first), first, second); // older: passed over
    features().pipeInput(record(vector("p-5", List.of(30.5, true, 4L))));

    assertThat(decoded("fraud"))
        .extracting(
            score -> score.getVector().getOffset(), Score::getRollout, Score::getModelNumber)
        .containsExactly(
            tuple(0L, 1L, 1),
            tuple(1L, 1L, 1),
            tuple(2L, 1L, 1),
            tuple(4L, 7L, 2),
            tuple(5L, 7L, 2));
    assertThat(switches())
        .extracting(ModelSwitch::getOffset, gone -> gone.getRollout().getRevision())
        .containsExactly(tuple(0L, 1L), tuple(3L, 7L)); // what is no vector is in an interval, too
    assertThat(metrics.get("leat.scoring.switches").counter().count()).isEqualTo(2);
    assertThat(metrics.get("leat.scoring.rollout.revision").gauge().value()).isEqualTo(7);
    assertThat(metrics.get("leat.scoring.version.number").gauge().value()).isEqualTo(2);
  }

  @Test
  void theVersionsOfAReplacedRolloutAreClosedWhenItsTaskHasGoneOver() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, TestModels.train(2).onnx());
    features().pipeInput(record(vector("p-0", List.of(30.5, true, 4L))));
    LoadedRollout replaced = rollouts("fraud").acquire();
    replaced.release();

    roll(
        TestVersions.rollout(
            2, arm(first, ModelRole.CHAMPION, 1), arm(second, ModelRole.SHADOW, 0)),
        first,
        second);
    LoadedRollout kept = rollouts("fraud").acquire();
    kept.release();
    assertThat(kept.champion()).as("opened once").isSameAs(replaced.champion());
    roll(TestVersions.champion(3, second), first, second);
    assertThat(replaced.champion().isOpen()).as("its task may score with it").isTrue();
    features().pipeInput(record(vector("p-1", List.of(30.5, true, 4L))));

    assertThat(replaced.champion().isOpen()).isFalse();
    driver.close();
    driver = null;
    models.forEach(ModelRollouts::close);
    models = List.of();
    assertThat(kept.versions()).noneMatch(LoadedVersion::isOpen);
  }

  @Test
  void aCanaryDecidesForItsShareAndKeepsItsMembers() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact(), decision("block", "score >= 0.5")));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, TestModels.train(2).onnx());
    int entities = 2_000;
    Map<String, Set<String>> members = new HashMap<>();
    long revision = 1;
    for (double weight : new double[] {0.1, 0.3}) {
      revision++;
      roll(
          TestVersions.rollout(
              revision,
              arm(first, ModelRole.CHAMPION, 1 - weight),
              arm(second, ModelRole.CANARY, weight)),
          first,
          second);
      for (int i = 0; i < entities; i++) {
        features()
            .pipeInput(
                new TestRecord<>(
                    ("c-" + i).getBytes(UTF_8),
                    codec.encode(vectorSchema, vector("c-" + i, List.of(30.5, true, 4L)))));
      }
      Set<String> canary = new HashSet<>();
      for (Score score : decoded("fraud")) {
        boolean isCanary = score.getRole().equals("CANARY");
        assertThat(score.getModelNumber()).isEqualTo(isCanary ? 2 : 1);
        assertThat(score.getPropensity()).isEqualTo(isCanary ? weight : 1 - weight);
        if (isCanary) {
          canary.add(score.getEventId());
        }
      }
      double deviation = Math.sqrt(entities * weight * (1 - weight));
      assertThat((double) canary.size())
          .isBetween(entities * weight - 5 * deviation, entities * weight + 5 * deviation);
      members.put("at " + weight, canary);
    }
    assertThat(members.get("at 0.3")).containsAll(members.get("at 0.1"));
    assertThat(scoresOf("scores.fraud.shadow")).isEmpty();
  }

  @Test
  void whatACanaryCannotScoreTheChampionDecides() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, logarithm());
    roll(
        TestVersions.rollout(
            2, arm(first, ModelRole.CHAMPION, 0), arm(second, ModelRole.CANARY, 1)),
        first,
        second);
    features().pipeInput(record(vector("zero", List.of(1.0, false, 1L)))); // log(0)
    features().pipeInput(record(vector("one", List.of(1.0, true, 1L))));
    features().pipeInput(record(vector("neither", Arrays.asList(1.0, true, null))));

    List<Score> decodedScores = decoded("fraud");
    assertThat(decodedScores)
        .extracting(Score::getEventId, Score::getRole, Score::getModelNumber, Score::getRollout)
        .containsExactly(tuple("zero", "CHAMPION", 1, 2L), tuple("one", "CANARY", 2, 2L));
    assertThat(decodedScores)
        .extracting(Score::getFallback)
        .containsExactly("SCORE_NOT_FINITE", null);
    assertThat(unscored("fraud").readRecordsToList()).hasSize(1);
    assertThat(
            metrics
                .get("leat.scoring.fallbacks")
                .tags("version", "v2", "reason", "SCORE_NOT_FINITE")
                .counter()
                .count())
        .isEqualTo(1);
  }

  /** Two versions, of which the second has no score for some vectors, and what became of three. */
  private List<Score> scoresWhere(RolloutFallback fallback, ModelRole... roles) throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact(), decision("block", "score >= 0.5")));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, logarithm());
    List<RolloutArm> arms = new ArrayList<>();
    arms.add(arm(roles[0] == ModelRole.CHAMPION ? second : first, ModelRole.CHAMPION, 1));
    if (roles[0] == ModelRole.CANARY) {
      arms.set(0, arm(first, ModelRole.CHAMPION, 0));
      arms.add(arm(second, ModelRole.CANARY, 1));
    }
    if (roles.length > 1) {
      arms.add(arm(first, roles[1], 0));
    }
    roll(
        Rollout.newBuilder(TestVersions.rollout(2, arms.toArray(new RolloutArm[0])))
            .setFallback(fallback)
            .build(),
        first,
        second);
    features().pipeInput(record(vector("zero", List.of(1.0, false, 1L)))); // log(0)
    features().pipeInput(record(vector("one", List.of(1.0, true, 1L))));
    features().pipeInput(record(vector("neither", Arrays.asList(1.0, true, null))));
    return decoded("fraud");
  }

  @Test
  void whatTakesTheModelTooLongAnotherScores() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, OnnxGraphs.loop("probabilities", 3));
    roll(
        TestVersions.rollout(
            2, arm(first, ModelRole.CHAMPION, 0), arm(second, ModelRole.CANARY, 1)),
        first,
        second);
    features().pipeInput(record(vector("long", List.of(1e15, true, 1L))));
    features().pipeInput(record(vector("short", List.of(1.0, true, 1L))));

    assertThat(decoded("fraud"))
        .extracting(Score::getEventId, Score::getModelNumber, Score::getFallback)
        .containsExactly(tuple("long", 1, "OUT_OF_TIME"), tuple("short", 2, null));
  }

  @Test
  void whatTheChampionCannotScoreTheOneBeforeItScoresWhereThatIsDeclared() throws IOException {
    List<Score> scores =
        scoresWhere(
            new RolloutFallback(FallbackKind.PREVIOUS, null),
            ModelRole.CHAMPION,
            ModelRole.FALLBACK);

    assertThat(scores)
        .extracting(
            Score::getEventId,
            Score::getRole,
            Score::getModelNumber,
            Score::getFallback,
            Score::getPropensity)
        .containsExactly(
            tuple("zero", "FALLBACK", 1, "SCORE_NOT_FINITE", 1.0),
            tuple("one", "CHAMPION", 2, null, 1.0));
    assertThat(unscored("fraud").readRecordsToList()).hasSize(1);
  }

  @Test
  void whatTheChampionCannotScoreHasTheDefaultScoreWhereThatIsDeclared() throws IOException {
    List<Score> scores =
        scoresWhere(new RolloutFallback(FallbackKind.DEFAULT, 0.75), ModelRole.CHAMPION);

    assertThat(scores)
        .extracting(
            Score::getEventId,
            Score::getModelNumber,
            Score::getScore,
            Score::getDecision,
            Score::getFallback)
        .containsExactly(
            tuple("zero", 2, 0.75, "block", "SCORE_NOT_FINITE"),
            tuple("one", 2, 0.0, null, null),
            tuple("neither", 2, 0.75, "block", "NULL_INPUT"));
    assertThat(unscored("fraud").isEmpty()).isTrue();
  }

  @Test
  void whatACanaryCannotScoreIsADeadLetterWhereThatIsDeclared() throws IOException {
    List<Score> scores = scoresWhere(new RolloutFallback(FallbackKind.DLQ, null), ModelRole.CANARY);

    assertThat(scores).extracting(Score::getEventId).containsExactly("one");
    assertThat(unscored("fraud").readRecordsToList()).hasSize(2);
  }

  @Test
  void aStageToldItsGuardsOfEachVectorOnce() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, logarithm());
    RolloutPlan plan =
        new RolloutPlan(
            List.of(
                stage(StageKind.SHADOW, 0),
                stage(StageKind.CANARY, 1),
                stage(StageKind.CHAMPION, 1)));
    TestRecord<byte[], byte[]> scored = record(vector("one", List.of(1.0, true, 1L)));
    TestRecord<byte[], byte[]> failing = record(vector("zero", List.of(1.0, false, 1L)));
    features().pipeInput(scored); // in no stage

    roll(
        inStage(
            plan,
            0,
            TestVersions.rollout(
                2, arm(first, ModelRole.CHAMPION, 1), arm(second, ModelRole.SHADOW, 0))),
        first,
        second);
    features().pipeInput(failing);
    assertThat(observations())
        .extracting(
            RolloutObservation::getRollout,
            RolloutObservation::getCandidate,
            one -> one.getScore() != null,
            one -> one.getSlow() != null,
            RolloutObservation::getMargin)
        .containsExactly(tuple(2L, false, true, true, 0.2), tuple(2L, true, false, true, 0.2));

    roll(
        inStage(
            plan,
            1,
            TestVersions.rollout(
                3, arm(first, ModelRole.CHAMPION, 0), arm(second, ModelRole.CANARY, 1))),
        first,
        second);
    features().pipeInput(scored);
    features().pipeInput(failing);
    assertThat(observations())
        .as("the champion that stands in is not told")
        .extracting(
            RolloutObservation::getRollout,
            RolloutObservation::getCandidate,
            RolloutObservation::getScore)
        .containsExactly(tuple(3L, true, 0.0), tuple(3L, true, null));
    assertThat(decoded("fraud"))
        .extracting(Score::getRollout, Score::getStage)
        .containsExactly(tuple(1L, null), tuple(2L, 0), tuple(3L, 1), tuple(3L, 1));
  }

  @Test
  void shadowsAreLeftOutWhereVectorsWaitAndThatIsTold() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, logarithm());
    RolloutPlan plan =
        new RolloutPlan(List.of(stage(StageKind.SHADOW, 0), stage(StageKind.CHAMPION, 1)));
    roll(
        inStage(
            plan,
            0,
            TestVersions.rollout(
                2, arm(first, ModelRole.CHAMPION, 1), arm(second, ModelRole.SHADOW, 0))),
        first,
        second);
    TestRecord<byte[], byte[]> vector = record(vector("one", List.of(1.0, true, 1L)));
    TopicPartition vectors = new TopicPartition(Topics.features("fraud"), 0);

    backlog.waits(vectors, Backlog.FROM - 1);
    features().pipeInput(vector);
    assertThat(observations()).hasSize(2);
    backlog.waits(vectors, Backlog.FROM);
    features().pipeInput(vector);
    backlog.waits(vectors, Backlog.UNTIL + 1);
    features().pipeInput(vector);
    assertThat(observations())
        .hasSize(2)
        .allSatisfy(told -> assertThat(told.getLeftOut()).isTrue());
    backlog.waits(vectors, Backlog.UNTIL);
    features().pipeInput(vector);
    assertThat(observations()).extracting(RolloutObservation::getLeftOut).containsOnly(false);

    assertThat(decoded("fraud")).as("the champion scores all").hasSize(4);
    assertThat(
            metrics
                .get("leat.scoring.shadow.left.out")
                .tag("version", second.getLabel())
                .counter()
                .count())
        .isEqualTo(2);
  }

  @Test
  void whereTheChampionIsLeftOutFailuresOfTheVersionThatDecidesAreTold() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, logarithm());
    RolloutPlan plan =
        new RolloutPlan(List.of(stage(StageKind.BLUE_GREEN, 1), stage(StageKind.CHAMPION, 1)));
    roll(
        inStage(
            plan,
            0,
            TestVersions.rollout(
                2, arm(first, ModelRole.SHADOW, 0), arm(second, ModelRole.CHAMPION, 1))),
        first,
        second);
    backlog.waits(new TopicPartition(Topics.features("fraud"), 0), Backlog.FROM);

    features().pipeInput(record(vector("zero", List.of(1.0, false, 1L))));
    features().pipeInput(record(vector("one", List.of(1.0, true, 1L))));

    assertThat(observations())
        .extracting(
            RolloutObservation::getLeftOut,
            RolloutObservation::getCandidate,
            RolloutObservation::getScore)
        .containsExactly(tuple(true, true, null), tuple(true, true, 0.0));
  }

  private static RolloutStage stage(StageKind kind, double weight) {
    return new RolloutStage(
        kind,
        weight,
        0L,
        0L,
        null,
        List.of(
            new RolloutGuard(GuardKind.LATENCY, 0.1, 0.05, 1L),
            new RolloutGuard(GuardKind.SCORE_DISTRIBUTION, 0.2, 0.05, null)),
        0L,
        null,
        null);
  }

  private static Rollout inStage(RolloutPlan plan, int stage, Rollout rollout) {
    return Rollout.newBuilder(rollout).setPlan(plan).setStage(stage).build();
  }

  private List<RolloutObservation> observations() {
    return driver
        .createOutputTopic(
            Topics.ROLLOUT_OBSERVATIONS, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList()
        .stream()
        .map(record -> codec.decode(record.value(), RolloutObservation.class))
        .toList();
  }

  @Test
  void aShadowScoresBesideAndDecidesNothing() throws IOException {
    Pipeline pipeline = pipeline(model("fraud", artifact()));
    start(pipeline);
    ModelVersion first = TestVersions.of(1, pipeline.models().get(0), pipeline, artifacts);
    ModelVersion second = version(2, pipeline, logarithm());
    TestRecord<byte[], byte[]> scored = record(vector("one", List.of(1.0, true, 1L)));
    TestRecord<byte[], byte[]> failing = record(vector("zero", List.of(1.0, false, 1L)));
    features().pipeInput(scored);
    features().pipeInput(failing);
    List<Double> alone = decoded("fraud").stream().map(Score::getScore).toList();

    roll(
        TestVersions.rollout(
            2, arm(first, ModelRole.CHAMPION, 1), arm(second, ModelRole.SHADOW, 0)),
        first,
        second);
    features().pipeInput(scored);
    features().pipeInput(failing);

    assertThat(decoded("fraud"))
        .allSatisfy(score -> assertThat(score.getRole()).isEqualTo("CHAMPION"))
        .extracting(Score::getScore)
        .isEqualTo(alone);
    assertThat(scoresOf("scores.fraud.shadow"))
        .extracting(
            Score::getEventId,
            Score::getRole,
            Score::getModelNumber,
            Score::getModelVersion,
            Score::getScore,
            Score::getPropensity)
        .containsExactly(tuple("one", "SHADOW", 2, "v2", 0.0, 1.0));
    assertThat(unscored("fraud").isEmpty()).isTrue();
    assertThat(
            metrics
                .get("leat.scoring.shadow.unscored")
                .tags("version", "v2", "reason", "SCORE_NOT_FINITE")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(metrics.get("leat.scoring.shadow.scores").tags("version", "v2").counter().count())
        .isEqualTo(1);
  }

  @Test
  void theReferenceHasARowForEachMeter() throws IOException {
    start(pipeline(model("fraud", artifact())));
    String page =
        Files.readString(
            Path.of(System.getProperty("leat.project"), "docs", "reference", "metrics.md"));

    List<String> names =
        metrics.getMeters().stream()
            .map(Meter::getId)
            .filter(id -> id.getName().startsWith("leat.scoring."))
            .map(
                id ->
                    id.getName().replace('.', '_')
                        + switch (id.getType()) {
                          case COUNTER -> "_total";
                          case TIMER -> "_seconds";
                          default -> "";
                        })
            .distinct()
            .toList();
    assertThat(names).hasSize(12).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }

  /** The logarithm of each feature; its second is the score. */
  private static byte[] logarithm() {
    return OnnxGraphs.operator(
        "Log",
        OnnxGraphs.tensor("probabilities", OnnxGraphs.FLOAT, -1, 3),
        OnnxGraphs.tensor("x", OnnxGraphs.FLOAT, -1, 3));
  }

  /** A further version of the pipeline's model, called v and its number. */
  private ModelVersion version(int number, Pipeline pipeline, byte[] onnx) throws IOException {
    Path made = Files.createDirectories(folder.resolve("v" + number));
    Model model = pipeline.models().get(0);
    return ModelVersion.newBuilder(
            TestVersions.of(
                number,
                TestModels.model(
                    model.name(),
                    TestModels.write(made, onnx),
                    model.decisions().toArray(new Model.Decision[0])),
                pipeline,
                artifacts))
        .setLabel("v" + number)
        .build();
  }

  /** Publishes versions, and a rollout of the model of the first. */
  private void roll(Rollout rollout, ModelVersion... versions) {
    String model = versions[0].getModel();
    RegistryView view =
        TestVersions.registry(List.of(versions), List.of(TestVersions.model(model, rollout)));
    rollouts(model).read(view);
    rollouts(model).load(new RolloutLoader(artifacts, metrics), view);
  }

  private ModelRollouts rollouts(String model) {
    return models.stream().filter(one -> one.model().equals(model)).findFirst().orElseThrow();
  }

  private List<ModelSwitch> switches() {
    List<ModelSwitch> switches = new ArrayList<>();
    KeyValueStore<Long, byte[]> store = driver.getKeyValueStore("fraud-switches");
    try (KeyValueIterator<Long, byte[]> all = store.all()) {
      all.forEachRemaining(one -> switches.add(codec.decode(one.value, ModelSwitch.class)));
    }
    return switches;
  }

  private List<Score> scoresOf(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readValuesToList()
        .stream()
        .map(value -> codec.decode(value, Score.class))
        .toList();
  }

  private void start(Pipeline pipeline) {
    ScoringJob job =
        new ScoringJob(
            (started, rollouts) -> {
              models = rollouts;
              return () -> rollouts.forEach(ModelRollouts::close);
            },
            backlog);
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
    for (Model model : pipeline.models()) {
      ModelVersion version = TestVersions.of(1, model, pipeline, artifacts);
      roll(TestVersions.champion(1, version), version);
    }
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
