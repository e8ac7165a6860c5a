package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.features.online.OnlineStore;
import io.leat.features.online.ValidEvents;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.access.Access;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real broker, the real online store and the real server, asked over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeatureServerIT {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();

  private TestCluster cluster;

  @BeforeAll
  void start() {
    cluster = TestCluster.sharedWithBrokerProcess();
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void answersWithTheValuesOfTheLastVectorAtItsTimeAlsoAfterARestart() throws Exception {
    Path folder = ValidEvents.folder("shop");
    Pipeline pipeline = ValidEvents.prepare(cluster, folder);
    Path serverState = cluster.newDirectory("server");
    try (ValidEvents events = new ValidEvents(cluster, pipeline.contracts().get(0));
        TopicReader vectors = cluster.newReader("features.fraud")) {
      try (StreamsService store =
          StreamsService.start(new OnlineStore(), options(folder, cluster.newDirectory("store")))) {
        pay(events, 0, 300);
        FeatureVector last = last(vectors.await(300, TIMEOUT));
        try (FeatureServer server =
            FeatureServer.start(options(folder, serverState), ServerSettings.LOCAL)) {
          awaitReady(server);
          assertSame(server, last);
          assertStatusesAndLag(server);
        }
        pay(events, 300, 50); // while no server runs
        last = last(vectors.await(50, TIMEOUT));
        try (FeatureServer server =
            FeatureServer.start(options(folder, serverState), ServerSettings.LOCAL)) {
          awaitReady(server);
          assertSame(server, last);
        }
        assertThat(store.failure()).isEmpty();
      }
      // The server goes on answering while no store runs.
      try (FeatureServer server =
          FeatureServer.start(options(folder, serverState), ServerSettings.LOCAL)) {
        awaitReady(server);
        assertThat(
                ask(
                        server,
                        "{\"entities\":{\"customer_id\":[\"c1\"]},\"feature_service\":\"spender\"}")
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void showsNoStateOfAnOpenOrAbortedTransaction() throws Exception {
    Path folder = copyOfShop("unsettled");
    Pipeline pipeline = PipelineReader.read(folder);
    FeatureView spending = pipeline.view(new ViewId("spending", 1)).orElseThrow();
    String changelog = "unsettled-features-spending-v1-changelog";
    cluster.createTopic(changelog, 2, Map.of("cleanup.policy", "compact"));
    cluster.createTopic(
        "unsettled-features-takings-v1-changelog", 2, Map.of("cleanup.policy", "compact"));
    States engine = new States(spending, pipeline.contracts().get(0));
    byte[] one = engine.with(payment(pipeline, 1, "c1", 10));
    byte[] two = engine.with(payment(pipeline, 2, "c1", 5));

    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "t-1"));
        KafkaProducer<byte[], byte[]> outside = producer(Map.of());
        FeatureServer server =
            FeatureServer.start(
                options(folder, cluster.newDirectory("server")), ServerSettings.LOCAL)) {
      producer.beginTransaction();
      producer.send(change(changelog, 0, "c1", one)).get();
      producer.commitTransaction();
      awaitReady(server);
      assertThat(total(server, "c1")).isEqualTo("10.0");

      producer.beginTransaction();
      producer.send(change(changelog, 0, "c1", two)).get(); // the broker has it
      outside.send(change(changelog, 1, "seen-meanwhile", one)).get();
      await().atMost(TIMEOUT).until(() -> total(server, "seen-meanwhile").equals("10.0"));
      assertThat(total(server, "c1")).as("in an open transaction").isEqualTo("10.0");

      producer.abortTransaction();
      outside.send(change(changelog, 0, "seen-behind", one)).get();
      await().atMost(TIMEOUT).until(() -> total(server, "seen-behind").equals("10.0"));
      assertThat(total(server, "c1")).as("after it was aborted").isEqualTo("10.0");

      producer.beginTransaction();
      producer.send(change(changelog, 0, "c1", two)).get();
      producer.commitTransaction();
      await().atMost(TIMEOUT).until(() -> total(server, "c1").equals("15.0"));

      outside.send(change(changelog, 0, "c1", null)).get();
      await().atMost(TIMEOUT).until(() -> total(server, "c1").equals("null"));
    }
  }

  @Test
  void isNotReadyBeforeTheChangelogsAreThereAndSaysSo() throws Exception {
    Path folder = copyOfShop("unborn");
    try (FeatureServer server =
        FeatureServer.start(
            options(folder, cluster.newDirectory("server")), ServerSettings.LOCAL)) {
      await()
          .atMost(TIMEOUT)
          .until(() -> server.problem().contains("unborn-features-spending-v1-changelog"));

      assertThat(server.isReady()).isFalse();
      assertThat(get(server, "/health").statusCode()).isEqualTo(503);
      HttpResponse<String> refused =
          ask(server, "{\"entities\":{\"customer_id\":[1]},\"feature_service\":\"spender\"}");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(JSON.readTree(refused.body()).path("detail").asText())
          .startsWith("Not ready: waiting for the topics ");
    }
  }

  @Test
  void answersOutOfWhatItHoldsWhileTheBrokerIsAwayAndTellsHowOldThatIs() throws Exception {
    Path folder = copyOfShop("lonely");
    Pipeline pipeline = PipelineReader.read(folder);
    String changelog = "lonely-features-spending-v1-changelog";
    Map<String, String> compacted = Map.of("cleanup.policy", "compact");
    cluster.createTopic(changelog, 1, compacted);
    cluster.createTopic("lonely-features-takings-v1-changelog", 1, compacted);
    States engine =
        new States(
            pipeline.view(new ViewId("spending", 1)).orElseThrow(), pipeline.contracts().get(0));
    byte[] one = engine.with(payment(pipeline, 1, "c1", 10));
    byte[] two = engine.with(payment(pipeline, 2, "c1", 5));
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
      producer.send(change(changelog, 0, "c1", one)).get();
    }
    try (FeatureServer server =
        FeatureServer.start(
            options(folder, cluster.newDirectory("server")), ServerSettings.LOCAL)) {
      awaitReady(server);

      cluster.brokerProcess().process().kill();
      try {
        await()
            .atMost(TIMEOUT)
            .until(
                () -> {
                  HttpResponse<String> answer = askTotal(server, "c1");
                  assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                  assertThat(total(server, "c1")).isEqualTo("10.0");
                  return answer.headers().firstValueAsLong(FeatureServer.LAG_MILLIS).orElseThrow()
                      > 2 * ChangelogFollower.ANSWER.toMillis();
                });
        assertThat(get(server, "/health").statusCode()).isEqualTo(200);
      } finally {
        cluster.restartBroker();
      }

      try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
        producer.send(change(changelog, 0, "c1", two)).get();
      }
      await().atMost(TIMEOUT).until(() -> total(server, "c1").equals("15.0"));
    }
  }

  @Test
  void goesOnAnsweringWhileItDrainsThoughItSaysThatItIsNotReady() throws Exception {
    Path folder = copyOfShop("draining");
    Map<String, String> compacted = Map.of("cleanup.policy", "compact");
    cluster.createTopic("draining-features-spending-v1-changelog", 1, compacted);
    cluster.createTopic("draining-features-takings-v1-changelog", 1, compacted);
    Limits drained = new Limits(1 << 20, 10, 100, 10, Duration.ofMinutes(1), Duration.ofSeconds(3));
    FeatureServer server =
        FeatureServer.start(
            options(folder, cluster.newDirectory("server")),
            new ServerSettings(drained, Access.LOCAL));
    try (server) {
      awaitReady(server);
      URI ready = uri(server, "/health/ready");

      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      await().atMost(TIMEOUT).until(() -> get(ready).statusCode() == 503);

      HttpResponse<String> answer = askTotal(server, "c1");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("connection")).contains("close");
      closed.join();
      assertThatThrownBy(() -> get(ready)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aFollowerThatCannotGoOnEndsTheServerThatItServes() throws Exception {
    String changelog = cluster.newTopic("changelog", 1);
    try (CommittedState state =
            new CommittedState(cluster.newDirectory("server"), List.of("store"), 8 << 20);
        ChangelogFollower follower =
            new ChangelogFollower(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                Map.of("store", changelog),
                state,
                new SimpleMeterRegistry(),
                () -> {
                  throw new IllegalStateException("no clock");
                })) {
      assertThat(follower.failure()).isEmpty();

      follower.start();
      follower.awaitStop();

      assertThat(follower.failure()).get().extracting(Throwable::getMessage).isEqualTo("no clock");
      assertThat(follower.problem()).contains("the follower has stopped: no clock");
    }
  }

  /** The service's features for the last vector's keys, as of its time, are the vector's values. */
  private static void assertSame(FeatureServer server, FeatureVector vector) throws Exception {
    JsonNode answer =
        JSON.readTree(
            ask(
                    server,
                    "{\"entities\":{\"customer_id\":[\"%s\"],\"terminal_id\":[\"%s\"]},\"feature_service\":\"fraud\",\"full_feature_names\":true,\"as_of\":\"%s\"}"
                        .formatted(
                            vector.getKeys().get("customer"),
                            vector.getKeys().get("terminal"),
                            vector.getEventTime()))
                .body());
    List<String> values = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 2; i < answer.path("results").size(); i++) {
      names.add(answer.path("metadata").path("feature_names").path(i).asText());
      values.add(answer.path("results").path(i).path("values").path(0).toString());
    }
    assertThat(names)
        .containsExactly(
            "event__amount",
            "spending__payments_1h",
            "spending__total_1h",
            "spending__largest_1h",
            "takings__payments_1h",
            "share");
    List<Object> of = vector.getValues();
    assertThat(values)
        .containsExactly(
            "null",
            of.get(1).toString(),
            of.get(2).toString(),
            of.get(3).toString(),
            of.get(4).toString(),
            "null");
    assertThat(answer.path("results").path(3).path("event_timestamps").path(0).asText())
        .isEqualTo(vector.getEventTime().toString());
  }

  private static void assertStatusesAndLag(FeatureServer server) throws Exception {
    HttpResponse<String> answer =
        ask(
            server,
            "{\"entities\":{\"customer_id\":[\"c1\",\"nobody\"]},\"features\":[\"spending:total_1h\"]}");
    JsonNode json = JSON.readTree(answer.body());
    assertThat(json.path("results").path(1).path("statuses").toString())
        .isEqualTo("[\"OUTSIDE_MAX_AGE\",\"NOT_FOUND\"]"); // the window has long passed
    assertThat(answer.headers().firstValue(FeatureServer.LAG_RECORDS)).contains("0");
    assertThat(answer.headers().firstValueAsLong(FeatureServer.LAG_MILLIS).orElseThrow())
        .isBetween(0L, TIMEOUT.toMillis());
    assertThat(get(server, "/health").statusCode()).isEqualTo(200);
    assertThat(get(server, "/metrics").body())
        .contains("leat_feature_server_lag_records{", "store=\"spending-v1\"")
        .contains("leat_feature_server_requests_seconds_count{");
    assertThat(ask(server, "{\"entities\":{\"customer_id\":[1]},\"features\":[\"x:y\"]}"))
        .satisfies(unknown -> assertThat(unknown.statusCode()).isEqualTo(404))
        .satisfies(unknown -> assertThat(unknown.body()).contains("There is no feature view x;"));
    assertThat(tooLarge(server)).isEqualTo(413);
  }

  /** What the server says to the announcement of two megabytes. */
  private static int tooLarge(FeatureServer server) throws IOException, InterruptedException {
    return HTTP.send(
            HttpRequest.newBuilder(uri(server, "/get-online-features"))
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString(" ".repeat(2 << 20)))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  private static String total(FeatureServer server, String customer) throws Exception {
    return JSON.readTree(askTotal(server, customer).body())
        .path("results")
        .path(1)
        .path("values")
        .path(0)
        .toString();
  }

  private static HttpResponse<String> askTotal(FeatureServer server, String customer)
      throws IOException, InterruptedException {
    return ask(
        server,
        "{\"entities\":{\"customer_id\":[\"%s\"]},\"features\":[\"spending:total_1h\"],\"as_of\":\"%s\"}"
            .formatted(customer, Instant.ofEpochMilli(NOON + 2_000))); // after both payments
  }

  private static void awaitReady(FeatureServer server) {
    await().atMost(TIMEOUT).until(server::isReady);
  }

  private static HttpResponse<String> ask(FeatureServer server, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(uri(server, "/get-online-features"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(FeatureServer server, String path)
      throws IOException, InterruptedException {
    return get(uri(server, path));
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(FeatureServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }

  private JobOptions options(Path folder, Path state) {
    return JobOptions.of(folder, cluster.bootstrapServers(), cluster.registryUrl(), state, 0);
  }

  /** Payments of eight customers, a second apart. */
  private static void pay(ValidEvents events, int first, int count) throws Exception {
    Pipeline pipeline = PipelineReader.read(ValidEvents.folder("shop"));
    for (int id = first; id < first + count; id++) {
      events.send(payment(pipeline, id, "c" + id % 8, id / 4.0 + 1));
    }
    events.flush();
  }

  private static GenericRecord payment(Pipeline pipeline, long id, String customer, double amount) {
    GenericRecord payment = new GenericData.Record(pipeline.contracts().get(0).schema());
    payment.put("payment_id", id);
    payment.put("paid_at", NOON + id * 1_000);
    payment.put("customer_id", customer);
    payment.put("terminal_id", "t" + id % 8);
    payment.put("amount", amount);
    return payment;
  }

  /** The vector of the newest event. */
  private FeatureVector last(List<ConsumerRecord<byte[], byte[]>> records) {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    return records.stream()
        .map(record -> codec.decode(record.value(), FeatureVector.class))
        .max(Comparator.comparing(FeatureVector::getEventTime))
        .orElseThrow();
  }

  private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", cluster.bootstrapServers());
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    if (more.containsKey("transactional.id")) {
      producer.initTransactions();
    }
    return producer;
  }

  private static ProducerRecord<byte[], byte[]> change(
      String topic, int partition, String key, byte @Nullable [] state) {
    return new ProducerRecord<>(topic, partition, key.getBytes(UTF_8), state);
  }

  /** The shop under another name, with topics of its own. */
  private Path copyOfShop(String name) throws IOException {
    Path from = ValidEvents.folder("shop");
    Path to = cluster.newDirectory(name);
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(
            target, Files.readString(file).replace("pipeline: shop", "pipeline: " + name));
      }
    }
    return to;
  }
}
