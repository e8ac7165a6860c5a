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
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.Rollout;
import io.leat.records.Score;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.RolloutLoader;
import io.leat.scoring.engine.RolloutScorer;
import io.leat.scoring.engine.RolloutScorer.Answer;
import io.leat.scoring.engine.Scores;
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rollouts while vectors flow: three processes, six partitions, processes that are killed and come
 * back, and others that join in their place. Which rollout scored is what the positions say, each
 * vector has one outcome, and scored again by the positions each score has the same bytes.
 */
@ExtendWith(SharedCluster.class)
class ModelSwapIT {
  private static final int SWAPS = Integer.getInteger("leat.swaps", Soak.times(20, 1_000));
  private static final int VECTORS_AT_ONCE = 100;

  /** How often scores are looked for before more vectors are written. */
  private static final int POLLS = 5;

  private static final int VERSIONS = 4;
  private static final int PARTITIONS = 6;
  private static final int KILL_EVERY = 5;

  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final String MODEL = "price";
  private static final String FEATURES = Topics.features("price");
  private static final String SCORES = Topics.scores(MODEL);
  private static final String SHADOW_SCORES = Topics.shadowScores(MODEL);
  private static final String UNSCORED = Topics.unscored(MODEL);
  private static final String SWITCHES = "electricity-scoring-price-switches-changelog";

  private static final Reason WHY = Reason.of("test");

  private final Random random = new Random(Soak.seed());
  private final List<ModelVersion> versions = new ArrayList<>();
  private final List<Long> swapped = new ArrayList<>();

  /** Kilobytes after each swap. */
  private final List<Long> resident = new ArrayList<>();

  private ModelRegistry models;
  private int champion;
  private Pipeline pipeline;
  private AvroCodec codec;
  private int vectorSchema;
  private int vectors;

