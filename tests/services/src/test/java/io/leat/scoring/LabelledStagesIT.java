package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.Assignment;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.models.registry.Reason;
import io.leat.performance.PerformanceJob;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/**
 * Stages go by what scores cost once their labels are known: a version that does as well as the
 * champion becomes it, through kills of the service, and one that says the opposite goes back. A
 * bandit leaves such a version the least share, and each score has the share that it was drawn by.
 */
class LabelledStagesIT {
  private static final int LABELS = 400;
  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final String LABEL = "label: { field: price_up, on: reading_time, within: 1d }";
  private static final String ROLLOUT =
      """
      rollout:
        - { kind: shadow, min_labels: %d }
        - { kind: canary, weight: 50%%, min_labels: 100, guards: { loss: { margin: 30%% } } }
        - champion
      guards: { loss: { margin: 10%% } }
      """
          .formatted(LABELS);
  private static final String BANDIT =
      """
      rollout: [{ kind: bandit, period: 1s, floor: 6.25%, min_labels: 100 }, champion]
      """;
  private static final double FLOOR = 0.0625;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String MODEL = "price";
  private static final String FEATURES = Topics.features("price");
  private static final Reason WHY = Reason.of("test");

  private final Random random = new Random(7);
  private TestCluster cluster;
  private ModelRegistry models;
  private RegistryClient registry;
  private AvroCodec codec;
  private Pipeline pipeline;
  private FeatureService service;
  private int events;
  private long time = 831_427_200_000L;

  @Test
  void aVersionAsGoodAsTheChampionBecomesItAndOneThatCostsMoreGoesBack() throws Exception {
    try (TestCluster started = TestCluster.start()) {
      cluster = started;
      Path folder = pipeline(ROLLOUT);
      Path artifacts = cluster.newDirectory("artifacts");
      pipeline = PipelineReader.read(folder);
      registry = cluster.newRegistryClient();
      codec = new AvroCodec(registry);
      new Applier(kafka(), registry).apply(pipeline, "test");
      service = pipeline.service("price").orElseThrow();
      try (ArtifactStore store = ArtifactStore.open(artifacts.toString())) {
        models = new ModelRegistry(kafka(), registry, store, InstantSource.system());
        publish(1, true);
        publish(2, true);
        publish(3, false);
        try (TopicWriter writer = cluster.newWriter();
            ServiceProcess scoring = start(ScoringJob.class, folder, artifacts);
            ServiceProcess performance = start(PerformanceJob.class, folder, artifacts);
            ServiceProcess rollouts = start(RolloutJob.class, folder, artifacts)) {
          becomeTheChampion(writer, rollouts);
          goBack(writer);
          draw(writer);
        }
      }
    }
  }

