package io.leat.cli.drift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.cli.CommandRun;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.deadletter.DeadLetterWriter;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Episodes that the drift job itself opens, on a real broker, are explained by what was done to the
 * vectors: nulls of one producer, a category that is new, a segment that moves.
 */
@ExtendWith(SharedCluster.class)
class ExplainCommandIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(4);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final long FIRST_DAY = 20_000;
  private static final int PER_DAY = 240;
  private static final int TRAINED = 60;
  private static final int CHANGE = 70;
  private static final int END = 76;
  private static final String VECTORS = Topics.features("payments");

  private final TestCluster cluster;
  @TempDir private Path folder = Path.of(".");

  ExplainCommandIT(TestCluster cluster) {
    this.cluster = cluster;
    AvroCodec.trustGeneratedRecords();
  }

  private record Payment(long time, List<Object> values, String app) {}

  private static List<Payment> payments(int fromDay, int toDay) {
    List<Payment> payments = new ArrayList<>();
    for (int day = fromDay; day < toDay; day++) {
      Random random = new Random(day * 0x9E3779B97F4A7C15L);
      boolean changed = day >= CHANGE;
      for (int i = 0; i < PER_DAY; i++) {
        String app = "pos-" + (1 + random.nextInt(4));
        String channel = random.nextInt(4) == 0 ? "web" : "shop";
        Object amount = Math.exp(random.nextGaussian());
        double waited = random.nextGaussian();
        String country = random.nextInt(3) == 0 ? "AT" : "BE";
        boolean some = random.nextInt(10) < 9;
        boolean few = random.nextInt(6) == 0;
        if (changed) {
          amount = app.equals("pos-2") && some ? NullReason.NULL_IN_EVENT : amount;
          waited += channel.equals("web") ? 3 : 0;
          country = few ? "XX" : country;
        }
        payments.add(
            new Payment(
                (FIRST_DAY + day) * DAY + i * (DAY / PER_DAY),
                List.of(amount, waited, country, channel),
                app));
      }
    }
    return payments;
  }

  @Test
  void whatTheJobOpensIsExplainedByWhatWasDone() throws Exception {
    Pipeline pipeline = pipelineWithProfile();
    cluster.clear();
    cluster.createTopic(VECTORS, 2, Map.of());
    Stream.of(
            Topics.DRIFT_METRICS,
            Topics.DRIFT_ALERTS,
            Topics.AUDIT,
            Topics.deadLetters("payments"),
            "explained-drift.dlq")
        .forEach(topic -> cluster.createTopic(topic, 1, Map.of()));
    cluster.createTopic(Topics.MODEL_REGISTRY, 1, Map.of("cleanup.policy", "compact"));
    JvmProcess job = job();
    try (TopicReader reader = cluster.newReader(Topics.DRIFT_ALERTS)) {
      send(pipeline.services().get(0), payments(TRAINED, END));
      Map<String, DriftAlert> opened = opened(job, reader);

      JsonNode amounts = explained(opened.get("amounts"));
      assertThat(amounts.path("causes").get(0).path("kind").asText()).isEqualTo("null_burst");
      assertThat(amounts.path("causes").get(0).path("what").asText())
          .isEqualTo("event.amount is null (null_in_event)");
      assertThat(amounts.path("causes").get(0).path("speaksFor").asText())
          .contains("where header app is pos-2");
      assertThat(amounts.path("moved").get(0).path("buckets").findValuesAsText("label"))
          .contains("null");
      assertThat(amounts.path("line")).isNotEmpty();
      assertThat(amounts.path("onset").asText())
          .isEqualTo(Instant.ofEpochMilli((FIRST_DAY + CHANGE) * DAY).toString());

      JsonNode countries = explained(opened.get("countries"));
      assertThat(countries.path("causes").get(0).path("kind").asText()).isEqualTo("new_category");
      assertThat(countries.path("causes").get(0).path("what").asText())
          .isEqualTo("event.country is XX");

      JsonNode waits = explained(opened.get("waits"));
      assertThat(waits.path("causes").get(0).path("kind").asText()).isEqualTo("segment");
      assertThat(waits.path("causes").get(0).path("what").asText())
          .isEqualTo("event.channel is web");
      assertThat(waits.path("bySegment").findValuesAsText("name")).contains("channel=web");

      assertText(opened.get("amounts").getAlertId());
      assertPages(opened);
    } finally {
      job.kill();
    }
  }

  private void assertText(String id) {
    CommandRun text = explain(id);
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("What moved", "Likely causes")
        .contains(" 1. null_burst: event.amount is null (null_in_event), explains ")
        .contains("% of the reference, ")
        .contains("    against  ");
    CommandRun without = run("explain", id);
    assertThat(without.out())
        .contains("unknown: nothing that was recorded explains a quarter of it")
        .contains("note: No pipeline is known (--pipeline), so no vectors are looked at.");
  }

  private void assertPages(Map<String, DriftAlert> opened) throws Exception {
    Path page = folder.resolve("episode.html");
    explain(opened.get("amounts").getAlertId(), "--html=" + page);
    assertThat(Files.readString(page))
        .contains("<svg", "null_burst", "header app is pos-2")
        .doesNotContain("<script", "http://", "https://", "src=");
    Path span = folder.resolve("span.html");
    String day = Instant.ofEpochMilli((FIRST_DAY + CHANGE) * DAY).toString();
    explain("--from=" + day, "--html=" + span);
    assertThat(Files.readString(span))
        .contains(opened.values().stream().map(DriftAlert::getAlertId).toList());
    assertThat(explain("--from=1990-01-01", "--to=1990-02-01").out())
        .isEqualTo("No episode was open then; 'leat drift list --all' lists them.\n");
    assertThat(explain().code()).isEqualTo(2);
  }

  private JsonNode explained(DriftAlert alert) throws Exception {
    CommandRun run = explain(alert.getAlertId(), "--json");
    assertThat(run.code()).as(run.out()).isZero();
    return JSON.readTree(run.out());
  }

  private CommandRun explain(String... arguments) {
    return run(
        Stream.of(
                Stream.of("explain"),
                Stream.of(arguments),
                Stream.of("--pipeline=" + folder.resolve("explained")))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        Stream.of(
                Stream.of("drift"),
                Stream.of(arguments),
                Stream.of(
                    "--dir=" + folder.resolve("no-stack"),
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl()))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  /** One episode of each monitor. */
  private Map<String, DriftAlert> opened(JvmProcess job, TopicReader reader) {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    Map<String, DriftAlert> opened = new HashMap<>();
    reader.await(
        records -> {
          assertThat(job.isAlive()).as("the job runs").isTrue();
          for (ConsumerRecord<byte[], byte[]> record : records) {
            DriftAlert alert = codec.decode(record.value(), DriftAlert.class);
            if (alert.getState() == AlertState.OPEN) {
              opened.putIfAbsent(alert.getMonitor(), alert);
            }
          }
          return opened.size() == 3;
        },
        "an episode of each monitor",
        TIMEOUT);
    return opened;
  }

  /** Writes vectors as the feature store does: the producers' headers are on them. */
  private void send(FeatureService service, List<Payment> payments) {
    RegistryClient registry = cluster.newRegistryClient();
    AvroCodec codec = new AvroCodec(registry);
    int id =
        registry.register(
            Topics.valueSubject(VECTORS), FeatureVectorSchema.of(service.featureNames()));
    try (TopicWriter writer = cluster.newWriter()) {
      for (Payment payment : payments) {
        FeatureVector vector =
            new FeatureVector(
                service.name(),
                service.version(),
                service.definition(),
                "" + payment.time(),
                Instant.ofEpochMilli(payment.time()),
                Map.of(),
                NullReason.plain(payment.values()),
                new LogPosition("payments", 0, 0L),
                NullReason.codes(payment.values()),
                null);
        int partition = (int) (payment.time() / (DAY / PER_DAY) % 2);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(VECTORS, partition, null, codec.encode(id, vector));
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, "" + payment.time());
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, "" + payment.time());
        RecordHeaders.set(record.headers(), RecordHeaders.CONTRACT, "payments@1");
        RecordHeaders.set(record.headers(), "app", payment.app());
        RecordHeaders.set(record.headers(), "request-id", "" + payment.time());
        writer.send(record);
      }
      ProducerRecord<byte[], byte[]> refused =
          new ProducerRecord<>(Topics.deadLetters("payments"), 0, null, new byte[] {1});
      DeadLetterWriter.to(refused.headers()).message("is signed").reason("RULES");
      writer.send(refused);
      writer.flush();
    }
  }

  private Pipeline pipelineWithProfile() throws Exception {
    Path source =
        Path.of(System.getProperty("leat.project"), "tests/commands/src/test/resources/explained");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = folder.resolve("explained").resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    // Nobody scores here; the reader asks only that a model is there.
    Files.write(folder.resolve("explained/models/fraud/model.onnx"), new byte[] {1});
    Pipeline pipeline = PipelineReader.read(folder.resolve("explained"));
    Model model = pipeline.models().get(0);
    ReferenceProfileBuilder builder = ReferenceProfileBuilder.of(pipeline, model);
    payments(0, TRAINED).forEach(payment -> builder.add(payment.time(), payment.values()));
    builder.build().write(model.referenceProfile());
    return pipeline;
  }

  private JvmProcess job() {
    LeatHome home = LeatHome.find();
    return JvmProcess.start(
        JvmProcess.Command.of(
                "drift job",
                home.classPath("flink"),
                "io.leat.runtime.flink.LocalCluster",
                List.of(
                    "--pipeline=" + folder.resolve("explained"),
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + folder.resolve("state"),
                    "--checkpoint-interval=1s",
                    "--rest-port=0",
                    "--metrics-port=0",
                    "io.leat.drift.job.DriftJob"),
                Path.of("target", "explain-drift-job.log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "@" + home.library("flink").resolve("jvm.options")));
  }
}
