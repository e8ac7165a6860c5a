package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.Ports;
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.ServiceProcess;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The electricity example's model, in a process of its own, with random vectors of its service. */
@ExtendWith(SharedCluster.class)
class ScoringIT {
  private static final int VECTORS = 20_000;
  private static final int OTHERS_EVERY = 500;
  private static final int KILLS = 2;
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final String FEATURES = Topics.features("price");
  private static final String SCORES = Topics.scores("price");
  private static final String UNSCORED = Topics.unscored("price");

  @Test
  void killedAndStartedAgainItScoresEveryVectorOnceWithItsLineage(TestCluster cluster)
      throws Exception {
    Random random = new Random(Soak.seed());
    Path folder = Path.of(System.getProperty("leat.project", ".."), "examples/electricity");
    Pipeline pipeline = PipelineReader.read(folder);
    cluster.clear();
    RegistryClient registry = cluster.newRegistryClient();
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(pipeline, "test");
    publish(cluster, registry, pipeline, random);
    Path artifacts = cluster.newDirectory("artifacts");
    ModelVersion version = publishModel(cluster, registry, pipeline, artifacts);

    scoreWithKills(cluster, folder, artifacts, random);

    ExactlyOnceReport report =
        new ExactlyOnceChecker(cluster.bootstrapServers())
            .input(FEATURES, ExactlyOnceChecker::eventId)
            .output(SCORES, ExactlyOnceChecker::eventId)
            .output(UNSCORED, ExactlyOnceChecker::eventId)
            .drainedBy("electricity-scoring")
            .check(TIMEOUT);
    System.out.println(FEATURES + " to " + SCORES + " and " + UNSCORED + ": " + report);
    report.assertExact();
    assertThat(report.outputs()).isEqualTo(VECTORS);
    assertScoresOfTheirVectors(cluster, registry, pipeline, version);
  }

  /** Its first version, which is its champion at once. */
  private static ModelVersion publishModel(
      TestCluster cluster, RegistryClient registry, Pipeline pipeline, Path artifacts) {
    try (ArtifactStore store = ArtifactStore.open(artifacts.toString())) {
      ModelRegistry models =
          new ModelRegistry(
              Map.of("bootstrap.servers", cluster.bootstrapServers()),
              registry,
              store,
              InstantSource.system());
      PipelineModels.publish(pipeline, models, "test");
      return models.view().version("price", 1).orElseThrow();
    }
  }

  private static void publish(
      TestCluster cluster, RegistryClient registry, Pipeline pipeline, Random random) {
    var service = pipeline.service("price").orElseThrow();
    AvroCodec codec = new AvroCodec(registry);
    int schema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(service.featureNames()));
    try (TopicWriter writer = cluster.newWriter()) {
      for (int i = 0; i < VECTORS; i++) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int j = 0; j < service.features().size(); j++) {
          values.add(random.nextInt(20) == 0 ? null : random.nextDouble());
        }
        boolean other = i % OTHERS_EVERY == OTHERS_EVERY - 1;
        FeatureVector vector =
            FeatureVector.newBuilder()
                .setService(service.name())
                .setServiceVersion(service.version())
                .setDefinition(other ? "another" : service.definition())
                .setEventId("e" + i)
                .setEventTime(Instant.ofEpochMilli(831_427_200_000L + i))
                .setKeys(Map.of("market", "NSW"))
                .setValues(values)
                .setSource(new LogPosition("readings", i % 2, (long) i))
                .build();
        String key = "m" + random.nextInt(50);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(FEATURES, key.getBytes(UTF_8), codec.encode(schema, vector));
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, vector.getEventId());
        writer.send(record);
      }
    }
  }

  /** Kills at random amounts of committed work, then lets the last start finish. */
  private static void scoreWithKills(
      TestCluster cluster, Path folder, Path artifacts, Random random) {
    int port = Ports.free();
    try (ServiceProcess scoring =
            ServiceProcess.start(
                ScoringJob.class,
                List.of(
                    "--pipeline=" + folder,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + cluster.newDirectory("state"),
                    "--artifacts=" + artifacts,
                    "--http-port=" + port),
                port,
                cluster.newDirectory("log"));
        TopicReader scores = cluster.newReader(SCORES, UNSCORED)) {
      int seen = 0;
      for (int kill = 1; kill <= KILLS; kill++) {
        seen += scores.await(random.nextInt(500, VECTORS / (KILLS + 3)), TIMEOUT).size();
        scoring.kill();
        System.out.println("killed after at least " + seen + " outcomes");
        scoring.restart();
      }
      assertThat(seen).as("outcomes before the last kill").isLessThan(VECTORS);
      scores.await(VECTORS - seen, TIMEOUT);
    }
  }

  private static void assertScoresOfTheirVectors(
      TestCluster cluster, RegistryClient registry, Pipeline pipeline, ModelVersion version)
      throws Exception {
    AvroCodec codec = new AvroCodec(registry);
    Map<LogPosition, FeatureVector> vectors = new HashMap<>();
    read(cluster, FEATURES)
        .forEach(
            record ->
                vectors.put(
                    new LogPosition(record.topic(), record.partition(), record.offset()),
                    codec.decode(record.value(), FeatureVector.class)));
    Model model = pipeline.model("price").orElseThrow();
    FeatureService service = pipeline.service("price").orElseThrow();
    try (OnnxModel onnx =
            OnnxModel.open(ModelFile.read(model), model, FeatureTypes.of(service, pipeline));
        Inference inference = onnx.inference(1)) {
      for (ConsumerRecord<byte[], byte[]> record : read(cluster, SCORES)) {
        Score score = codec.decode(record.value(), Score.class);
        FeatureVector vector = vectors.get(score.getVector());
        assertThat(score.getEventId()).isEqualTo(vector.getEventId());
        assertThat(score.getEventTime()).isEqualTo(vector.getEventTime());
        assertThat(score.getSource()).isEqualTo(vector.getSource());
        assertThat(score.getModelDigest()).isEqualTo(version.getDigest());
        assertThat(inference.add(vector.getValues())).isEmpty();
        assertThat(score.getScore()).isEqualTo(inference.run().get(0).score());
        assertThat(score.getDecision()).isEqualTo(score.getScore() >= 0.5 ? "up" : null);
      }
    }
    assertThat(read(cluster, UNSCORED))
        .hasSize(VECTORS / OTHERS_EVERY)
        .allSatisfy(
            record ->
                assertThat(RecordHeaders.get(record.headers(), RecordHeaders.REASON))
                    .contains("OTHER_DEFINITION"));
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(TestCluster cluster, String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }
}