  @Test
  void versionsAreSwappedWhileVectorsFlowAndTheRecordedPositionsTellEachScore(TestCluster cluster)
      throws Exception {
    cluster.clear();
    Path folder = withMorePartitions(cluster.newDirectory("pipeline"));
    Path artifacts = cluster.newDirectory("artifacts");
    pipeline = PipelineReader.read(folder);
    RegistryClient registry = cluster.newRegistryClient();
    codec = new AvroCodec(registry);
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(pipeline, "test");
    FeatureService service = pipeline.service("price").orElseThrow();
    vectorSchema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(service.featureNames()));
    try (ArtifactStore store = ArtifactStore.open(artifacts.toString())) {
      models =
          new ModelRegistry(
              Map.of("bootstrap.servers", cluster.bootstrapServers()),
              registry,
              store,
              InstantSource.system());
      publishVersions(service);
      swapWhileVectorsFlow(cluster, folder, artifacts, service);
      assertEachVectorOnce(cluster);
      assertScoresOfThePositions(cluster, store);
      assertNativeMemoryIsSteady();
      ScoreReplay.Report replayed =
          new ScoreReplay(
                  Map.of("bootstrap.servers", cluster.bootstrapServers()),
                  codec,
                  store,
                  "electricity-scoring",
                  MODEL)
              .run("price", Optional.empty(), Optional.empty(), Long.MAX_VALUE / 2);
      assertThat(replayed.examples()).isEmpty();
      assertThat(replayed.vectors()).isEqualTo(vectors);
      assertThat(replayed.same() + replayed.unscored()).isEqualTo(vectors);
      assertThat(replayed.same()).isPositive();
    }
  }

  private static Path withMorePartitions(Path copy) throws IOException {
    Path example = Path.of(System.getProperty("leat.project"), "examples", "electricity");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(example.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path contract = copy.resolve("contracts/readings.yaml");
    String text = Files.readString(contract);
    assertThat(text).contains("partitions: 2");
    Files.writeString(contract, text.replace("partitions: 2", "partitions: " + PARTITIONS));
    return copy;
  }

  private void publishVersions(FeatureService service) throws Exception {
    Model model = pipeline.model(MODEL).orElseThrow();
    for (int number = 1; number <= VERSIONS; number++) {
      ModelFile file = new ModelFile(Path.of("v" + number), train(service), "");
      versions.add(
          models
              .publish(
                  ModelPackage.of(model, pipeline, file, Map.of()),
                  "v" + number,
                  new Terms(false, List.of(), Fallback.CHAMPION, true, Label.ONCE),
                  WHY)
              .version());
    }
  }

  /** Of labels that hang on nothing: each time another model. */
  private byte[] train(FeatureService service) throws Exception {
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 500; i++) {
      set.add(
          i,
          service.features().stream().mapToDouble(feature -> random.nextDouble()).toArray(),
          random.nextBoolean());
    }
    return Trainer.train(set.build(), ModelMetadata.of(service)).onnx();
  }

  private void swapWhileVectorsFlow(
      TestCluster cluster, Path folder, Path artifacts, FeatureService service) throws Exception {
    try (TopicWriter writer = cluster.newWriter();
        ScoringInstances instances = new ScoringInstances(cluster, folder, artifacts);
        TopicReader scores = cluster.newReader(SCORES)) {
      int seen = 0;
      for (int swap = 1; swap <= SWAPS; swap++) {
        long revision = next(swap).getRollout().getRevision();
        swapped.add(revision);
        if (swap % (2 * KILL_EVERY) == KILL_EVERY) {
          instances.killAndRestart(random);
        } else if (swap % KILL_EVERY == 0) {
          instances.killAndReplace(random);
        }
        seen += awaitScoresOf(revision, scores, writer, service);
        resident.add(instances.residentKilobytes());
      }
      scores.await(vectors - seen, TIMEOUT);
    }
  }

  /** Vectors are written until some are scored by a rollout: it takes a moment to be loaded. */
  private int awaitScoresOf(
      long revision, TopicReader scores, TopicWriter writer, FeatureService service) {
    int seen = 0;
    Instant end = Instant.now().plus(TIMEOUT);
    boolean gone = false;
    while (!gone) {
      assertThat(Instant.now()).as("rollout %d scores", revision).isBefore(end);
      write(writer, service);
      AtomicInteger polls = new AtomicInteger();
      List<ConsumerRecord<byte[], byte[]>> more =
          scores.await(
              records -> isAnyOf(revision, records) || polls.incrementAndGet() > POLLS,
              "scores of rollout " + revision,
              TIMEOUT);
      seen += more.size();
      gone = isAnyOf(revision, more);
    }
    return seen;
  }

  private boolean isAnyOf(long revision, List<ConsumerRecord<byte[], byte[]>> scores) {
    return scores.stream()
        .map(record -> codec.decode(record.value(), Score.class))
        .anyMatch(score -> score.getRollout() == revision);
  }

  private void write(TopicWriter writer, FeatureService service) {
    for (int i = 0; i < VECTORS_AT_ONCE; i++) {
      List<Object> values = new ArrayList<>();
      service.features().forEach(feature -> values.add(random.nextDouble()));
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
              ("m" + random.nextInt(200)).getBytes(UTF_8),
              codec.encode(vectorSchema, vector));
      RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, vector.getEventId());
      writer.send(record);
      vectors++;
    }
    writer.flush();
  }

  private RegisteredModel next(int swap) {
    return switch (swap % 3) {
      case 0 -> {
        champion++;
        yield models.promote(version(0), Optional.empty(), WHY);
      }
      case 1 -> models.shadow(version(1), WHY);
      default -> models.canary(version(2), 0.3, WHY);
    };
  }

  /** The champion, or the next but so many. */
  private ModelReference version(int further) {
    int number = 1 + (champion + further) % VERSIONS;
    return new ModelReference(MODEL, Integer.toString(number));
  }

  /** In a soak; the swaps of {@code verify} are over before anything is settled. */
  private void assertNativeMemoryIsSteady() {
    System.out.println("kilobytes resident after swaps: " + resident);
    if (Soak.isOn()) {
      assertThat(SettledMemory.growth(resident)).isLessThan(SettledMemory.GROWN);
    }
  }

  private void assertEachVectorOnce(TestCluster cluster) {
    ExactlyOnceReport report =
        new ExactlyOnceChecker(cluster.bootstrapServers())
            .input(FEATURES, ExactlyOnceChecker::eventId)
            .output(SCORES, ExactlyOnceChecker::eventId)
            .output(UNSCORED, ExactlyOnceChecker::eventId)
            .drainedBy("electricity-scoring")
            .check(TIMEOUT);
    System.out.println(FEATURES + " to " + SCORES + " over " + SWAPS + " rollouts: " + report);
    report.assertExact();
    assertThat(report.outputs()).isEqualTo(vectors);
  }

  private void assertScoresOfThePositions(TestCluster cluster, ArtifactStore store) {
    Map<Integer, NavigableMap<Long, ModelSwitch>> positions = positions(cluster);
    assertThat(positions).hasSize(PARTITIONS);
    positions.forEach(
        (partition, switches) ->
            assertThat(switches.values())
                .extracting(gone -> gone.getRollout().getRevision())
                .as("rollouts of partition %d in the order of their positions", partition)
                .isSorted()
                .doesNotHaveDuplicates());
    Map<LogPosition, ConsumerRecord<byte[], byte[]>> inputs = new HashMap<>();
    read(cluster, FEATURES)
        .forEach(
            record ->
                inputs.put(
                    new LogPosition(record.topic(), record.partition(), record.offset()), record));
    Set<Long> revisions = new TreeSet<>();
    int shadows = 0;
    try (Again again = new Again(store)) {
      for (ConsumerRecord<byte[], byte[]> record : read(cluster, SCORES)) {
        Score score = codec.decode(record.value(), Score.class);
        ConsumerRecord<byte[], byte[]> input = inputs.get(score.getVector());
        Rollout rollout =
            positions.get(input.partition()).floorEntry(input.offset()).getValue().getRollout();
        assertThat(score.getRollout()).isEqualTo(rollout.getRevision());
        assertThat(record.value()).isEqualTo(again.decided(rollout, input, record));
        revisions.add(score.getRollout());
      }
      for (ConsumerRecord<byte[], byte[]> record : read(cluster, SHADOW_SCORES)) {
        Score score = codec.decode(record.value(), Score.class);
        ConsumerRecord<byte[], byte[]> input = inputs.get(score.getVector());
        Rollout rollout =
            positions.get(input.partition()).floorEntry(input.offset()).getValue().getRollout();
        assertThat(record.value()).isEqualTo(again.shadow(rollout, input, record));
        shadows++;
      }
    }
    assertThat(revisions).as("rollouts that scored").containsAll(swapped);
    assertThat(shadows).isEqualTo(vectorsWithAShadow(inputs.values(), positions)).isPositive();
    System.out.println(
        "switches by partition: "
            + positions.entrySet().stream()
                .map(one -> one.getKey() + ": " + one.getValue().size())
                .toList()
            + ", shadow scores: "
            + shadows);
  }

  private static int vectorsWithAShadow(
      Iterable<ConsumerRecord<byte[], byte[]>> inputs,
      Map<Integer, NavigableMap<Long, ModelSwitch>> positions) {
    int count = 0;
    for (ConsumerRecord<byte[], byte[]> input : inputs) {
      Rollout rollout =
          positions.get(input.partition()).floorEntry(input.offset()).getValue().getRollout();
      if (rollout.getArms().stream().anyMatch(arm -> arm.getRole() == ModelRole.SHADOW)) {
        count++;
      }
    }
    return count;
  }

  private Map<Integer, NavigableMap<Long, ModelSwitch>> positions(TestCluster cluster) {
    Map<Integer, NavigableMap<Long, ModelSwitch>> positions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(cluster, SWITCHES)) {
      ModelSwitch gone = codec.decode(record.value(), ModelSwitch.class);
      assertThat(ByteBuffer.wrap(record.key()).getLong()).isEqualTo(gone.getOffset());
      ModelSwitch before =
          positions
              .computeIfAbsent(record.partition(), key -> new TreeMap<>())
              .put(gone.getOffset(), gone);
      assertThat(before).as("a position is written once").isNull();
    }
    return positions;
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(TestCluster cluster, String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }

  /** Scores vectors again, by the rollout that it is told. */
  private final class Again implements AutoCloseable {
    private final RolloutLoader loader;
    private final Map<Long, RolloutScorer> scorers = new HashMap<>();

    Again(ArtifactStore store) {
      this.loader = new RolloutLoader(store, new SimpleMeterRegistry());
    }

    byte[] decided(
        Rollout rollout,
        ConsumerRecord<byte[], byte[]> input,
        ConsumerRecord<byte[], byte[]> score) {
      FeatureVector vector = codec.decode(input.value(), FeatureVector.class);
      return bytes(rollout, input, vector, scorer(rollout).decide(input.key(), vector), score);
    }

    byte[] shadow(
        Rollout rollout,
        ConsumerRecord<byte[], byte[]> input,
        ConsumerRecord<byte[], byte[]> score) {
      FeatureVector vector = codec.decode(input.value(), FeatureVector.class);
      return bytes(rollout, input, vector, scorer(rollout).shadows(vector).get(0), score);
    }

    private byte[] bytes(
        Rollout rollout,
        ConsumerRecord<byte[], byte[]> input,
        FeatureVector vector,
        Answer answer,
        ConsumerRecord<byte[], byte[]> score) {
      return codec.encode(
          WireFormat.schemaId(score.value()),
          Scores.of(
              vector,
              new LogPosition(input.topic(), input.partition(), input.offset()),
              rollout,
              answer,
              (Scored) answer.outcome()));
    }

    private RolloutScorer scorer(Rollout rollout) {
      return scorers.computeIfAbsent(
          rollout.getRevision(),
          revision ->
              new RolloutScorer(
                  loader.load(
                      MODEL,
                      rollout,
                      TestVersions.registry(versions, List.of()),
                      Optional.empty())));
    }

    @Override
    public void close() {
      scorers.values().forEach(RolloutScorer::close);
    }
  }
}