  private Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", cluster.bootstrapServers());
  }

  private Path pipeline(String rollout) throws IOException {
    Path copy = cluster.newDirectory("pipeline");
    Path example = Path.of(System.getProperty("leat.project"), "examples", "electricity");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(example.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path price = copy.resolve("services/price.yaml");
    String text = Files.readString(price);
    assertThat(text).contains(LABEL);
    Files.writeString(price, text.replace(LABEL, LABEL.replace("1d", WITHIN.toMinutes() + "m")));
    Path model = copy.resolve("models/price/model.yaml");
    Files.writeString(model, Files.readString(model) + "\n" + rollout);
    return copy;
  }

  /** Learns that the label is whether the first feature is large, or the opposite. */
  private void publish(int number, boolean right) throws Exception {
    publish(pipeline, number, right);
  }

  private void publish(Pipeline terms, int number, boolean right) throws Exception {
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 500; i++) {
      double[] values =
          service.features().stream().mapToDouble(feature -> random.nextDouble()).toArray();
      set.add(i, values, (values[0] > 0.5) == right);
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
        Terms.of(terms.model(MODEL).orElseThrow(), true, Label.ONCE),
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

  private void becomeTheChampion(TopicWriter writer, ServiceProcess rollouts) {
    long shadow = begin(2);
    write(writer, LABELS / 2);
    pass(writer);
    rollouts.kill();
    write(writer, LABELS / 2 - 40); // pass wrote 40
    pass(writer);
    rollouts.restart();
    await(rollout -> rollout.getRevision() > shadow, "the shadow is passed", writer, 0);
    assertThat(audit("model.advance").get(0).getEvidence())
        .as("each vector counts once, whatever was killed")
        .element(1)
        .asString()
        .matches(
            "version: mean 0\\.\\d+ of %1$d scores with a label; champion: mean 0\\.\\d+ of %1$d"
                .formatted(LABELS));
    await(rollout -> rollout.getStage() == null, "the version is the champion", writer, 50);
    assertThat(models.view().champion(MODEL).orElseThrow().getNumber()).isEqualTo(2);
    assertThat(audit("model.advance"))
        .hasSize(2)
        .allSatisfy(
            event ->
                assertThat(event.getEvidence())
                    .last()
                    .asString()
                    .startsWith("loss: version less champion in ["));
    assertThat(observations())
        .filteredOn(told -> told.getVersionLoss() != null && told.getChampionLoss() != null)
        .as("both scores of a vector count together, in the shadow alone")
        .hasSize(LABELS)
        .allSatisfy(told -> assertThat(told.getRollout()).isEqualTo(shadow));
  }

  private void goBack(TopicWriter writer) {
    long begun = begin(3);
    Rollout back =
        await(rollout -> rollout.getRevision() > begun, "the version goes back", writer, 50);
    assertThat(back.getStage()).isNull();
    assertThat(models.view().champion(MODEL).orElseThrow().getNumber()).isEqualTo(2);
    assertThat(audit("model.back"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getReason())
                    .startsWith("a guard tripped: loss: version less champion in [0."));
  }

  /** The version costs more, and nothing else is declared that would end its stage. */
  private void draw(TopicWriter writer) throws Exception {
    publish(PipelineReader.read(pipeline(BANDIT)), 4, false);
    long begun = begin(4);
    Rollout least =
        await(
            rollout -> rollout.getArms().get(1).getWeight() == FLOOR,
            "the version has the least share",
            writer,
            50);
    assertThat(least.getPeriod().getBegan()).isEqualTo(begun);
    assertThat(audit("model.reweigh")).isNotEmpty();
    Instant end = Instant.now().plus(TIMEOUT);
    while (scores(least.getRevision()).count() < 2 * LABELS) {
      assertThat(Instant.now()).as("the version scores").isBefore(end);
      write(writer, 100);
    }
    assertScoresAreDrawnByTheirShares(begun, least.getRevision());
    models.promote(new ModelReference(MODEL, "4"), Optional.empty(), WHY);
    long better = begin(2);
    await(rollout -> rollout.getStage() == null, "what costs less is the champion", writer, 50);
    assertThat(audit("model.advance"))
        .last()
        .satisfies(
            event -> {
              assertThat(event.getAfter()).contains("\"kind\": \"champion\"");
              assertThat(event.getEvidence())
                  .anyMatch(
                      line -> line.startsWith("bandit: the version costs less with a chance"));
            });
    assertThat(scores(better)).isNotEmpty();
  }

  private void assertScoresAreDrawnByTheirShares(long from, long to) {
    Map<Long, Rollout> rollouts = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        read("electricity-scoring-price-switches-changelog")) {
      Rollout rollout = codec.decode(record.value(), ModelSwitch.class).getRollout();
      rollouts.put(rollout.getRevision(), rollout);
    }
    Map<Long, Integer> counts = new TreeMap<>();
    Map<Long, Integer> versions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(Topics.scores(MODEL))) {
      Score score = codec.decode(record.value(), Score.class);
      if (score.getRollout() < from || score.getRollout() > to) {
        continue;
      }
      Rollout rollout = rollouts.get(score.getRollout());
      assertThat(rollout.getArms().stream().mapToDouble(RolloutArm::getWeight).sum()).isEqualTo(1);
      RolloutArm drawn = new Assignment(rollout).decides(record.key());
      assertThat(score.getModelNumber()).as("a replay draws alike").isEqualTo(drawn.getNumber());
      assertThat(score.getPropensity()).isEqualTo(drawn.getWeight());
      counts.merge(score.getRollout(), 1, Integer::sum);
      versions.merge(score.getRollout(), drawn.getRole() == ModelRole.CANARY ? 1 : 0, Integer::sum);
    }
    assertThat(counts).hasSizeGreaterThan(1);
    double share = (double) versions.get(to) / counts.get(to);
    double deviation = Math.sqrt(FLOOR * (1 - FLOOR) / counts.get(to));
    assertThat(share).as("%s of %s", versions, counts).isCloseTo(FLOOR, within(6 * deviation));
  }

  private Stream<Score> scores(long rollout) {
    return read(Topics.scores(MODEL)).stream()
        .map(record -> codec.decode(record.value(), Score.class))
        .filter(score -> score.getRollout() == rollout);
  }

  private long begin(int version) {
    return models
        .begin(new ModelReference(MODEL, Integer.toString(version)), Optional.empty(), WHY)
        .getRollout()
        .getRevision();
  }

  /**
   * @param more how many events are written each time that it is not so
   */
  private Rollout await(Predicate<Rollout> condition, String what, TopicWriter writer, int more) {
    Instant end = Instant.now().plus(TIMEOUT);
    while (true) {
      Rollout rollout = models.view().model(MODEL).orElseThrow().getRollout();
      if (condition.test(rollout)) {
        return rollout;
      }
      assertThat(Instant.now()).as(what).isBefore(end);
      if (more > 0) {
        write(writer, more);
        pass(writer);
      }
    }
  }

  private List<AuditEvent> audit(String action) {
    return read(Topics.AUDIT).stream()
        .map(record -> codec.decode(record.value(), AuditEvent.class))
        .filter(event -> event.getAction().equals(action))
        .toList();
  }

  private List<RolloutObservation> observations() {
    return read(Topics.ROLLOUT_OBSERVATIONS).stream()
        .map(record -> codec.decode(record.value(), RolloutObservation.class))
        .toList();
  }

  /** Takes the stream beyond the time that labels may take, by events that are not old enough. */
  private void pass(TopicWriter writer) {
    time += WITHIN.toMillis();
    write(writer, 40);
  }

  private void write(TopicWriter writer, int count) {
    int vectorSchema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(service.featureNames()));
    for (int i = 0; i < count; i++) {
      time += 100;
      events++;
      List<Object> values = new ArrayList<>();
      service.features().forEach(feature -> values.add(random.nextDouble()));
      byte[] key = ("m" + random.nextInt(1_000)).getBytes(UTF_8);
      GenericRecord reading =
          new GenericRecordBuilder(pipeline.contract("readings").orElseThrow().schema())
              .set("reading_time", time)
              .set("market", new String(key, UTF_8))
              .set("nsw_price", 0.0)
              .set("nsw_demand", 0.0)
              .set("vic_price", 0.0)
              .set("vic_demand", 0.0)
              .set("transfer", 0.0)
              .set("price_up", (double) values.get(0) > 0.5)
              .build();
      String valid = Topics.valid("readings");
      int schema = registry.register(Topics.valueSubject(valid), reading.getSchema());
      writer.send(new ProducerRecord<>(valid, key, codec.encode(schema, reading)));
      FeatureVector vector =
          FeatureVector.newBuilder()
              .setService(service.name())
              .setServiceVersion(service.version())
              .setDefinition(service.definition())
              .setEventId(Long.toString(time))
              .setEventTime(Instant.ofEpochMilli(time))
              .setKeys(Map.of("market", new String(key, UTF_8)))
              .setValues(values)
              .setSource(new LogPosition("readings", 0, (long) events))
              .build();
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(FEATURES, key, codec.encode(vectorSchema, vector));
      RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, vector.getEventId());
      writer.send(record);
    }
    writer.flush();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }
}
