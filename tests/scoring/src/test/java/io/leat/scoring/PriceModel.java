package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.models.registry.Reason;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AuditEvent;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.Score;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.runtime.streams.StreamsJob;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The model of the electricity example in a cluster, by a pipeline that a test has changed:
 * versions to publish, vectors to write, services to start, rollouts to wait for.
 */
final class PriceModel implements AutoCloseable {
  static final String MODEL = "price";
  static final String FEATURES = Topics.features("price");
  static final Reason WHY = Reason.of("test");

  private static final int ROWS = 500;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final TestCluster cluster;
  private final Path folder;
  private final Path artifacts;
  private final Random random;
  private final ArtifactStore store;
  private final Pipeline pipeline;
  private final FeatureService service;
  private final RegistryClient registry;
  private final AvroCodec codec;
  private final ModelRegistry models;
  private final int vectorSchema;

  /**
   * Applies the pipeline.
   *
   * @param folder of the pipeline
   * @param random makes what the versions learn from
   */
  PriceModel(TestCluster cluster, Path folder, Random random) throws Exception {
    this.cluster = cluster;
    this.folder = folder;
    this.artifacts = cluster.newDirectory("artifacts");
    this.random = random;
    this.store = ArtifactStore.open(artifacts.toString());
    this.pipeline = PipelineReader.read(folder);
    this.service = pipeline.service("price").orElseThrow();
    this.registry = cluster.newRegistryClient();
    this.codec = new AvroCodec(registry);
    new Applier(kafka(), registry).apply(pipeline, "test");
    this.models = new ModelRegistry(kafka(), registry, store, InstantSource.system());
    this.vectorSchema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(service.featureNames()));
  }

  /** A copy of the example, to be changed. */
  static Path copyOfTheExample(TestCluster cluster) throws IOException {
    Path copy = cluster.newDirectory("pipeline");
    Path example = Path.of(System.getProperty("leat.project"), "examples", "electricity");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(example.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    return copy;
  }

  /** Writes other words into a file of the pipeline; they are there. */
  static void replace(Path file, String words, String others) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(words);
    Files.writeString(file, text.replace(words, others));
  }

  Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", cluster.bootstrapServers());
  }

  Path folder() {
    return folder;
  }

  Path artifacts() {
    return artifacts;
  }

  ArtifactStore store() {
    return store;
  }

  Pipeline pipeline() {
    return pipeline;
  }

  FeatureService service() {
    return service;
  }

  RegistryClient registry() {
    return registry;
  }

  AvroCodec codec() {
    return codec;
  }

  ModelRegistry models() {
    return models;
  }

  /**
   * Publishes a version.
   *
   * @param declared the pipeline that declares its model
   * @param label what it learns of a row
   */
  ModelVersion publish(Pipeline declared, int number, Terms terms, Predicate<double[]> label)
      throws Exception {
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < ROWS; i++) {
      double[] values =
          service.features().stream().mapToDouble(feature -> random.nextDouble()).toArray();
      set.add(i, values, label.test(values));
    }
    ModelFile file =
        new ModelFile(
            Path.of("v" + number),
            Trainer.train(set.build(), ModelMetadata.of(service)).onnx(),
            "");
    return models
        .publish(
            ModelPackage.of(declared.model(MODEL).orElseThrow(), declared, file, Map.of()),
            "v" + number,
            terms,
            WHY)
        .version();
  }

  /** Starts a service, with a state of its own. */
  ServiceProcess start(Class<? extends StreamsJob> job) {
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

  /** Values of a vector, from 0 to 1. */
  List<@Nullable Object> values() {
    List<@Nullable Object> values = new ArrayList<>();
    service.features().forEach(feature -> values.add(random.nextDouble()));
    return values;
  }

  /** A vector as it stands in its topic. */
  ProducerRecord<byte[], byte[]> vector(
      String eventId, long time, byte[] key, List<? extends @Nullable Object> values, long place) {
    FeatureVector vector =
        FeatureVector.newBuilder()
            .setService(service.name())
            .setServiceVersion(service.version())
            .setDefinition(service.definition())
            .setEventId(eventId)
            .setEventTime(Instant.ofEpochMilli(time))
            .setKeys(Map.of("market", new String(key, UTF_8)))
            .setValues(new ArrayList<>(values))
            .setSource(new LogPosition("readings", 0, place))
            .build();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(FEATURES, key, codec.encode(vectorSchema, vector));
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, eventId);
    return record;
  }

  /** Begins a version's stages; the revision of its rollout. */
  long begin(int version) {
    return models
        .rollouts()
        .begin(new ModelReference(MODEL, Integer.toString(version)), Optional.empty(), WHY)
        .getRollout()
        .getRevision();
  }

  /**
   * Waits for a rollout.
   *
   * @param meanwhile done each time that it is not so
   */
  Rollout await(Predicate<Rollout> condition, String what, Runnable meanwhile) {
    Instant end = Instant.now().plus(TIMEOUT);
    while (true) {
      Rollout rollout = models.view().model(MODEL).orElseThrow().getRollout();
      if (condition.test(rollout)) {
        return rollout;
      }
      assertThat(Instant.now()).as(what).isBefore(end);
      meanwhile.run();
    }
  }

  /** Waits until a rollout has made so many scores. */
  void awaitScores(long rollout, int count, Runnable meanwhile) {
    Instant end = Instant.now().plus(TIMEOUT);
    while (scores(rollout).count() < count) {
      assertThat(Instant.now()).as("rollout %d scores", rollout).isBefore(end);
      meanwhile.run();
    }
  }

  Stream<Score> scores(long rollout) {
    return read(Topics.scores(MODEL), Score.class).filter(score -> score.getRollout() == rollout);
  }

  /** What the audit has of one kind of change. */
  List<AuditEvent> audit(String action) {
    return read(Topics.AUDIT, AuditEvent.class)
        .filter(event -> event.getAction().equals(action))
        .toList();
  }

  <T extends SpecificRecordBase> Stream<T> read(String topic, Class<T> type) {
    return read(topic).stream().map(record -> codec.decode(record.value(), type));
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
