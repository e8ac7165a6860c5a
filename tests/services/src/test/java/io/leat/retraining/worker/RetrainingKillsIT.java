package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.Sha256;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.ModelVersion;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RolloutArm;
import io.leat.records.RunState;
import io.leat.records.Severity;
import io.leat.retraining.policy.RetrainingJob;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Episodes of drift to champions, by the policy service, the worker and a program that trains, each
 * of which is killed, and the broker too. Training sets lie where the worker looks for them; {@code
 * io.leat.cli.up.RetrainingWorkerIT} makes them of tables.
 */
class RetrainingKillsIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project"), "examples", "electricity");
  private static final Instant DRIFTED = Instant.parse("1997-05-08T00:00:00Z");
  private static final String WORKER = "electricity-retraining-worker";
  private static final int ROWS = 400;

  @TempDir private Path folder;
  private TestCluster cluster;
  private AvroCodec codec;
  private Pipeline pipeline;

  @Test
  void whoeverIsKilledAnEpisodeHasOneRunAndOneVersion() throws Exception {
    Path definition = copy();
    pipeline = PipelineReader.read(definition);
    Path go = folder.resolve("go");
    try (TestCluster started = TestCluster.startWithBrokerProcess()) {
      cluster = started;
      codec = new AvroCodec(cluster.newRegistryClient());
      new Applier(
              Map.of("bootstrap.servers", cluster.bootstrapServers()), cluster.newRegistryClient())
          .apply(pipeline, "test");
      Path state = folder.resolve("worker");
      String first = trainingSetOf(state, "episode 1");
      String second = trainingSetOf(state, "episode 2");

      try (ServiceProcess policy =
              start(RetrainingJob.class, definition, folder.resolve("policy"));
          ServiceProcess worker =
              start(
                  WorkerMain.class,
                  definition,
                  state,
                  "--artifacts=" + folder.resolve("artifacts"),
                  "--look-every=100ms")) {
        policy.awaitReady();
        worker.awaitReady();
        send(alert("episode 1", DRIFTED));
        send(alert("episode 1", DRIFTED));
        policy.kill();
        policy.restart();
        awaitStarts(1);

        program().destroyForcibly(); // the trainer itself
        awaitStarts(2);
        cluster.brokerProcess().process().kill();
        cluster.restartBroker();
        send(alert("episode 1", DRIFTED)); // told once more
        send(window(DRIFTED.plus(Duration.ofDays(8))));
        policy.kill();
        policy.restart();
        Files.createFile(go);
        Set<String> killedAt = killAtEachStep(worker, first);
        Files.delete(go);

        assertThat(killedAt).contains("evaluate", "publish", "roll-out");
        assertThat(champion()).isEqualTo(1);

        Instant later = DRIFTED.plus(Duration.ofDays(30));
        send(alert("episode 2", later));
        int before = starts().size();
        awaitStarts(before + 1);
        worker.kill(); // and with it what trains
        policy.kill();
        cluster.brokerProcess().process().kill();
        cluster.restartBroker();
        policy.restart();
        worker.restart();
        awaitStarts(before + 2);
        send(window(later.plus(Duration.ofDays(8))));
        Files.createFile(go);
        awaitEnd(second);
        worker.stop();
        send(window(later.plus(Duration.ofDays(60)))); // both are open still, and answered
        send(alert("episode 2", later.plus(Duration.ofDays(60))));
        send(alert("episode 3", later.plus(Duration.ofDays(61))));
        await("the policy has seen all that was sent")
            .atMost(TIMEOUT)
            .until(() -> requests().stream().anyMatch(one -> one.getCause().equals("episode 3")));
      }

      List<RetrainingRun> worked =
          runs().stream().filter(one -> one.getState() != RunState.STARTED).toList();
      assertThat(worked.stream().filter(one -> one.getState() == RunState.PROMOTED))
          .extracting(RetrainingRun::getCause)
          .containsExactly("episode 1", "episode 2");
      assertThat(worked.stream().filter(one -> one.getState() != RunState.LAPSED))
          .as("a window that the policy reads before it reads that a run began asks once more")
          .extracting(RetrainingRun::getRunId)
          .containsOnly(first, second);
      assertWholeVersions(2);
      System.out.printf(
          "retraining: the program was started %d times for two versions%n", starts().size());
    }
  }

  /**
   * Kills the worker as soon as it has written that it begins a step, for each step that comes
   * behind the training. Each record counts, however briefly the worker was at its step.
   */
  private Set<String> killAtEachStep(ServiceProcess worker, String run) {
    Set<String> killedAt = new LinkedHashSet<>();
    try (TopicReader reader = cluster.newReader(Topics.RETRAINING_RUNS)) {
      Predicate<List<ConsumerRecord<byte[], byte[]>>> ended =
          records -> {
            List<String> steps =
                records.stream()
                    .map(record -> codec.decode(record.value(), RetrainingRun.class))
                    .filter(one -> one.getRunId().equals(run))
                    .map(RetrainingRun::getStep)
                    .toList();
            if (killedAt.addAll(
                steps.stream().filter(step -> !step.isEmpty() && !step.equals("train")).toList())) {
              worker.kill();
              worker.restart();
            }
            return !steps.isEmpty() && steps.get(steps.size() - 1).isEmpty();
          };
      reader.await(ended, "the end of run " + run, TIMEOUT.multipliedBy(2));
    }
    assertThat(last(run).getState()).as(last(run).getMessage()).isEqualTo(RunState.PROMOTED);
    return killedAt;
  }

  private void awaitEnd(String run) {
    await("the end of run " + run).atMost(TIMEOUT).until(() -> last(run).getStep().isEmpty());
    assertThat(last(run).getState()).as(last(run).getMessage()).isEqualTo(RunState.PROMOTED);
  }

  private void awaitStarts(int count) {
    await("start %d of the program".formatted(count))
        .atMost(TIMEOUT)
        .until(() -> starts().size() >= count);
  }

  /** Process ids of the program, as often as it was started. */
  private List<String> starts() throws IOException {
    Path file = folder.resolve("starts");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private ProcessHandle program() throws IOException {
    List<String> pids = starts();
    return ProcessHandle.of(Long.parseLong(pids.get(pids.size() - 1))).orElseThrow();
  }

  private RetrainingRun last(String run) {
    List<RetrainingRun> records =
        runs().stream().filter(one -> one.getRunId().equals(run)).toList();
    return records.get(records.size() - 1);
  }

  private List<RetrainingRun> runs() {
    return read(Topics.RETRAINING_RUNS, RetrainingRun.class);
  }

  private List<RetrainingRequest> requests() {
    return read(Topics.RETRAINING_REQUESTS, RetrainingRequest.class);
  }

  private <T extends SpecificRecordBase> List<T> read(String topic, Class<T> type) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd().stream().map(record -> codec.decode(record.value(), type)).toList();
    }
  }

  private int champion() {
    return view().champion("price").map(RolloutArm::getNumber).orElse(0);
  }

  private RegistryView view() {
    return registry(ArtifactStore.open(folder.resolve("artifacts").toString())).view();
  }

  private ModelRegistry registry(ArtifactStore artifacts) {
    return new ModelRegistry(
        Map.of("bootstrap.servers", cluster.bootstrapServers()),
        cluster.newRegistryClient(),
        artifacts,
        InstantSource.system());
  }

  /** Each version's files are there, as they were published. */
  private void assertWholeVersions(int count) {
    try (ArtifactStore artifacts = ArtifactStore.open(folder.resolve("artifacts").toString())) {
      List<ModelVersion> versions = registry(artifacts).view().versions("price");
      assertThat(versions).hasSize(count);
      for (ModelVersion version : versions) {
        PublishedModel.open(version, PublishedModel.manifest(version), artifacts).close();
      }
      assertThat(champion()).isEqualTo(count);
    }
  }

  private void send(SpecificRecordBase record) {
    try (TopicWriter writer = cluster.newWriter()) {
      writer.sendRecord(
          record instanceof DriftAlert ? Topics.DRIFT_ALERTS : Topics.DRIFT_METRICS,
          "price",
          record);
      writer.flush();
    }
  }

  private static DriftAlert alert(String id, Instant end) {
    return DriftAlert.newBuilder()
        .setAlertId(id)
        .setMonitor("price")
        .setModel("price")
        .setKind("drift")
        .setFeature("event.vic_price")
        .setMetric("ks")
        .setState(AlertState.OPEN)
        .setSeverity(Severity.CRITICAL)
        .setWindowStart(end.minus(Duration.ofDays(7)))
        .setWindowEnd(end)
        .setValue(0.8)
        .setThreshold(0.1)
        .setMessage("event.vic_price drifted")
        .setReference("reference")
        .build();
  }

  private static DriftMetric window(Instant end) {
    return DriftMetric.newBuilder()
        .setMonitor("price")
        .setModel("price")
        .setFeature("event.vic_price")
        .setMetric("ks")
        .setWindowStart(end.minus(Duration.ofDays(7)))
        .setWindowEnd(end)
        .setEvents(100)
        .setNulls(0)
        .setThreshold(0.1)
        .setReference("reference")
        .build();
  }

  private ServiceProcess start(Class<?> service, Path definition, Path state, String... more) {
    int port = Ports.free();
    return ServiceProcess.start(
        service,
        Stream.concat(
                Stream.of(
                    "--pipeline=" + definition,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + state,
                    "--http-port=" + port),
                Stream.of(more))
            .toList(),
        port,
        cluster.newDirectory("log"));
  }

  /**
   * Puts the training set of an episode's first run where the worker looks for it.
   *
   * @return the run
   */
  private String trainingSetOf(Path state, String cause) throws IOException {
    String request = "price-" + Sha256.hex("price\n" + cause).substring(0, 16);
    String run = "run-" + Sha256.hex(request).substring(0, 16);
    Path set = state.resolve(WORKER).resolve("runs").resolve(run).resolve("training-set");
    Files.createDirectories(set);
    FeatureService service = pipeline.service("price").orElseThrow();
    Instant from = DRIFTED.minus(Duration.ofDays(30));
    ObjectMapper json = new ObjectMapper();
    ObjectNode lineage =
        json.createObjectNode().put("format", "leat-training-set").put("formatVersion", 1);
    lineage
        .putObject("service")
        .put("name", service.name())
        .put("version", service.version())
        .put("definition", service.definition());
    lineage.putArray("tables").addObject().put("table", "events_readings").put("snapshot", 1);
    lineage.putObject("split").put("testFrom", from.plusSeconds(2 * ROWS).toString());
    var files = lineage.putArray("files");
    List<String> parts =
        List.of(TrainingSetFolder.TRAIN, TrainingSetFolder.VALIDATION, TrainingSetFolder.TEST);
    for (int part = 0; part < parts.size(); part++) {
      Path file = set.resolve(parts.get(part));
      write(file, service, from.plusSeconds((long) part * ROWS));
      files.addObject().put("name", parts.get(part)).put("sha256", Sha256.hex(file));
    }
    Files.write(set.resolve(TrainingSetFolder.LINEAGE), json.writeValueAsBytes(lineage));
    return run;
  }

  private static void write(Path file, FeatureService service, Instant from) throws IOException {
    StringBuilder columns = new StringBuilder("message row { required int64 event_time");
    columns.append(" (TIMESTAMP(MICROS,true)); optional boolean label;");
    service.featureNames().forEach(name -> columns.append(" optional double " + name + ";"));
    MessageType type = MessageTypeParser.parseMessageType(columns + "}");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(type)
            .withConf(new PlainParquetConfiguration())
            .build()) {
      for (int row = 0; row < ROWS; row++) {
        Group group =
            new SimpleGroup(type)
                .append("event_time", from.plusSeconds(row).toEpochMilli() * 1_000)
                .append("label", row % 3 == 0);
        for (String feature : service.featureNames()) {
          group.append(feature, 0.1 + Math.abs(Math.sin(row)));
        }
        writer.write(group);
      }
    }
  }

  /** The example without monitors, and with a policy whose trainer waits until it may go on. */
  private Path copy() throws IOException {
    Path target = folder.resolve("pipeline");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".gz"))
          .forEach(
              file -> {
                String path = EXAMPLE.relativize(file).toString();
                if (path.startsWith("monitors") || path.startsWith("retraining")) {
                  return;
                }
                try {
                  Files.createDirectories(target.resolve(path).getParent());
                  Files.copy(file, target.resolve(path));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    Path script = folder.resolve("train.sh");
    Files.writeString(
        script,
        """
        echo $$ >> %1$s/starts
        while [ ! -e %1$s/go ]; do sleep 0.1; done
        mkdir -p model
        cp %2$s model/model.onnx
        """
            .formatted(folder, EXAMPLE.resolve("models/price/model.onnx")));
    Files.createDirectories(target.resolve("retraining"));
    Files.writeString(
        target.resolve("retraining/price.yaml"),
        """
        retraining: price
        when: [drift]
        cool_down: 7d
        trainer: { command: [sh, "%s"] }
        gates: { latency_p99: 10s }
        """
            .formatted(script));
    return target;
  }
}
