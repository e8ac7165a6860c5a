package io.leat.cli.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.EventIdentity;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.OnlineStore;
import io.leat.features.online.StateStores;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.backfill.BackfillRecord;
import io.leat.schemas.backfill.BackfillStatus;
import io.leat.schemas.backfill.BackfillTopic;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A view that comes late: events have been through the online store and into the tables; then the
 * view is declared, and backfilled while events go on and the store is killed, twice. In the end
 * its store holds what the engine makes of every event there ever was, each counted once.
 */
class BackfillIT {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project"), "cli/src/test/resources/ledger");
  private static final int BEFORE = 20_000;
  private static final int AFTER = 1_000;
  private static final int TERMINALS = 12;
  private static final int CUSTOMERS = 300;
  private static final long FIRST = 1_700_000_000_000L;
  private static final long SPAN = Duration.ofDays(4).toMillis();
  private static final long END = FIRST + SPAN + Duration.ofHours(1).toMillis();
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final String OFFLINE_JOB = "io.leat.features.offline.OfflineJob";

  @TempDir private Path temporary;
  private final Random random = new Random(Soak.seed());
  private final List<GenericRecord> payments = new ArrayList<>();

  @Test
  void aViewThatIsDeclaredLateCountsEveryEventThereEverWasOnce() throws Exception {
    Path folder = copyOfExample();
    Contract contract = PipelineReader.read(folder).contracts().get(0);
    try (TestCluster cluster = TestCluster.shared()) {
      apply(cluster, folder);
      JvmProcess offline = offlineJob(cluster, folder);
      try (TopicWriter writer = cluster.newWriter();
          TopicReader ledger = cluster.newReader(Topics.features("ledger"))) {
        int schemaId =
            cluster
                .newRegistryClient()
                .register(Topics.valueSubject(Topics.valid("payments")), contract.schema());
        AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
        Sender sender = new Sender(contract, codec, schemaId, writer);
        for (int i = 0; i < BEFORE; i++) {
          sender.send(payment(contract, FIRST + i * SPAN / BEFORE));
        }
        writer.flush();
        try (ServiceProcess store = online(cluster, folder)) {
          ledger.await(BEFORE, TIMEOUT);
          store.stop();
        }

        declareTerminals(folder);
        apply(cluster, folder);
        try (ServiceProcess store = online(cluster, folder)) {
          backfill(cluster, folder, contract, sender, store);
          try (TopicReader risk = cluster.newReader(Topics.features("risk"))) {
            List<ConsumerRecord<byte[], byte[]>> vectors =
                new ArrayList<>(risk.await(payments.size() - BEFORE, TIMEOUT));
            for (int i = 0; i < AFTER; i++) {
              sender.send(payment(contract, END));
            }
            writer.flush();
            vectors.addAll(risk.await(AFTER, TIMEOUT));
            assertFullWindows(cluster.newRegistryClient(), vectors);
          }
          assertStoreIsWhatTheEngineMakesOfTheLog(cluster, PipelineReader.read(folder));

          CommandRun again = runBackfill(cluster, folder);
          assertThat(again.code()).as(again.out()).isZero();
          assertThat(again.out()).contains("nothing is to be done");
        }
      } finally {
        offline.kill();
      }
    }
  }

