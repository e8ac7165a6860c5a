package io.leat.features.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.soak.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** An online store that is killed, and started again, while it works. */
final class KilledStore {
  private static final int KILLS = Soak.times(2, 10);

  private KilledStore() {}

  /** A test's randomness. */
  static Random random() {
    return new Random(Soak.seed());
  }

  /** Kills at random amounts of committed work, then lets the last start finish. */
  static void replay(
      TestCluster cluster, Path folder, String topic, int events, Random random, Duration timeout) {
    int port = Ports.free();
    System.out.println(Instant.now() + " start");
    try (ServiceProcess store =
            ServiceProcess.start(
                OnlineStore.class,
                List.of(
                    "--pipeline=" + folder,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + cluster.newDirectory("state"),
                    "--http-port=" + port),
                port,
                cluster.newDirectory("log"));
        TopicReader vectors = cluster.newReader(topic)) {
      int seen = 0;
      for (int kill = 1; kill <= KILLS; kill++) {
        int more = random.nextInt(500, events / (KILLS + 3));
        seen += vectors.await(more, timeout).size();
        store.kill();
        System.out.println(Instant.now() + " killed after at least " + seen + " vectors");
        store.restart();
      }
      assertThat(seen).as("vectors before the last kill").isLessThan(events);
      vectors.await(events - seen, timeout);
      System.out.println(Instant.now() + " done");
    }
  }
}
