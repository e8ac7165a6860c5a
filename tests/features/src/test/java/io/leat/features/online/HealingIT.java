package io.leat.features.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.features.engine.ServiceReplay;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.HealingService;
import io.leat.schemas.AvroCodec;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The online store over damaged files, and over a topic that lost what it was to read next. */
class HealingIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String VECTORS = "features.spender";

  private final Path folder = ValidEvents.folder("shop");
  private TestCluster cluster;
  private Pipeline pipeline;
  private Path state;
  private ValidEvents events;
  private final List<GenericRecord> payments = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    cluster = TestCluster.shared();
    pipeline = ValidEvents.prepare(cluster, folder);
    state = cluster.newDirectory("features");
    events = new ValidEvents(cluster, pipeline.contracts().get(0));
  }

  @AfterEach
  void stop() {
    events.close();
    cluster.close();
  }

  @Test
  void damagedStoresAreRestoredFromTheirChangelogsWithoutAHand() throws Exception {
    send(600);
    try (Running running = new Running()) {
      awaitVectors(600);
    }
    damage(".sst", "MANIFEST-");

    send(600);
    try (Running running = new Running()) {
      awaitVectors(1_200);
      await().atMost(TIMEOUT).until(() -> running.ready().statusCode() == 200);
    }

    assertThat(vectors()).isEqualTo(replayed());
  }

  @Test
  void aPartitionWhosePositionIsLostStandsStillUntilItIsChosenWhereItGoesOn() throws Exception {
    send(100);
    try (Running running = new Running()) {
      awaitVectors(100);
    }
    send(50);
    deleteAllValidEvents();

    try (Running running = new Running()) {
      await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(running.ready().body())
                      .contains("shop-features stands at payments.valid/")
                      .contains("were deleted (retention, or by hand) before they were read")
                      .contains("--on-lost-position nearest"));
      assertThat(running.ready().statusCode()).isEqualTo(503);
      send(30);
      assertThat(vectors()).hasSize(100);
    }

    try (Running running = new Running("--on-lost-position", "nearest")) {
      awaitVectors(130);
      await().atMost(TIMEOUT).until(() -> running.ready().statusCode() == 200);
    }
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      GenericRecord payment = new GenericData.Record(pipeline.contracts().get(0).schema());
      payment.put("payment_id", (long) payments.size());
      payment.put("paid_at", 1_700_000_000_000L);
      payment.put("customer_id", "c" + payments.size() % 7);
      payment.put("terminal_id", "t" + payments.size() % 5);
      payment.put("amount", payments.size() % 100 + 0.25);
      payments.add(payment);
      events.send(payment);
    }
    events.flush();
  }

  private void deleteAllValidEvents() throws Exception {
    try (Admin admin = cluster.newAdmin()) {
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      int partitions = pipeline.contracts().get(0).topic().partitions();
      for (int partition = 0; partition < partitions; partition++) {
        TopicPartition one = new TopicPartition("payments.valid", partition);
        long end =
            admin.listOffsets(Map.of(one, OffsetSpec.latest())).all().get().get(one).offset();
        all.put(one, RecordsToDelete.beforeOffset(end));
      }
      admin.deleteRecords(all).all().get();
    }
  }

  /** Overwrites a part of every file of the stores that is named so. */
  private void damage(String... names) throws IOException {
    try (Stream<Path> files = Files.walk(state)) {
      List<Path> found =
          files
              .filter(Files::isRegularFile)
              .filter(file -> Stream.of(names).anyMatch(file.getFileName().toString()::contains))
              .toList();
      assertThat(found).isNotEmpty();
      for (Path file : found) {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length / 4, bytes.length * 3 / 4, (byte) 0x5a);
        Files.write(file, bytes);
      }
    }
  }

  private void awaitVectors(int count) {
    await().atMost(TIMEOUT).untilAsserted(() -> assertThat(vectors()).hasSize(count));
  }

  /** By event id; a vector that is there twice fails the test. */
  private Map<String, List<@Nullable Object>> vectors() {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    try (TopicReader reader = cluster.newReader(VECTORS)) {
      return reader.readToEnd().stream()
          .map(ConsumerRecord::value)
          .map(value -> codec.decode(value, FeatureVector.class))
          .collect(Collectors.toMap(FeatureVector::getEventId, FeatureVector::getValues));
    }
  }

  private Map<String, List<@Nullable Object>> replayed() {
    ServiceReplay replay = new ServiceReplay(pipeline.service("spender").orElseThrow(), pipeline);
    Map<String, List<@Nullable Object>> expected = new HashMap<>();
    payments.forEach(
        payment ->
            replay
                .feed("payments", payment)
                .ifPresent(vector -> expected.put(vector.eventId(), vector.values())));
    return expected;
  }

  /** The service in this process, and the thread that waits for it, as its main does. */
  private final class Running implements AutoCloseable {
    private final HealingService service;

    Running(String... more) throws Exception {
      JobOptions options = new JobOptions();
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--pipeline=" + folder,
                  "--bootstrap-servers=" + cluster.bootstrapServers(),
                  "--registry-url=" + cluster.registryUrl(),
                  "--state-dir=" + state,
                  "--http-port=0"));
      arguments.addAll(List.of(more));
      new CommandLine(options).parseArgs(arguments.toArray(String[]::new));
      service = HealingService.start(new OnlineStore(), options);
      Thread waiting = new Thread(this::await, "waits");
      waiting.setDaemon(true);
      waiting.start();
    }

    private void await() {
      try {
        service.awaitStop();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    HttpResponse<String> ready() throws Exception {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://localhost:%d/health/ready"
                              .formatted(service.service().httpPort())))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
      service.close();
    }
  }
}
