package io.leat.cli.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.cli.CommandRun;
import io.leat.features.engine.ServiceReplay;
import io.leat.features.online.OnlineStore;
import io.leat.features.server.FeatureServer;
import io.leat.features.server.ServerSettings;
import io.leat.ingestion.IngestionJob;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AuditEvent;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A view gets a second version while its first is read: real broker, registry, ingestion, online
 * store and two feature servers, and a reader that never stops.
 */
class PromoteViewIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final int FIRST = 200;
  private static final int MORE = 100;
  private static final int CUSTOMERS = 8;
  private static final Instant BEGINNING =
      Instant.now().minus(Duration.ofMinutes(40)).truncatedTo(ChronoUnit.SECONDS);

  /** All payments lie within the hour before. */
  private static final Instant AS_OF = BEGINNING.plus(Duration.ofMinutes(30));

  private static final String SPENDING =
      """
      view: spending
      version: 1
      entity: customer
      source: payments
      windows: [1h]
      aggregations:
        - payments: count
        - total: sum(amount)
      """;

  private static final String SCHEMA =
      """
      {"type": "record", "name": "Payment", "namespace": "io.leat.tests", "fields": [
        {"name": "payment_id", "type": "long"},
        {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "customer_id", "type": "string"},
        {"name": "terminal_id", "type": "string"},
        {"name": "amount", "type": "double"}
      ]}
      """;

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final JsonMapper JSON = new JsonMapper();

  private final List<GenericRecord> sent = new ArrayList<>();

  @Test
  void aSecondVersionTakesOverAndBackAgainWithoutAFailedReadOrALostState() throws Exception {
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = pipeline(cluster.newDirectory("shop"));
      Path storeState = cluster.newDirectory("store");
      Path oneState = cluster.newDirectory("one");
      Path twoState = cluster.newDirectory("two");
      run(cluster, 0, "apply", folder.toString());

      try (StreamsService ingestion =
              StreamsService.start(
                  new IngestionJob(), options(cluster, folder, cluster.newDirectory("ingestion")));
          TopicReader vectors = cluster.newReader(Topics.features("fraud"))) {
        FeatureServer one;
        FeatureServer two;
        Readers readers;
        try (StreamsService store =
            StreamsService.start(new OnlineStore(), options(cluster, folder, storeState))) {
          pay(cluster, FIRST);
          vectors.await(FIRST, TIMEOUT);
          one = server(cluster, folder, oneState);
          two = server(cluster, folder, twoState);
          readers = new Readers(one, two);
          assertThat(store.failure()).isEmpty();
        }

        addSecondVersion(folder);
        assertThat(promote(cluster, folder, "spending@2", 1))
            .contains("spending@2 was not promoted; spending still means version 1")
            .contains("it was not applied")
            .contains("there is no topic shop-features-spending-v2-changelog")
            .doesNotContain("it lacks");
        run(cluster, 0, "apply", folder.toString());

        try (readers;
            StreamsService store =
                StreamsService.start(new OnlineStore(), options(cluster, folder, storeState))) {
          pay(cluster, MORE);
          vectors.await(MORE, TIMEOUT);
          assertThat(store.failure()).isEmpty();
          assertVectorsAreOfAllPayments(cluster, folder);

          readers.without(one);
          one.close();
          one = server(cluster, folder, oneState);
          readers.with(one);
          readers.without(two);
          two.close();
          two = server(cluster, folder, twoState);
          readers.with(two);

          String first = value(one, "spending@v1:total_1h");
          String second = value(one, "spending@v2:total_1h");
          assertThat(first).isEqualTo(total(sent));
          assertThat(second).isEqualTo(total(sent.subList(FIRST, FIRST + MORE)));
          assertThat(first).isNotEqualTo(second);
          assertThat(value(one, "spending:total_1h")).isEqualTo(first);
          assertThat(value(two, "spending:total_1h")).isEqualTo(first);
          readers.forgetValues();

          assertThat(promote(cluster, folder, "spending@2", 0))
              .contains("spending means version 2 from now on, in place of version 1");
          awaitValue(one, second);
          awaitValue(two, second);
          assertThat(serviceTotal(one))
              .as("of the service, which means version 1")
              .isEqualTo(first);
          assertThat(run(cluster, 0, "promote-view", "--pipeline=" + folder))
              .contains("spending@1: not promoted; not ready: it lacks largest_1h, which")
              .contains("; used by fraud@1")
              .contains("spending@2: promoted; ready; used by no service");

          assertThat(promote(cluster, folder, "spending@1", 1))
              .contains("spending@1 was not promoted; spending still means version 2")
              .contains("it lacks largest_1h, which readers of version 2 may ask for");
          assertThat(
                  run(
                      cluster,
                      0,
                      "promote-view",
                      "spending@1",
                      "--allow-missing-features",
                      "--pipeline=" + folder))
              .contains("spending means version 1 from now on, in place of version 2");
          awaitValue(one, first);
          awaitValue(two, first);
          readers.stop();
          assertThat(readers.values()).containsExactlyInAnyOrder(first, second);
          assertThat(ingestion.failure()).isEmpty();
        } finally {
          one.close();
          two.close();
        }
        assertThat(readers.failures()).isEmpty();
        System.out.printf("%d reads, none failed%n", readers.answered());
        assertThat(audit(cluster)).containsExactly("1 -> 2", "2 -> 1");
        refusesWhatIsNotThere(cluster, folder);
        refusesWhatIsBehind(cluster, folder);
        saysThatThePromotedVersionIsGone(cluster, folder);
      }
    }
  }

  private static void refusesWhatIsNotThere(TestCluster cluster, Path folder) throws IOException {
    assertThat(promote(cluster, folder, "spending@3", 1))
        .contains("The pipeline shop has no spending@3; it has spending@1, spending@2.");
    assertThat(promote(cluster, folder, "profits@1", 1))
        .contains("The pipeline shop has no view profits; it has spending, takings.");
    assertThat(promote(cluster, folder, "spending", 2))
        .contains("'spending' is no version of a view; expected view@version");

    Files.writeString(
        folder.resolve("features/spending_3.yaml"),
        SPENDING.replace("version: 1", "version: 3").replace("  - total: sum(amount)\n", ""));
    assertThat(promote(cluster, folder, "spending@3", 1))
        .contains("it lacks total_1h, which readers of version 1 may ask for");
    assertThat(
            run(
                cluster,
                1,
                "promote-view",
                "spending@3",
                "--allow-missing-features",
                "--pipeline=" + folder))
        .contains("it was not applied")
        .doesNotContain("it lacks");

    Files.delete(folder.resolve("features/spending_3.yaml"));
  }

  /** Ingestion goes on, and the store stands. */
  private void refusesWhatIsBehind(TestCluster cluster, Path folder) {
    pay(cluster, MORE);
    try (TopicReader valid = cluster.newReader(Topics.valid("payments"))) {
      valid.await(FIRST + 2 * MORE, TIMEOUT);
    }

    assertThat(
            run(
                cluster,
                1,
                "promote-view",
                "spending@2",
                "--max-lag=" + MORE / 2,
                "--pipeline=" + folder))
        .contains("the online store (group shop-features) is ")
        .contains(" records behind on payments.valid, where --max-lag allows 50");
  }

  private static void saysThatThePromotedVersionIsGone(TestCluster cluster, Path folder)
      throws IOException {
    run(cluster, 0, "promote-view", "spending@2", "--pipeline=" + folder);
    Files.delete(folder.resolve("features/spending_2.yaml"));
    assertThat(run(cluster, 0, "plan", folder.toString()))
        .contains(
            "~ definition promotion/spending: version 2 is promoted, and the pipeline no more declares it; the name alone means version 1, the lowest.");
  }

  /** Two threads that read the view by its name alone, each request from the next server. */
  private static final class Readers implements AutoCloseable {
    private final List<FeatureServer> servers = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final Set<String> values = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<Thread> threads;
    private volatile boolean stopped;

    Readers(FeatureServer... servers) {
      this.servers.addAll(Arrays.asList(servers));
      this.threads =
          IntStream.range(0, 2).mapToObj(n -> new Thread(this::read, "reader-" + n)).toList();
      for (Thread thread : threads) {
        thread.setDaemon(true);
        thread.start();
      }
    }

    private void read() {
      while (!stopped) {
        try {
          values.add(value(nextPort(), "spending:total_1h"));
          answered.incrementAndGet();
        } catch (Exception | AssertionError e) {
          failures.add(e.toString());
        }
      }
    }

    /** A server that is closed has no port any more: it is asked for before that. */
    private int nextPort() {
      synchronized (servers) {
        return servers.get(turn.incrementAndGet() % servers.size()).httpPort();
      }
    }

    /** From here on no request goes to a server; one that is under way it still answers. */
    void without(FeatureServer server) {
      synchronized (servers) {
        servers.remove(server);
      }
    }

    void with(FeatureServer server) {
      servers.add(server);
    }

    void forgetValues() {
      // Requests that are under way answer with what holds now as well.
      values.clear();
    }

    Set<String> values() {
      return new TreeSet<>(values);
    }

    List<String> failures() {
      return List.copyOf(failures);
    }

    int answered() {
      return answered.get();
    }

    void stop() throws InterruptedException {
      stopped = true;
      for (Thread thread : threads) {
        thread.join();
      }
    }

    @Override
    public void close() throws InterruptedException {
      stop();
    }
  }

  private static Path pipeline(Path folder) throws IOException {
    write(
        folder,
        "pipeline.yaml",
        "{ pipeline: shop, owner: tests, entities: { customer: { key: customer_id }, terminal: { key: terminal_id } } }");
    write(
        folder,
        "contracts/payments.yaml",
        """
        event: payments
        schema: payments.avsc
        key: customer_id
        event_id: payment_id
        event_time: paid_at
        topic: { partitions: 2 }
        """);
    write(folder, "contracts/payments.avsc", SCHEMA);
    write(folder, "features/spending.yaml", SPENDING);
    write(
        folder,
        "features/takings.yaml",
        SPENDING.replace("spending", "takings").replace("entity: customer", "entity: terminal"));
    write(
        folder,
        "services/fraud.yaml",
        "{ service: fraud, version: 1, spine: payments, features: [spending.*, takings.payments_1h] }");
    return folder;
  }

  /** The second version differs by one feature, and by what came before its start. */
  private static void addSecondVersion(Path folder) throws IOException {
    write(
        folder,
        "features/spending_2.yaml",
        SPENDING.replace("version: 1", "version: 2") + "  - largest: max(amount)\n");
    Path service = folder.resolve("services/fraud.yaml");
    Files.writeString(service, Files.readString(service).replace("spending.*", "spending@1.*"));
  }

  private static void write(Path folder, String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  private void pay(TestCluster cluster, int count) {
    Schema schema = new Schema.Parser().parse(SCHEMA);
    try (TopicWriter writer = cluster.newWriter()) {
      for (int i = 0; i < count; i++) {
        int id = sent.size();
        GenericRecord payment = new GenericData.Record(schema);
        payment.put("payment_id", (long) id);
        payment.put("paid_at", BEGINNING.plusSeconds(id).toEpochMilli());
        payment.put("customer_id", "c" + id % CUSTOMERS);
        payment.put("terminal_id", "t" + id % 5);
        payment.put("amount", id / 4.0 + 1);
        writer.send("payments", "c" + id % CUSTOMERS, payment);
        sent.add(payment);
      }
    }
  }

  /** Of each customer the payments came in order, so that every value is the engine's. */
  private void assertVectorsAreOfAllPayments(TestCluster cluster, Path folder) throws Exception {
    Pipeline pipeline = PipelineReader.read(folder);
    ServiceReplay replay = new ServiceReplay(pipeline.service("fraud").orElseThrow(), pipeline);
    Map<String, List<@Nullable Object>> expected = new HashMap<>();
    for (GenericRecord payment : sent) {
      ServiceReplay.Vector vector = replay.feed("payments", payment).orElseThrow();
      expected.put(vector.eventId(), vector.values().subList(0, 2));
    }
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    Map<String, List<@Nullable Object>> found = new HashMap<>();
    try (TopicReader reader = cluster.newReader(Topics.features("fraud"))) {
      reader
          .readToEnd()
          .forEach(
              record -> {
                FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
                found.put(vector.getEventId(), vector.getValues().subList(0, 2));
              });
    }
    assertThat(found).hasSize(FIRST + MORE).isEqualTo(expected);
  }

  /** The sum over the payments of customer c0, as JSON has it. */
  private static String total(List<GenericRecord> payments) {
    return Double.toString(
        payments.stream()
            .filter(payment -> payment.get("customer_id").equals("c0"))
            .mapToDouble(payment -> (double) payment.get("amount"))
            .sum());
  }

  private static List<String> audit(TestCluster cluster) {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    try (TopicReader reader = cluster.newReader(Topics.AUDIT)) {
      return reader.readToEnd().stream()
          .map(record -> codec.decode(record.value(), AuditEvent.class))
          .filter(event -> event.getAction().equals("promote-view"))
          .map(event -> event.getDetails().get("from") + " -> " + event.getDetails().get("to"))
          .toList();
    }
  }

  private static FeatureServer server(TestCluster cluster, Path folder, Path state)
      throws PipelineException {
    FeatureServer server =
        FeatureServer.start(options(cluster, folder, state), ServerSettings.LOCAL);
    await().atMost(TIMEOUT).until(server::isReady);
    return server;
  }

  private static JobOptions options(TestCluster cluster, Path folder, Path state) {
    return JobOptions.of(folder, cluster.bootstrapServers(), cluster.registryUrl(), state, 0);
  }

  private static String promote(TestCluster cluster, Path folder, String view, int code) {
    return run(cluster, code, "promote-view", view, "--pipeline=" + folder);
  }

  private static String run(TestCluster cluster, int code, String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("--bootstrap-servers=" + cluster.bootstrapServers());
    all.add("--registry-url=" + cluster.registryUrl());
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertThat(run.code()).as(run.out()).isEqualTo(code);
    return run.out();
  }

  private static void awaitValue(FeatureServer server, String value) {
    await().atMost(TIMEOUT).until(() -> value(server, "spending:total_1h").equals(value));
  }

  /** A feature of customer c0. */
  private static String value(FeatureServer server, String reference) throws Exception {
    return value(server.httpPort(), reference);
  }

  private static String value(int port, String reference) throws Exception {
    return column(port, "\"features\":[\"%s\"]".formatted(reference), "total_1h");
  }

  private static String serviceTotal(FeatureServer server) throws Exception {
    return column(
        server.httpPort(),
        "\"feature_service\":\"fraud\",\"full_feature_names\":true",
        "spending__total_1h");
  }

  private static String column(int port, String what, String column) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/get-online-features"))
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"entities\":{\"customer_id\":[\"c0\"],\"terminal_id\":[\"t0\"]},%s,\"as_of\":\"%s\"}"
                            .formatted(what, AS_OF)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode body = JSON.readTree(answer.body());
    List<String> names = new ArrayList<>();
    body.path("metadata").path("feature_names").forEach(name -> names.add(name.asText()));
    assertThat(names).contains(column);
    JsonNode found = body.path("results").path(names.indexOf(column));
    assertThat(found.path("statuses").path(0).asText()).as(answer.body()).isEqualTo("PRESENT");
    return found.path("values").path(0).toString();
  }
}
