package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.features.offline.maintenance.MaintenanceMain;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.flink.LocalCluster;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The offline job out of the distribution, in a process of its own that can be killed, with its
 * state and its tables; and the maintenance beside it.
 */
final class OfflineRun implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final TestCluster cluster;
  private final Path state;
  private final Path warehouse;
  private final OfflineTableReader tables;
  private Path pipelineFolder;
  private @Nullable JvmProcess job;
  private @Nullable JvmProcess maintenance;

  /** Clears the cluster and applies a pipeline to it. */
  OfflineRun(TestCluster cluster, Path pipelineFolder) throws IOException, PipelineException {
    this.cluster = cluster;
    cluster.clear();
    this.state = cluster.newDirectory("state");
    this.warehouse = cluster.newDirectory("warehouse");
    this.pipelineFolder = pipelineFolder;
    Pipeline pipeline = apply(pipelineFolder);
    this.tables =
        new OfflineTableReader(OfflineCatalog.of(warehouse.toString(), Map.of(), pipeline.name()));
  }

  /** Applies a pipeline, which the next start runs with. */
  Pipeline apply(Path folder) throws PipelineException {
    pipelineFolder = folder;
    Pipeline pipeline = PipelineReader.read(folder);
    new Applier(
            Map.of("bootstrap.servers", cluster.bootstrapServers()), cluster.newRegistryClient())
        .apply(pipeline, "test");
    return pipeline;
  }

  OfflineTableReader tables() {
    return tables;
  }

  /** Starts the job, with more options where some are given. */
  void start(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--registry-url",
                cluster.registryUrl(),
                "--state-dir",
                state.toString(),
                "--checkpoint-interval",
                "1s",
                "--rest-port",
                "0",
                "--metrics-port",
                "0"));
    arguments.addAll(List.of(more));
    arguments.add(OfflineJob.class.getName());
    job = process("local cluster", LocalCluster.class, arguments.toArray(String[]::new));
  }

  /** Waits until the job has ended by itself, and gives what it logged. */
  String awaitEnd() {
    JvmProcess ending = job;
    await().atMost(TIMEOUT).until(() -> !ending.isAlive());
    return ending.log();
  }

  /** Where the job's checkpoints lie. */
  Path state() {
    return state;
  }

  void startMaintenance() {
    maintenance =
        process("maintenance", MaintenanceMain.class, "--every", "100ms", "--keep-snapshots", "1s");
  }

  private JvmProcess process(String name, Class<?> main, String... own) {
    LeatHome home = LeatHome.find();
    List<String> arguments =
        new ArrayList<>(
            List.of("--pipeline", pipelineFolder.toString(), "--warehouse", warehouse.toString()));
    arguments.addAll(List.of(own));
    return JvmProcess.start(
        JvmProcess.Command.of(
                name,
                home.classPath("flink"),
                main.getName(),
                arguments,
                Path.of("target", name.replace(' ', '-') + ".log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // half the processor time of a start
                "@" + home.library("flink").resolve("jvm.options")));
  }

  /** Ends the job at once, and the maintenance too where it runs. */
  void kill() {
    if (job != null) {
      job.kill();
      job = null;
    }
    if (maintenance != null) {
      maintenance.kill();
      maintenance = null;
    }
  }

  /** Ends the job in order. */
  void stop() {
    if (job != null) {
      job.stop();
      job = null;
    }
  }

  String log() {
    return job == null ? "" : job.log();
  }

  String maintenanceLog() {
    return maintenance == null ? "" : maintenance.log();
  }

  /** Waits until each table has so many rows. */
  void awaitRows(int count, String... names) {
    await()
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> {
              for (String name : names) {
                assertThat(tables.count(name)).as(name).isEqualTo(count);
              }
            });
  }

  /** Waits until each table has so many files or fewer. */
  void awaitFiles(int count, String... names) {
    await()
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> {
              for (String name : names) {
                assertThat(tables.files(name)).as(name).hasSizeLessThanOrEqualTo(count);
              }
            });
  }

  List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    tables.close();
  }
}
