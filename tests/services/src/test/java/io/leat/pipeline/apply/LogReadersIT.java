package io.leat.pipeline.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.records.Definition;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.CompactedTopic;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What reads a log from its beginning, on a real broker. */
@ExtendWith(SharedCluster.class)
class LogReadersIT {
  private static final Duration POLL = Duration.ofMillis(500);

  private final TestCluster cluster;
  private final Map<String, Object> kafka;
  private final RegistryClient registry;

  LogReadersIT(TestCluster cluster) {
    this.cluster = cluster;
    this.kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
    this.registry = cluster.newRegistryClient();
  }

  @BeforeEach
  void clear() {
    cluster.clear();
  }

  @Test
  void definitionsAreTheNewestOfEachKeyAndNoneThatWasWithdrawn() {
    assertThatThrownBy(definitions()::read)
        .isInstanceOf(ApplyException.class)
        .hasMessageStartingWith("There is no topic definitions on this cluster");
    cluster.createTopic(Topics.DEFINITIONS, 3, Map.of("cleanup.policy", "compact"));
    assertThat(definitions().read()).isEmpty();
    try (TopicWriter writer = cluster.newWriter()) {
      write(writer, definition("activity", "1", "first"));
      write(writer, definition("activity", "1", "second"));
      write(writer, definition("risk", "1", "third"));
      writer.send(Topics.DEFINITIONS, "view/risk@1", (byte[]) null);
    }

    assertThat(definitions().read())
        .containsOnlyKeys("view/activity@1")
        .extractingByKey("view/activity@1")
        .isEqualTo(definition("activity", "1", "second"));
  }

  @Test
  void theLogOfDefinitionsIsFollowedAndItsLossIsReported() throws Exception {
    cluster.createTopic(Topics.DEFINITIONS, 1, Map.of());
    try (TopicWriter writer = cluster.newWriter();
        CompactedTopic<Definition> followed = definitions().follow()) {
      assertThat(followed.isAtItsEnd()).isTrue();
      write(writer, definition("activity", "1", "first"));
      writer.flush();
      while (!followed.poll(POLL)) {
        assertThat(followed.values()).isEmpty();
      }
      assertThat(followed.values()).containsOnlyKeys("view/activity@1");
    }
    try (CompactedTopic<Definition> behind = definitions().follow()) {
      assertThat(behind.isAtItsEnd()).isFalse();
      deleteBefore(new TopicPartition(Topics.DEFINITIONS, 0), 1);

      assertThatThrownBy(() -> behind.poll(POLL.multipliedBy(20)))
          .isInstanceOf(LeatException.class)
          .hasMessageContaining("definitions")
          .hasMessageContaining("0");
    }
  }

  @Test
  void aVersionHasScoredWhereAScoreSaysSoOrNobodyKnows() throws Exception {
    String topic = Topics.scores("fraud");
    cluster.createTopic(topic, 2, Map.of());
    ScoredVersions versions = new ScoredVersions(kafka, registry);
    assertThat(versions.mayHaveScored("fraud", "1")).isFalse();
    try (TopicWriter writer = cluster.newWriter()) {
      writer.send(topic, "a", "no score".getBytes(UTF_8));
      writer.send(topic, "b", (byte[]) null);
      writer.sendRecord(topic, "c", score("1"));
    }

    assertThat(versions.mayHaveScored("fraud", "1")).isTrue();
    assertThat(versions.mayHaveScored("fraud", "2")).isFalse();

    deleteBefore(new TopicPartition(topic, partitionOf(topic, "c")), 1);
    assertThat(versions.mayHaveScored("fraud", "2")).as("some are gone").isTrue();
  }

  private DefinitionLog definitions() {
    return new DefinitionLog(kafka, registry);
  }

  private static Definition definition(String name, String version, String fingerprint) {
    return new Definition("view", name, version, fingerprint, "shop", null);
  }

  private static void write(TopicWriter writer, Definition definition) {
    writer.sendRecord(Topics.DEFINITIONS, Definitions.key(definition), definition);
  }

  private static Score score(String version) {
    LogPosition position = new LogPosition("features.fraud", 0, 0L);
    return Score.newBuilder()
        .setModel("fraud")
        .setModelVersion(version)
        .setEventId("e1")
        .setEventTime(Instant.EPOCH)
        .setScore(0.5)
        .setService("fraud")
        .setServiceVersion(1)
        .setDefinition("d")
        .setVector(position)
        .setSource(position)
        .build();
  }

  private int partitionOf(String topic, String key) {
    try (var reader = cluster.newReader(topic)) {
      return reader.readToEnd().stream()
          .filter(record -> new String(record.key(), UTF_8).equals(key))
          .findFirst()
          .orElseThrow()
          .partition();
    }
  }

  private void deleteBefore(TopicPartition partition, long offset)
      throws ExecutionException, InterruptedException {
    try (Admin admin = cluster.newAdmin()) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all().get();
    }
  }
}
