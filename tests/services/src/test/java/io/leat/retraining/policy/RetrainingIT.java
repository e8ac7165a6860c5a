package io.leat.retraining.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.records.RunState;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The policy job as a process, killed again and again, against the real broker and registry. */
@ExtendWith(SharedCluster.class)
class RetrainingIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Path ELECTRICITY =
      Path.of(System.getProperty("leat.project"), "examples", "electricity");
  private static final int CAUSES = 12;
  private static final int KILL_EVERY = 4;

  @Test
  void killedAndStartedAgainItMakesOneRequestACause(TestCluster cluster) throws Exception {
    Random random = new Random(Soak.seed());
    cluster.clear();
    RegistryClient registry = cluster.newRegistryClient();
    AvroCodec codec = new AvroCodec(registry);
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(PipelineReader.read(ELECTRICITY), "test");
    byte[] garbage = {1, 2, 3};
    List<String> made = new ArrayList<>();

    try (TopicWriter writer = cluster.newWriter();
        ServiceProcess service = start(cluster);
        TopicReader requests = cluster.newReader(Topics.RETRAINING_REQUESTS);
        TopicReader deadLetters = cluster.newReader("electricity-retraining.dlq")) {
      writer.send(Topics.DRIFT_ALERTS, "price", garbage);
      for (int i = 0; i < CAUSES; i++) {
        // Each cause comes three times, among alerts of other features in the same window.
        for (int copy = 0; copy < 3; copy++) {
          writer.sendRecord(Topics.DRIFT_ALERTS, "price", alert(i, "cause"));
          writer.sendRecord(Topics.DRIFT_ALERTS, "price", alert(i, "other-" + copy));
        }
        writer.flush();
        if (i % KILL_EVERY == KILL_EVERY - 1) {
          if (random.nextBoolean()) {
            service.awaitReady(); // killed in the middle of work rather than of its start
          }
          service.kill();
          service.restart();
        }
        RetrainingRequest request =
            codec.decode(requests.await(1, TIMEOUT).get(0).value(), RetrainingRequest.class);
        made.add(request.getCause());
        writer.sendRecord(
            Topics.RETRAINING_RUNS, "run", RetrainingTopologyTest.run(request, RunState.PROMOTED));
        writer.flush();
        if (i + 1 < CAUSES) {
          awaitClosed(cluster, service, request.getRequestId());
        }
      }
      assertThat(deadLetters.await(1, TIMEOUT).get(0).value()).isEqualTo(garbage);
      service.stop();
      assertThat(requests.readToEnd()).as("requests beside those awaited").isEmpty();
    }

    assertThat(made).isEqualTo(IntStream.range(0, CAUSES).mapToObj(i -> "cause " + i).toList());
    assertThat(audited(cluster, codec)).isEqualTo(made);
    System.out.println(
        CAUSES + " causes, " + made.size() + " requests, " + CAUSES / KILL_EVERY + " kills");
  }

  /**
   * Waits until the end of a request is committed: alerts and runs come by two topics, and only
   * then is it sure that the next alert finds the request closed, even after a kill.
   */
  private static void awaitClosed(TestCluster cluster, ServiceProcess service, String requestId) {
    TopicPartition runs = new TopicPartition("electricity-retraining-runs-by-model-repartition", 0);
    await()
        .atMost(TIMEOUT)
        .until(() -> service.process().log().contains(requestId + " has come to an end"));
    try (Admin admin = cluster.newAdmin()) {
      await()
          .atMost(TIMEOUT)
          .until(
              () -> {
                long end =
                    admin
                        .listOffsets(Map.of(runs, OffsetSpec.latest()))
                        .partitionResult(runs)
                        .get()
                        .offset();
                OffsetAndMetadata committed =
                    admin
                        .listConsumerGroupOffsets("electricity-retraining")
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(runs);
                // The last record may be the marker of the transaction that wrote the run.
                return committed != null && committed.offset() >= end - 1;
              });
    }
  }

  private static DriftAlert alert(int month, String name) {
    Instant end = Instant.parse("1997-05-08T00:00:00Z").plus(Duration.ofDays(30L * month));
    return RetrainingTopologyTest.alert(name + " " + month, Severity.CRITICAL, end);
  }

  private static ServiceProcess start(TestCluster cluster) {
    int port = Ports.free();
    return ServiceProcess.start(
        RetrainingJob.class,
        List.of(
            "--pipeline=" + ELECTRICITY,
            "--bootstrap-servers=" + cluster.bootstrapServers(),
            "--registry-url=" + cluster.registryUrl(),
            "--state-dir=" + cluster.newDirectory("state"),
            "--http-port=" + port),
        port,
        cluster.newDirectory("log"));
  }

  /** The causes of the requests that the audit tells of. */
  private static List<String> audited(TestCluster cluster, AvroCodec codec) {
    try (TopicReader reader = cluster.newReader(Topics.AUDIT)) {
      return reader.readToEnd().stream()
          .map(record -> codec.decode(record.value(), AuditEvent.class))
          .filter(event -> event.getAction().equals("request-retraining"))
          .map(event -> String.valueOf(event.getDetails().get("cause")))
          .toList();
    }
  }
}
