package io.leat.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.LogPosition;
import io.leat.schemas.AvroCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TestClusterIT {

  @Test
  void clusterOutlivesItsBrokersAndRegistrysDeathAndLeavesNothing() {
    Path directory;
    long broker;
    long registry;
    try (TestCluster cluster = TestCluster.startWithBrokerProcess();
        TopicWriter writer = cluster.newWriter()) {
      directory = cluster.newDirectory("state");
      String topic = cluster.newTopic("positions", 3);
      for (long i = 0; i < 100; i++) {
        writer.sendRecord(topic, "key-" + i, new LogPosition("payments", 0, i));
      }
      writer.flush();

      cluster.brokerProcess().process().kill();
      cluster.registryProcess().process().kill();
      CompletableFuture<Void> restarted = CompletableFuture.runAsync(cluster::restartRegistry);
      cluster.restartBroker();
      restarted.join();

      writer.sendRecord(topic, "key-100", new LogPosition("payments", 0, 100L));
      writer.flush();
      AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
      try (TopicReader reader = cluster.newReader(topic)) {
        assertThat(reader.readToEnd())
            .extracting(record -> codec.decode(record.value(), LogPosition.class).getOffset())
            .hasSize(101)
            .doesNotHaveDuplicates();
        assertThat(reader.readToEnd()).isEmpty();
        writer.sendRecord(topic, "key-101", new LogPosition("payments", 0, 101L));
        assertThat(reader.await(1, Duration.ofSeconds(30))).hasSize(1);
      }
      broker = cluster.brokerProcess().process().pid();
      registry = cluster.registryProcess().process().pid();
    }

    assertThat(directory.getParent()).doesNotExist();
    assertThat(ProcessHandle.of(broker).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(ProcessHandle.of(registry).filter(ProcessHandle::isAlive)).isEmpty();
  }
}
