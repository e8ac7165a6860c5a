package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.models.registry.Reason;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AuditEvent;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutObservation;
import io.leat.records.Score;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.runtime.streams.StreamsJob;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.scoring.rollouts.RolloutJob;
import io.leat.stack.Ports;
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/**
 * A version goes from shadow to champion by the stages that its model declares, through a kill of
 * the service that decides; one that fails goes back; as the champion it leaves what it cannot
 * score to the one before. What is decided of is what the stream made: every vector once.
 */
class RolloutsIT {
  private static final int SHADOWED = 400;
  private static final String ROLLOUT =
      """
      rollout:
        - { kind: shadow, min_events: %d }
        - { kind: canary, weight: 30%%, min_events: 100 }
        - { kind: blue_green, min_events: 100 }
        - champion
      guards: { unscored: { margin: 20%% }, failures_in_a_row: 100 }
      fallback: previous
      """
          .formatted(SHADOWED);
  private static final String NULLS = "nulls: { default: 0 }\n";
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String MODEL = "price";
  private static final String FEATURES = Topics.features("price");
  private static final Reason WHY = Reason.of("test");

  private final Random random = new Random(7);
  private TestCluster cluster;
  private ModelRegistry models;
  private AvroCodec codec;
  private FeatureService service;
  private int vectorSchema;
  private int vectors;
  private long withFallback;
  private Rollout promoted;

  @Test
  void aVersionGoesThroughItsStagesAndOneThatFailsGoesBack() throws Exception {
    try (TestCluster started = TestCluster.start()) {
      cluster = started;
      Path folder = pipeline(NULLS);
      Path artifacts = cluster.newDirectory("artifacts");
      Pipeline pipeline = PipelineReader.read(folder);
      RegistryClient registry = cluster.newRegistryClient();
      codec = new AvroCodec(registry);
      new Applier(kafka(), registry).apply(pipeline, "test");
      service = pipeline.service("price").orElseThrow();
      vectorSchema =
          registry.register(
              Topics.valueSubject(FEATURES), FeatureVectorSchema.of(service.featureNames()));
      try (ArtifactStore store = ArtifactStore.open(artifacts.toString())) {
        models = new ModelRegistry(kafka(), registry, store, InstantSource.system());
        publish(pipeline, 1);
        publish(pipeline, 2);
        publish(PipelineReader.read(pipeline("")), 3);
        try (TopicWriter writer = cluster.newWriter();
            ServiceProcess scoring = start(ScoringJob.class, folder, artifacts);
            ServiceProcess rollouts = start(RolloutJob.class, folder, artifacts)) {
          goThroughTheStages(writer, rollouts);
          goBack(writer);
          standIn(writer);
        }
      }
      assertEachVectorOnce();
      assertScoresAndObservationsOfThePositions();
    }
  }

