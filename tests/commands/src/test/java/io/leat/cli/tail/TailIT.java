package io.leat.cli.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.cli.CommandRun;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.TestCluster;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** The commands that read topics, over a real broker and registry. */
class TailIT {
  private static final String PIPELINE =
      "--pipeline="
          + Path.of(System.getProperty("leat.project", ".."), "cli/src/test/resources/mill");
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void everyTopicIsReadWhateverIsInIt() throws Exception {
    try (TestCluster cluster = TestCluster.shared();
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      write(cluster, producer);

      assertThat(run(cluster, "alerts").out().lines())
          .satisfiesExactly(
              line -> assertThat(line).contains("1 records of drift-alerts cannot be read"),
              line -> assertThat(line).startsWith("OPEN   CRITICAL").contains("alert b"),
              line -> assertThat(line).startsWith("OPEN   WARN").contains("alert c"),
              line -> assertThat(line).isEqualTo("2 open, 1 closed."));
      assertThat(run(cluster, "alerts", "--all", "--output=json").out().lines().skip(1))
          .extracting(line -> json(line).path("alert_id").asText())
          .containsExactly("b", "c", "a");
      assertThat(run(cluster, "requests").out())
          .contains("TRAINED   2026-01-01T00:00:00Z  fraud (version 1): it drifts  [made]")
          .contains("1 request.");

      assertThat(run(cluster, "tail", "levels.valid", PIPELINE).out().lines().toList())
          .hasSize(10)
          .first()
          .satisfies(line -> assertThat(line).startsWith("0/16  ").endsWith("{\"id\":16}"));
      assertThat(run(cluster, "tail", "levels.valid", PIPELINE, "--from=0/24").out().lines())
          .satisfiesExactly(
              line -> assertThat(line).endsWith("{\"id\":24}"),
              line -> assertThat(line).endsWith("0x000000630203"));
      String some = "--filter=value.id % 10 == 3";
      assertThat(
              run(
                      cluster,
                      "tail",
                      "levels.valid",
                      PIPELINE,
                      "--from=earliest",
                      some,
                      "--output=json")
                  .out()
                  .lines())
          .extracting(line -> json(line).at("/value/id").asInt())
          .containsExactly(3, 13, 23);
      assertThat(run(cluster, "tail", "levels.valid", PIPELINE, "--from=0/99").out())
          .contains("has no position 0/99; of partition 0 it has the offsets 0 to 25");
      CommandRun vector = run(cluster, "tail", "features.mill", "--clear", "--output=json");
      assertThat(json(vector.out()).at("/value/values").toString())
          .isEqualTo("{\"level\":4,\"share\":null}");
      assertThat(run(cluster, "tail", "wheels", PIPELINE).out())
          .contains("There is no topic wheels")
          .contains("levels.valid");

      assertThat(run(cluster, "tail", "levels", "--clear").out()).contains("\"secret\":2");
      assertThat(run(cluster, "tail", "levels", "--dir=/nowhere").out())
          .contains("name the pipeline with --pipeline DIR")
          .doesNotContain("secret");
    }
  }

  private static void write(TestCluster cluster, KafkaProducer<byte[], byte[]> producer)
      throws Exception {
    for (String topic :
        List.of(
            Topics.DRIFT_ALERTS,
            Topics.RETRAINING_REQUESTS,
            Topics.RETRAINING_RUNS,
            "features.mill",
            "levels",
            "levels.valid")) {
      cluster.createTopic(topic, 1, Map.of());
    }
    RegistryClient registry = cluster.newRegistryClient();
    AvroCodec codec = new AvroCodec(registry); // first: it lets Avro read the records' defaults
    for (DriftAlert alert :
        List.of(
            alert("a", AlertState.OPEN, Severity.WARN, 9),
            alert("b", AlertState.OPEN, Severity.CRITICAL, 1),
            alert("c", AlertState.OPEN, Severity.WARN, 3),
            alert("a", AlertState.CLOSED, Severity.WARN, 0))) {
      send(producer, registry, codec, Topics.DRIFT_ALERTS, alert);
    }
    send(producer, Topics.DRIFT_ALERTS, "rubbish".getBytes(UTF_8));
    send(
        producer,
        registry,
        codec,
        Topics.RETRAINING_REQUESTS,
        RetrainingRequest.newBuilder()
            .setRequestId("r1")
            .setPolicy("p")
            .setModel("fraud")
            .setModelVersion("1")
            .setCause("b")
            .setReason("it drifts")
            .setEventTime(TIME)
            .build());
    send(
        producer,
        registry,
        codec,
        Topics.RETRAINING_RUNS,
        RetrainingRun.newBuilder()
            .setRunId("run")
            .setRequestId("r1")
            .setModel("fraud")
            .setState(RunState.TRAINED)
            .setMessage("made")
            .setTime(TIME)
            .build());
    Schema vectors = FeatureVectorSchema.of(List.of("level", "share"));
    int id = registry.register(Topics.valueSubject("features.mill"), vectors);
    List<Object> values = new ArrayList<>();
    values.add(4L);
    values.add(null);
    FeatureVector vector =
        FeatureVector.newBuilder()
            .setService("mill")
            .setServiceVersion(1)
            .setDefinition("d")
            .setEventId("7")
            .setEventTime(TIME)
            .setKeys(Map.of())
            .setValues(values)
            .setSource(new LogPosition("levels", 0, 0L))
            .build();
    send(producer, "features.mill", codec.encode(id, vector));
    for (int i = 0; i < 25; i++) {
      send(producer, "levels.valid", ("{\"id\":" + i + "}").getBytes(UTF_8));
    }
    send(producer, "levels.valid", new byte[] {0, 0, 0, 99, 2, 3});
    send(producer, "levels", "{\"id\":1,\"secret\":2}".getBytes(UTF_8));
  }

  private static DriftAlert alert(String id, AlertState state, Severity severity, double value) {
    return DriftAlert.newBuilder()
        .setAlertId(id)
        .setMonitor("mill")
        .setModel("fraud")
        .setKind("drift")
        .setFeature("level")
        .setMetric("psi")
        .setState(state)
        .setSeverity(severity)
        .setWindowStart(TIME)
        .setWindowEnd(TIME)
        .setValue(value)
        .setThreshold(0.5)
        .setMessage("alert " + id)
        .setReference("reference")
        .build();
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      RegistryClient registry,
      AvroCodec codec,
      String topic,
      SpecificRecordBase record)
      throws Exception {
    int id = registry.register(Topics.valueSubject(topic), record.getSchema());
    send(producer, topic, codec.encode(id, record));
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String topic, byte[] value)
      throws Exception {
    producer.send(new ProducerRecord<>(topic, value)).get();
  }

  private static JsonNode json(String line) {
    try {
      return new JsonMapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  private static CommandRun run(TestCluster cluster, String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of(
            "--bootstrap-servers",
            cluster.bootstrapServers(),
            "--registry-url",
            cluster.registryUrl()));
    return CommandRun.of(arguments.toArray(String[]::new));
  }
}
