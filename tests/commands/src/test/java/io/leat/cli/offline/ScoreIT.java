package io.leat.cli.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.cli.CommandRun;
import io.leat.cli.Warehouse;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.ValueType;
import io.leat.scoring.ScoringJob;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Vectors of the electricity example go through the scoring job and into their table; then the
 * table is scored, by a run that is killed and by others. Every row has what the stream made of its
 * vector.
 */
@ExtendWith(SharedCluster.class)
class ScoreIT {
  private static final Path FOLDER =
      Path.of(System.getProperty("leat.project"), "examples/electricity");
  private static final int VECTORS = 5_000;
  private static final int OTHERS_EVERY = 500;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final String FEATURES = Topics.features("price");
  private static final String NAMESPACE = "electricity";
  private static final String OFFLINE_JOB = "io.leat.features.offline.OfflineJob";
  private static final String SCORE = "io.leat.scoring.batch.ScoreCommand";

  @TempDir private Path temporary;
  private final TestCluster cluster;

  ScoreIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void aTableIsScoredOnceAndAsTheStreamScoredIt() throws Exception {
    cluster.clear();
    Pipeline pipeline = PipelineReader.read(FOLDER);
    CommandRun applied = run("apply", FOLDER.toString());
    assertThat(applied.code()).as(applied.out()).isZero();
    publish(pipeline);
    Map<LogPosition, Score> scores = stream();
    bringIntoTable();
    killARun();

    CommandRun run = score("batch_price");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .contains("price@champion is version 1 (1997-04-30)")
        .contains(
            "scored %,d, not scored %,d (OTHER_DEFINITION %d)"
                .formatted(
                    VECTORS - VECTORS / OTHERS_EVERY,
                    VECTORS / OTHERS_EVERY,
                    VECTORS / OTHERS_EVERY));
    assertEachRowIsTheStreams(scores);

    CommandRun again = score("batch_price");
    assertThat(again.code()).as(again.out()).isZero();
    assertThat(again.out()).contains("already, %,d rows: nothing was added".formatted(VECTORS));
    assertThat(snapshots()).isEqualTo(1);

    CommandRun folder = score(out().toString());
    assertThat(folder.code()).as(folder.out()).isZero();
    assertThat(
            new ObjectMapper()
                .readTree(out().resolve("scores.json").toFile())
                .at("/rows/count")
                .asInt())
        .isEqualTo(VECTORS);
    CommandRun unknown =
        run(
            "score",
            "--model=price@live",
            "--input=vectors_price",
            "--output=batch_price",
            "--pipeline=" + FOLDER);
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.out()).contains("Model price has no version live; it has 1 (1997-04-30)");
  }

  private Path out() {
    return temporary.resolve("scores");
  }

  private Path artifacts() {
    return temporary.resolve("artifacts");
  }

  private CommandRun score(String output) {
    return run(
        "score",
        "--model=price",
        "--input=vectors_price",
        "--output=" + output,
        "--pipeline=" + FOLDER);
  }

  private CommandRun run(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of(
            "--dir=" + temporary,
            "--bootstrap-servers=" + cluster.bootstrapServers(),
            "--registry-url=" + cluster.registryUrl(),
            "--artifacts=" + artifacts()));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private void publish(Pipeline pipeline) {
    Random random = new Random(Soak.seed());
    FeatureService service = pipeline.service("price").orElseThrow();
    RegistryClient registry = cluster.newRegistryClient();
    AvroCodec codec = new AvroCodec(registry);
    int schema =
        registry.register(
            Topics.valueSubject(FEATURES), FeatureVectorSchema.of(service.featureNames()));
    try (TopicWriter writer = cluster.newWriter()) {
      for (int i = 0; i < VECTORS; i++) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Optional<ValueType> type : FeatureTypes.of(service, pipeline).values()) {
          values.add(
              random.nextInt(20) == 0
                  ? null
                  : type.orElseThrow() == ValueType.LONG
                      ? (Object) (long) random.nextInt(48)
                      : Double.valueOf(random.nextDouble()));
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
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                FEATURES, ("m" + random.nextInt(50)).getBytes(UTF_8), codec.encode(schema, vector));
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, vector.getEventId());
        RecordHeaders.set(
            record.headers(),
            RecordHeaders.EVENT_TIME,
            Long.toString(vector.getEventTime().toEpochMilli()));
        writer.send(record);
      }
    }
  }

  /** Has the stream score them; each score by the position of its vector. */
  private Map<LogPosition, Score> stream() {
    int port = Ports.free();
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    Map<LogPosition, Score> scores = new HashMap<>();
    try (ServiceProcess scoring =
            ServiceProcess.start(
                ScoringJob.class,
                List.of(
                    "--pipeline=" + FOLDER,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + cluster.newDirectory("state"),
                    "--artifacts=" + artifacts(),
                    "--http-port=" + port),
                port,
                cluster.newDirectory("log"));
        TopicReader written = cluster.newReader(Topics.scores("price"))) {
      for (ConsumerRecord<byte[], byte[]> record :
          written.await(VECTORS - VECTORS / OTHERS_EVERY, TIMEOUT)) {
        Score score = codec.decode(record.value(), Score.class);
        scores.put(score.getVector(), score);
      }
      scoring.stop();
    }
    assertThat(scores).hasSize(VECTORS - VECTORS / OTHERS_EVERY);
    return scores;
  }

  private void bringIntoTable() {
    LeatHome home = LeatHome.find();
    JvmProcess job =
        JvmProcess.start(
            process(
                home,
                "io.leat.runtime.flink.LocalCluster",
                List.of(
                    "--pipeline=" + FOLDER,
                    "--warehouse=" + temporary.resolve("warehouse"),
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + temporary.resolve("offline"),
                    "--checkpoint-interval=2s",
                    "--rest-port=0",
                    "--metrics-port=0",
                    OFFLINE_JOB),
                "score-offline.log"));
    try {
      await()
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(warehouse().committedRows(NAMESPACE, "vectors_price"))
                      .as(job.log())
                      .isEqualTo(VECTORS));
    } finally {
      job.kill(); // a job that goes on makes new snapshots
    }
  }

  /** Begins to score into the folder, and ends it when something of it is there. */
  private void killARun() throws IOException {
    JvmProcess run =
        JvmProcess.start(
            process(
                LeatHome.find(),
                SCORE,
                List.of(
                    "--model=price",
                    "--input=vectors_price",
                    "--output=" + out(),
                    "--pipeline=" + FOLDER,
                    "--dir=" + temporary,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--artifacts=" + artifacts()),
                "score-killed.log"));
    try {
      await()
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> !unfinished().isEmpty() || !run.isAlive());
    } finally {
      run.kill();
    }

    assertThat(unfinished()).as(run.log()).isNotEmpty();
    assertThat(out()).doesNotExist();
  }

  private List<Path> unfinished() throws IOException {
    try (Stream<Path> beside = Files.list(out().getParent())) {
      return beside
          .filter(file -> file.getFileName().toString().startsWith("." + out().getFileName() + "-"))
          .toList();
    }
  }

  private static JvmProcess.Command process(
      LeatHome home, String main, List<String> arguments, String log) {
    return JvmProcess.Command.of(
            log, home.classPath("flink"), main, arguments, Path.of("target", log))
        .withJvmOptions(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "@" + home.library("flink").resolve("jvm.options"));
  }

  private Warehouse warehouse() {
    return new Warehouse(temporary.resolve("warehouse"));
  }

  private long snapshots() throws IOException {
    return warehouse()
        .read(
            NAMESPACE,
            "batch_price",
            table -> StreamSupport.stream(table.snapshots().spliterator(), false).count())
        .orElseThrow();
  }

  private void assertEachRowIsTheStreams(Map<LogPosition, Score> scores) throws IOException {
    List<Map<String, @Nullable Object>> rows =
        warehouse().read(NAMESPACE, "batch_price", ScoreIT::rows).orElseThrow();
    assertThat(rows).hasSize(VECTORS);
    Map<LogPosition, Score> left = new HashMap<>(scores);
    for (Map<String, @Nullable Object> row : rows) {
      Score score =
          left.remove(
              new LogPosition(
                  FEATURES, (Integer) row.get("_log_partition"), (Long) row.get("_log_offset")));
      if (score == null) {
        assertThat(row).containsEntry("unscored", "OTHER_DEFINITION").containsEntry("score", null);
        continue;
      }
      assertThat(row)
          .containsEntry("event_id", score.getEventId())
          .containsEntry("decision", score.getDecision())
          .containsEntry("model_number", score.getModelNumber())
          .containsEntry("model_digest", score.getModelDigest())
          .containsEntry("unscored", null);
      assertThat(Double.doubleToRawLongBits((Double) row.get("score")))
          .as(score.getEventId())
          .isEqualTo(Double.doubleToRawLongBits(score.getScore()));
    }
    assertThat(left).as("scores of the stream without a row").isEmpty();
  }

  private static List<Map<String, @Nullable Object>> rows(Table table) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      for (Record record : records) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        record
            .struct()
            .fields()
            .forEach(column -> row.put(column.name(), record.getField(column.name())));
        rows.add(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