  private Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", cluster.bootstrapServers());
  }

  private Path pipeline(String nulls) throws IOException {
    Path copy = cluster.newDirectory("pipeline");
    Path example = Path.of(System.getProperty("leat.project"), "examples", "electricity");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(example.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path model = copy.resolve("models/price/model.yaml");
    String text = Files.readString(model);
    assertThat(text).contains(NULLS);
    Files.writeString(model, text.replace(NULLS, nulls) + "\n" + ROLLOUT);
    return copy;
  }

  private void publish(Pipeline pipeline, int number) throws Exception {
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 500; i++) {
      set.add(
          i,
          service.features().stream().mapToDouble(feature -> random.nextDouble()).toArray(),
          random.nextBoolean());
    }
    ModelFile file =
        new ModelFile(
            Path.of("v" + number),
            Trainer.train(set.build(), ModelMetadata.of(service)).onnx(),
            "");
    Model model = pipeline.model(MODEL).orElseThrow();
    models.publish(
        ModelPackage.of(model, pipeline, file, Map.of()),
        "v" + number,
        Terms.of(model, true, Label.ONCE),
        WHY);
  }

  private ServiceProcess start(Class<? extends StreamsJob> job, Path folder, Path artifacts) {
    int port = Ports.free();
    return ServiceProcess.start(
        job,
        List.of(
            "--pipeline=" + folder,
            "--bootstrap-servers=" + cluster.bootstrapServers(),
            "--registry-url=" + cluster.registryUrl(),
            "--state-dir=" + cluster.newDirectory("state"),
            "--artifacts=" + artifacts,
            "--http-port=" + port),
        port,
        cluster.newDirectory("log"));
  }

  private void goThroughTheStages(TopicWriter writer, ServiceProcess rollouts) {
    long shadow = begin(2);
    write(writer, SHADOWED / 2);
    rollouts.kill();
    write(writer, SHADOWED / 2 - 1);
    rollouts.restart();
    write(writer, 1);
    await(
        rollout -> rollout.getRevision() > shadow, "the stage of the shadow is passed", writer, 0);
    assertThat(audit("model.advance").get(0).getEvidence().get(0))
        .as("every vector counts once, whatever was killed")
        .isEqualTo(
            "version: 0 of %d vectors without a score; champion: 0 of %d"
                .formatted(SHADOWED, SHADOWED));
    promoted =
        await(rollout -> rollout.getStage() == null, "the version is the champion", writer, 50);
    assertThat(promoted.getArms()).extracting(RolloutArm::getNumber).containsExactly(2, 1);
    assertThat(promoted.getArms().get(1).getRole()).isEqualTo(ModelRole.FALLBACK);
    assertThat(audit("model.advance"))
        .hasSize(3)
        .allSatisfy(
            event -> {
              assertThat(event.getActor()).isEqualTo("electricity-rollouts");
              assertThat(event.getReason()).isEqualTo("the stage is passed");
              assertThat(event.getEvidence()).hasSize(3);
              assertThat(event.getEvidence().get(1))
                  .startsWith("unscored: version less champion in [");
            });
  }

  /** The third version has no default for a null, which half of the vectors have. */
  private void goBack(TopicWriter writer) {
    long begun = begin(3);
    Rollout back =
        await(rollout -> rollout.getRevision() > begun, "the version goes back", writer, 50);
    assertThat(back.getStage()).isNull();
    assertThat(back.getArms()).isEqualTo(promoted.getArms());
    assertThat(audit("model.back"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getReason())
                    .startsWith("a guard tripped: unscored: version less champion in ["));
  }

  /** As the champion, the same version leaves what it cannot score to the one before it. */
  private void standIn(TopicWriter writer) {
    withFallback =
        models
            .promote(new ModelReference(MODEL, "3"), Optional.of(2), WHY)
            .getRollout()
            .getRevision();
    Instant end = Instant.now().plus(TIMEOUT);
    while (scores(withFallback).count() < 2 * SHADOWED) {
      assertThat(Instant.now()).as("the version scores").isBefore(end);
      write(writer, 100);
    }
  }

  private Stream<Score> scores(long rollout) {
    return read(Topics.scores(MODEL)).stream()
        .map(record -> codec.decode(record.value(), Score.class))
        .filter(score -> score.getRollout() == rollout);
  }

  private static boolean hasNull(Score score) {
    return Integer.parseInt(score.getEventId().substring(1)) % 2 == 0;
  }

  private long begin(int version) {
    return models
        .begin(new ModelReference(MODEL, Integer.toString(version)), Optional.empty(), WHY)
        .getRollout()
        .getRevision();
  }

  /**
   * @param more how many vectors are written each time that it is not so
   */
  private Rollout await(Predicate<Rollout> condition, String what, TopicWriter writer, int more) {
    Instant end = Instant.now().plus(TIMEOUT);
    while (true) {
      Rollout rollout = models.view().model(MODEL).orElseThrow().getRollout();
      if (condition.test(rollout)) {
        return rollout;
      }
      assertThat(Instant.now()).as(what).isBefore(end);
      write(writer, more);
    }
  }

  private List<AuditEvent> audit(String action) {
    return read(Topics.AUDIT).stream()
        .map(record -> codec.decode(record.value(), AuditEvent.class))
        .filter(event -> event.getAction().equals(action))
        .toList();
  }

  private void write(TopicWriter writer, int count) {
    for (int i = 0; i < count; i++) {
      List<Object> values = new ArrayList<>();
      service.features().forEach(feature -> values.add(random.nextDouble()));
      if (vectors % 2 == 0) {
        values.set(0, null);
      }
      FeatureVector vector =
          FeatureVector.newBuilder()
              .setService(service.name())
              .setServiceVersion(service.version())
              .setDefinition(service.definition())
              .setEventId("e" + vectors)
              .setEventTime(Instant.ofEpochMilli(831_427_200_000L + vectors))
              .setKeys(Map.of("market", "NSW"))
              .setValues(values)
              .setSource(new LogPosition("readings", vectors % 2, (long) vectors))
              .build();
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              FEATURES,
              ("m" + random.nextInt(1_000)).getBytes(UTF_8),
              codec.encode(vectorSchema, vector));
      RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, vector.getEventId());
      writer.send(record);
      vectors++;
    }
    writer.flush();
  }

  private void assertEachVectorOnce() {
    ExactlyOnceReport report =
        new ExactlyOnceChecker(cluster.bootstrapServers())
            .input(FEATURES, ExactlyOnceChecker::eventId)
            .output(Topics.scores(MODEL), ExactlyOnceChecker::eventId)
            .output(Topics.unscored(MODEL), ExactlyOnceChecker::eventId)
            .drainedBy("electricity-scoring")
            .check(TIMEOUT);
    report.assertExact();
    assertThat(report.outputs()).isEqualTo(vectors);
  }

  private void assertScoresAndObservationsOfThePositions() {
    Map<Integer, NavigableMap<Long, Rollout>> positions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        read("electricity-scoring-price-switches-changelog")) {
      ModelSwitch gone = codec.decode(record.value(), ModelSwitch.class);
      positions
          .computeIfAbsent(record.partition(), partition -> new TreeMap<>())
          .put(gone.getOffset(), gone.getRollout());
    }
    Map<Long, Integer> inStage = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(Topics.scores(MODEL))) {
      Score score = codec.decode(record.value(), Score.class);
      Rollout rollout =
          positions
              .get(score.getVector().getPartition())
              .floorEntry(score.getVector().getOffset())
              .getValue();
      assertThat(score.getRollout()).isEqualTo(rollout.getRevision());
      assertThat(score.getStage()).isEqualTo(rollout.getStage());
      if (rollout.getStage() != null) {
        inStage.merge(rollout.getRevision(), 1, Integer::sum);
      }
    }
    Map<Long, Integer> observed = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(Topics.ROLLOUT_OBSERVATIONS)) {
      RolloutObservation observation = codec.decode(record.value(), RolloutObservation.class);
      observed.merge(observation.getRollout(), 1, Integer::sum);
    }
    assertThat(inStage).hasSize(4);
    assertThat(scores(withFallback))
        .allSatisfy(
            score -> {
              assertThat(score.getRole()).isEqualTo(hasNull(score) ? "FALLBACK" : "CHAMPION");
              assertThat(score.getModelNumber()).isEqualTo(hasNull(score) ? 2 : 3);
              assertThat(score.getFallback()).isEqualTo(hasNull(score) ? "NULL_INPUT" : null);
            });
    assertThat(scores(withFallback).filter(RolloutsIT::hasNull)).hasSizeGreaterThan(SHADOWED / 2);
    positions.values().stream()
        .flatMap(partition -> partition.values().stream())
        .filter(rollout -> rollout.getStage() != null)
        .distinct()
        .forEach(
            rollout ->
                assertThat(observed.get(rollout.getRevision()))
                    .as("observations of %s", rollout)
                    .isEqualTo(
                        inStage.get(rollout.getRevision())
                            * (rollout.getKind().equals("canary") ? 1 : 2)));
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }
}
