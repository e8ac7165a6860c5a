package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.runtime.flink.RegistryConnection;
import io.leat.schemas.AvroCodec;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Champions by what scoring has recorded, on a real broker. */
@ExtendWith(SharedCluster.class)
class RecordedChampionsIT {
  private static final String TOPIC = "prices-scoring-price-switches-changelog";

  private final TestCluster cluster;

  RecordedChampionsIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void theChampionOfAVectorIsThatOfTheLastPositionNotBehindIt() throws Exception {
    cluster.clear();
    Properties kafka = new Properties();
    kafka.put("bootstrap.servers", cluster.bootstrapServers());
    Champions champions =
        new RecordedChampions(
            kafka, new RegistryConnection(cluster.registryUrl()), "prices", List.of("price"));
    try (Champions.Recorded recorded = champions.open();
        TopicWriter writer = cluster.newWriter()) {
      assertThat(recorded.of("price", 0, 7)).isEqualTo(Champions.UNKNOWN);

      cluster.createTopic(TOPIC, 2, Map.of("cleanup.policy", "compact"));
      record(writer, 0, 0, 6);
      record(writer, 0, 100, 7);
      record(writer, 1, 50, 7);
      recorded.lookAgain();

      assertThat(recorded.of("price", 0, 99)).isEqualTo(6);
      assertThat(recorded.of("price", 0, 100)).isEqualTo(7);
      assertThat(recorded.of("price", 1, 49)).isEqualTo(Champions.UNKNOWN);
      assertThat(recorded.of("price", 1, 50)).isEqualTo(7);
      assertThat(recorded.of("other", 0, 50)).isEqualTo(Champions.UNKNOWN);

      record(writer, 0, 200, 6); // rolled back
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                recorded.refresh();
                assertThat(recorded.of("price", 0, 200)).isEqualTo(6);
              });
      assertThat(recorded.of("price", 0, 199)).isEqualTo(7);
    }
  }

  private void record(TopicWriter writer, int partition, long offset, int champion) {
    var registry = cluster.newRegistryClient();
    int schema = registry.register(TOPIC + "-value", ModelSwitch.getClassSchema());
    Rollout rollout =
        new Rollout(
            offset + 1,
            "champion",
            "salt",
            List.of(
                new RolloutArm(champion + 1, "b", ModelRole.CANARY, 0.1),
                new RolloutArm(champion, "a", ModelRole.CHAMPION, 0.9)),
            "somebody",
            Instant.EPOCH,
            null,
            null,
            null,
            null);
    writer.send(
        new ProducerRecord<>(
            TOPIC,
            partition,
            ByteBuffer.allocate(Long.BYTES).putLong(offset).array(),
            new AvroCodec(registry).encode(schema, new ModelSwitch("price", offset, rollout))));
    writer.flush();
  }
}