  /** Runs the command; events go on meanwhile, and the store is killed while it takes in. */
  private void backfill(
      TestCluster cluster, Path folder, Contract contract, Sender sender, ServiceProcess store)
      throws Exception {
    ScheduledExecutorService feeder = Executors.newSingleThreadScheduledExecutor();
    try (TopicReader topic = cluster.newReader(BackfillTopic.name("ledger", "terminals", 1))) {
      feeder.scheduleAtFixedRate(
          () -> sender.send(payment(contract, FIRST + SPAN + payments.size() - BEFORE)),
          0,
          10,
          TimeUnit.MILLISECONDS);
      CompletableFuture<CommandRun> earlier =
          CompletableFuture.supplyAsync(() -> runBackfill(cluster, folder));
      topic.await(
          records ->
              earlier.isDone()
                  || records.stream().anyMatch(one -> read(one) instanceof BackfillRecord.Entry),
          "an entry",
          TIMEOUT);
      CompletableFuture<CommandRun> command =
          CompletableFuture.supplyAsync(() -> runBackfill(cluster, folder));
      store.kill();
      store.restart();
      topic.await(
          records ->
              command.isDone()
                  || records.stream().anyMatch(one -> read(one) instanceof BackfillRecord.Complete),
          "the end of the run",
          TIMEOUT);
      store.kill();
      store.restart();
      CommandRun run = command.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      System.out.println(run.out());
      assertThat(run.code()).as(run.out()).isZero();
      assertThat(run.out()).contains("View terminals@1 is live.");
      // It handed its states over before the other began, or gave way to it.
      CommandRun first = earlier.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      assertThat(first.out())
          .containsAnyOf("View terminals@1 is live.", "begun after this one and goes on");
      assertThat(
              BackfillStatus.read(
                      Map.of("bootstrap.servers", cluster.bootstrapServers()),
                      BackfillTopic.name("ledger", "terminals", 1))
                  .isWaiting())
          .as("what says that the view is live is not deleted with what it was made of")
          .isFalse();
    } finally {
      feeder.shutdown();
      assertThat(feeder.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static BackfillRecord read(ConsumerRecord<byte[], byte[]> record) {
    return BackfillRecord.of(record.key(), record.value(), record.headers());
  }

  private static CommandRun runBackfill(TestCluster cluster, Path folder) {
    return CommandRun.of(
        "backfill",
        "terminals",
        "--pipeline=" + folder,
        "--dir=" + folder.resolveSibling("leat"),
        "--warehouse=" + folder.resolveSibling("warehouse"),
        "--bootstrap-servers=" + cluster.bootstrapServers());
  }

  /** The last events happened at one time: each terminal's counts are those of all its events. */
  private void assertFullWindows(
      RegistryClient registry, List<ConsumerRecord<byte[], byte[]>> vectors) {
    AvroCodec codec = new AvroCodec(registry);
    Map<String, Set<Long>> counts = new TreeMap<>();
    int waiting = 0;
    for (ConsumerRecord<byte[], byte[]> record : vectors) {
      assertThat(RecordHeaders.get(record.headers(), RecordHeaders.LATE_FOR)).isEmpty();
      boolean notYet = RecordHeaders.get(record.headers(), RecordHeaders.NOT_YET).isPresent();
      FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
      Object count = vector.getValues().get(1);
      String terminal = vector.getKeys().get("terminal");
      waiting += notYet ? 1 : 0;
      if (notYet || terminal == null) {
        assertThat(count).isNull();
      } else if (vector.getEventTime().toEpochMilli() == END) {
        assertThat(counts.computeIfAbsent(terminal, t -> new TreeSet<>()).add((Long) count))
            .as("%s has the count %s once", terminal, count)
            .isTrue();
      }
    }
    System.out.printf(
        "%d vectors since the view was declared, %d of them while it waited%n",
        vectors.size(), waiting);
    assertThat(waiting).isBetween(1, vectors.size() - AFTER);
    assertThat(counts).hasSize(TERMINALS);
    counts.forEach(
        (terminal, found) -> {
          long all = payments.stream().filter(one -> terminal.equals(terminalOf(one))).count();
          assertThat(found)
              .as(terminal)
              .containsExactlyElementsOf(
                  LongStream.rangeClosed(all - found.size() + 1, all).boxed().toList());
        });
  }

  private void assertStoreIsWhatTheEngineMakesOfTheLog(TestCluster cluster, Pipeline pipeline) {
    FeatureView view = pipeline.view(new ViewId("terminals", 1)).orElseThrow();
    EntriesInMemory online = new EntriesInMemory();
    try (TopicReader changelog = cluster.newReader(StateStores.changelog("ledger", view))) {
      for (ConsumerRecord<byte[], byte[]> change : changelog.readToEnd()) {
        if (change.value() == null) {
          online.remove(change.key());
        } else {
          online.put(change.key(), change.value());
        }
      }
    }
    Contract contract = pipeline.contracts().get(0);
    ViewEngine engine = new ViewEngine(view, contract);
    EntriesInMemory expected = new EntriesInMemory();
    Set<String> keys = new TreeSet<>();
    for (GenericRecord payment : payments) {
      String key = terminalOf(payment);
      if (key != null) {
        keys.add(key);
        engine.update(expected, key.getBytes(UTF_8), payment);
      }
    }
    for (String key : keys) {
      for (long time : List.of(END, END - Duration.ofHours(20).toMillis())) {
        byte[] name = key.getBytes(UTF_8);
        assertThat(engine.evaluate(online, name, time * 1_000))
            .as("%s at %d", key, time)
            .containsExactly(engine.evaluate(expected, name, time * 1_000));
      }
    }
    assertThat(
            online.asMap().keySet().stream()
                .filter(name -> ViewEngine.isKey(name.array()))
                .map(name -> UTF_8.decode(name.duplicate()).toString()))
        .containsExactlyInAnyOrderElementsOf(keys);
    System.out.printf(
        "%d events, %d keys, %d entries, equal%n",
        payments.size(), keys.size(), online.asMap().size());
  }

  private static @Nullable String terminalOf(GenericRecord payment) {
    Object terminal = payment.get("terminal_id");
    return terminal == null ? null : terminal.toString();
  }

  /** One in twenty has no terminal. */
  private GenericRecord payment(Contract contract, long time) {
    GenericRecord payment = new GenericData.Record(contract.schema());
    payment.put("payment_id", (long) payments.size());
    payment.put("paid_at", time);
    payment.put("customer_id", "c" + random.nextInt(CUSTOMERS));
    payment.put("terminal_id", random.nextInt(20) == 0 ? null : "t" + random.nextInt(TERMINALS));
    payment.put("amount", random.nextInt(1, 100_000) / 100.0);
    return payment;
  }

  /** Stands in for ingestion. */
  private final class Sender {
    private final EventIdentity identity;
    private final AvroCodec codec;
    private final int schemaId;
    private final TopicWriter writer;

    Sender(Contract contract, AvroCodec codec, int schemaId, TopicWriter writer) {
      this.identity = new EventIdentity(contract);
      this.codec = codec;
      this.schemaId = schemaId;
      this.writer = writer;
    }

    void send(GenericRecord payment) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              Topics.valid("payments"),
              payment.get("customer_id").toString().getBytes(UTF_8),
              codec.encode(schemaId, payment));
      RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, identity.id(payment));
      RecordHeaders.set(
          record.headers(), RecordHeaders.EVENT_TIME, "" + identity.timeMicros(payment) / 1_000);
      RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, "payments/0/" + payments.size());
      writer.send(record);
      payments.add(payment);
    }
  }

  private static void apply(TestCluster cluster, Path folder) {
    CommandRun applied =
        CommandRun.of(
            "apply",
            folder.toString(),
            "--bootstrap-servers=" + cluster.bootstrapServers(),
            "--registry-url=" + cluster.registryUrl());
    assertThat(applied.code()).as(applied.out()).isZero();
  }

  private static void declareTerminals(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("features/terminals.yaml"),
        """
        view: terminals
        version: 1
        entity: terminal
        source: payments
        windows: [1h, 2d, lifetime]
        resolution: 1s
        backfill: true
        aggregations:
          - payments: count
          - taken: sum(amount)
          - customers: count_distinct(customer_id)
          - recent: last_n(customer_id, 2)
        """);
    Files.writeString(
        folder.resolve("services/risk.yaml"),
        """
        service: risk
        version: 1
        spine: payments
        features: [event.amount, terminals.payments_lifetime]
        """);
  }

  private JvmProcess offlineJob(TestCluster cluster, Path folder) {
    LeatHome home = LeatHome.find();
    return JvmProcess.start(
        JvmProcess.Command.of(
                "offline job",
                home.classPath("flink"),
                "io.leat.runtime.flink.LocalCluster",
                List.of(
                    "--pipeline=" + folder,
                    "--warehouse=" + folder.resolveSibling("warehouse"),
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + temporary.resolve("offline"),
                    "--checkpoint-interval=2s",
                    "--rest-port=0",
                    "--metrics-port=0",
                    OFFLINE_JOB),
                Path.of("target", "backfill-offline.log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "@" + home.library("flink").resolve("jvm.options")));
  }

  private ServiceProcess online(TestCluster cluster, Path folder) {
    int port = Ports.free();
    return ServiceProcess.start(
        JvmProcess.Command.of(
                "online store",
                ServiceProcess.testClassPath(),
                OnlineStore.class.getName(),
                List.of(
                    "--pipeline=" + folder,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--state-dir=" + temporary.resolve("online"),
                    "--http-port=" + port),
                Path.of("target", "backfill-online.log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED"),
        port);
  }

  private Path copyOfExample() throws IOException {
    Path copy = temporary.resolve("ledger");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      for (Path file : files.toList()) {
        Path target = copy.resolve(EXAMPLE.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return copy;
  }
}
