package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.ingestion.IngestionJob;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.JobOptions;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.ApiKeys;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.testing.SelfSigned;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The gateway before a real broker and a real registry. */
@Execution(ExecutionMode.SAME_THREAD)
class EventGatewayIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /** SHA-256 of "secret" (sha256sum). */
  private static final String SECRET =
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

  private static final String NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "namespace": "shop", "fields": [
                {"name": "payment_id", "type": "string"},
                {"name": "customer_id", "type": "string"},
                {"name": "card", "type": "string"},
                {"name": "amount", "type": "double"},
                {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
              """);
  private static final String CONTRACT =
      """
      event: %s
      schema: payments.avsc
      key: customer_id
      event_id: payment_id
      event_time: paid_at
      rules:
        - amount_positive: event.amount > 0.0
        - { name: amount_plausible, check: event.amount < 1000.0, severity: warn }
      protect:
        - { field: card, with: redact }
      """;

  private static final JsonMapper JSON = new JsonMapper();

  private static TestCluster cluster;
  private static RegistryClient registry;
  private static Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void applyThePipeline() throws Exception {
    cluster = TestCluster.sharedWithBrokerProcess();
    registry = cluster.newRegistryClient();
    folder = cluster.newDirectory("pipeline");
    Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(folder.resolve("contracts/payments.avsc"), SCHEMA.toString());
    Files.writeString(folder.resolve("pipeline.yaml"), "pipeline: shop\nowner: shop-team\n");
    Files.writeString(folder.resolve("contracts/payments.yaml"), CONTRACT.formatted("payments"));
    Files.writeString(
        folder.resolve("contracts/orders.yaml"), CONTRACT.formatted("orders") + "format: json\n");
    Files.writeString(
        folder.resolve("contracts/clouds.yaml"),
        CONTRACT.formatted("clouds")
            + "format: json\nenvelope: { type: cloudevents, attributes: { id: payment_id } }\n");
    new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
        .apply(PipelineReader.read(folder), "test");
  }

  @AfterAll
  static void close() {
    cluster.close();
  }

  private static JobOptions options() {
    return JobOptions.of(
        folder,
        cluster.bootstrapServers(),
        cluster.registryUrl(),
        cluster.newDirectory("state"),
        0);
  }

  private static String payment(String id, double amount) {
    return "{\"payment_id\": \"%s\", \"customer_id\": \"c1\", \"card\": \"4111111111111111\", \"amount\": %s, \"paid_at\": \"%s\"}"
        .formatted(id, amount, NOW);
  }

  private HttpResponse<String> post(
      EventGateway gateway, String event, String contentType, String body, String... headers)
      throws Exception {
    return http.send(
        request(gateway, event, contentType, body, headers), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(
      EventGateway gateway, String event, String contentType, String body, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/events/%s".formatted(gateway.httpPort(), event)))
            .timeout(TIMEOUT)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    return builder.build();
  }

  private static ConsumerRecord<byte[], byte[]> at(JsonNode result) {
    String position = result.get("position").textValue();
    String topic = LogPositions.parse(position).getTopic();
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd().stream()
          .filter(
              record -> position.equals(topic + "/" + record.partition() + "/" + record.offset()))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void eachEventOfABatchHasItsVerdictAndTheStreamTakesWhatWasAccepted() throws Exception {
    try (EventGateway gateway = EventGateway.start(options(), GatewaySettings.LOCAL)) {
      HttpResponse<String> answer =
          post(
              gateway,
              "payments",
              "application/json",
              "[%s, %s, 5, {\"payment_id\": 7}]".formatted(payment("p1", 5000), payment("p2", -5)),
              "traceparent",
              "00-1-1-01");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode results = JSON.readTree(answer.body()).get("results");
      assertThat(results)
          .extracting(result -> result.get("status").textValue())
          .containsExactly("accepted", "refused", "refused", "refused");
      assertThat(results.get(0).get("event_id").textValue()).isEqualTo("p1");
      assertThat(results.get(0).get("warnings")).hasToString("[\"amount_plausible\"]");
      assertThat(results.get(1).get("reason").textValue()).isEqualTo("RULE_VIOLATED");
      assertThat(results.get(1).get("violations").get(0).get("rule").textValue())
          .isEqualTo("amount_positive");
      assertThat(results.get(2).get("reason").textValue()).isEqualTo("NOT_JSON");
      assertThat(results.get(3).get("message").textValue())
          .contains("payment_id is the number '7'; expected string", "amount is absent");

      ConsumerRecord<byte[], byte[]> record = at(results.get(0));
      GenericRecord written = new AvroCodec(registry).decode(record.value(), SCHEMA);
      assertThat(written.get("card"))
          .as("unprotected, as a producer writes it")
          .isEqualTo("4111111111111111");
      assertThat(record.key()).isEqualTo("c1".getBytes(UTF_8));
      assertThat(RecordHeaders.get(record.headers(), RecordHeaders.TRACEPARENT))
          .hasValue("00-1-1-01");
      assertThat(new AvroCodec(registry).writerSchema(record.value()))
          .isEqualTo(registry.latest("payments-value").orElseThrow().schema());

      try (StreamsService stream = StreamsService.start(new IngestionJob(), options());
          TopicReader valid = cluster.newReader("payments.valid")) {
        AvroCodec codec = new AvroCodec(registry);
        assertThat(
                valid.await(
                    records ->
                        records.stream()
                            .map(found -> codec.decode(found.value(), SCHEMA))
                            .anyMatch(
                                event ->
                                    "p1".equals(event.get("payment_id"))
                                        && "***".equals(event.get("card"))),
                    "p1, its card redacted,",
                    TIMEOUT))
            .noneMatch(found -> "p2".equals(codec.decode(found.value(), SCHEMA).get("payment_id")));
      }
      String metrics = get(gateway, "/metrics").body();
      assertThat(metrics)
          .containsPattern("leat_gateway_events_total\\{[^}]*\"accepted\"[^}]*} 1.0")
          .containsPattern("leat_gateway_events_total\\{[^}]*\"refused\"[^}]*} 3.0")
          .containsPattern("leat_gateway_events_in_flight\\{[^}]*} 0.0");
    }
  }

  @Test
  void jsonAndEnvelopesAreWrittenByteForByte() throws Exception {
    try (EventGateway gateway = EventGateway.start(options(), GatewaySettings.LOCAL)) {
      String line = payment("o1", 5).replace("}", ", \"more\": 1.50 }");
      HttpResponse<String> lines =
          post(
              gateway,
              "orders",
              "application/x-ndjson",
              line + "\n{\"torn\n" + payment("o2", 5) + "\n");
      JsonNode results = JSON.readTree(lines.body()).get("results");
      assertThat(results)
          .extracting(result -> result.get("status").textValue())
          .containsExactly("accepted", "refused", "accepted");
      ConsumerRecord<byte[], byte[]> record = at(results.get(0));
      assertThat(new String(record.value(), UTF_8)).isEqualTo(line);
      assertThat(RecordHeaders.get(record.headers(), "content-type")).hasValue("application/json");

      String cloud =
          "{\"specversion\": \"1.0\", \"type\": \"paid\", \"source\": \"/till\", \"id\": \"e1\", \"datacontenttype\": \"application/json\", \"data\": %s}"
              .formatted(payment("ignored", 5));
      JsonNode structured =
          JSON.readTree(post(gateway, "clouds", "application/cloudevents+json", cloud).body())
              .get("results")
              .get(0);
      assertThat(structured.get("event_id")).as(structured.toString()).isNotNull();
      assertThat(structured.get("event_id").textValue()).isEqualTo("e1");
      assertThat(new String(at(structured).value(), UTF_8)).isEqualTo(cloud);

      JsonNode binary =
          JSON.readTree(
                  post(
                          gateway,
                          "clouds",
                          "application/vnd.till+json",
                          payment("ignored", 5),
                          "ce-specversion",
                          "1.0",
                          "ce-type",
                          "paid",
                          "ce-source",
                          "/till",
                          "ce-id",
                          "e%32")
                      .body())
              .get("results")
              .get(0);
      assertThat(binary.get("event_id").textValue()).as(binary.toString()).isEqualTo("e2");
      assertThat(RecordHeaders.get(at(binary).headers(), "content-type"))
          .hasValue("application/vnd.till+json");
      JsonNode bare =
          JSON.readTree(post(gateway, "clouds", "application/json", payment("p", 5)).body())
              .get("results")
              .get(0);
      assertThat(bare.get("reason").textValue()).isEqualTo("NOT_THE_ENVELOPE");
    }
  }

  @Test
  void whoMayNotSendOrSendsTooMuchIsReported() throws Exception {
    Path keys = cluster.newDirectory("keys").resolve("keys");
    Files.writeString(keys, "till:" + SECRET + "\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    GatewaySettings settings =
        new GatewaySettings(
            new GatewayLimits(2_000, 3, 10, Duration.ofSeconds(10)),
            new Access(Optional.of(ApiKeys.read(keys)), Optional.empty(), false));
    try (EventGateway gateway = EventGateway.start(options(), settings)) {
      String type = "application/json";
      String good = payment("k1", 5);
      String[] bearer = {"Authorization", "Bearer secret"};

      HttpResponse<String> nobody = post(gateway, "payments", type, good);
      assertThat(nobody.statusCode()).isEqualTo(401);
      assertThat(get(gateway, "/openapi.yaml").statusCode()).isEqualTo(401);
      assertThat(get(gateway, "/metrics").statusCode()).isEqualTo(401);
      assertThat(nobody.headers().firstValue("www-authenticate")).hasValue("Bearer");
      assertThat(post(gateway, "payments", type, good, "X-API-Key", "guess").statusCode())
          .isEqualTo(403);
      assertThat(post(gateway, "payments", type, good, "X-API-Key", "secret").statusCode())
          .isEqualTo(200);
      assertThat(post(gateway, "payments", type, good, bearer).statusCode()).isEqualTo(200);
      assertThat(post(gateway, "refunds", type, good, bearer).statusCode()).isEqualTo(404);
      assertThat(post(gateway, "payments", "text/plain", good, bearer).statusCode()).isEqualTo(415);
      assertThat(post(gateway, "payments", type, "{", bearer).statusCode()).isEqualTo(400);
      assertThat(post(gateway, "payments", type, "[1,2,3,4]", bearer).statusCode()).isEqualTo(413);
      HttpResponse<String> large =
          post(gateway, "payments", type, "[\"" + "x".repeat(3_000) + "\"]", bearer);
      assertThat(large.statusCode()).isEqualTo(413);
      assertThat(JSON.readTree(large.body()).get("detail").textValue()).contains("too large");
    }
  }

  @Test
  void tooManyUnderWayAreReportedToComeAgainAndABrokerThatIsGoneIsAdmitted() throws Exception {
    GatewaySettings settings =
        new GatewaySettings(new GatewayLimits(10_000, 10, 1, Duration.ofSeconds(8)), Access.LOCAL);
    try (EventGateway gateway = EventGateway.start(options(), settings)) {
      String type = "application/json";
      assertThat(post(gateway, "payments", type, payment("b1", 5)).statusCode()).isEqualTo(200);
      cluster.brokerProcess().process().kill();
      CompletableFuture<HttpResponse<String>> waiting =
          http.sendAsync(
              request(gateway, "payments", type, payment("b2", 5)),
              HttpResponse.BodyHandlers.ofString());
      HttpResponse<String> tooMany =
          await()
              .atMost(Duration.ofSeconds(6))
              .until(
                  () -> post(gateway, "payments", type, payment("b3", 5)),
                  answer -> answer.statusCode() == 429);
      assertThat(tooMany.headers().firstValue("retry-after")).hasValue("1");

      HttpResponse<String> late = waiting.get();
      assertThat(late.statusCode()).isEqualTo(503);
      JsonNode result = JSON.readTree(late.body()).get("results").get(0);
      assertThat(result.get("status").textValue()).isEqualTo("unknown");
      assertThat(result.get("event_id").textValue()).isEqualTo("b2");
      assertThat(late.body()).contains("with the same event id");

      cluster.restartBroker();
      await()
          .atMost(TIMEOUT)
          .until(() -> post(gateway, "payments", type, payment("b2", 5)).statusCode() == 200);
    }
  }

  @Test
  void aRegistryThatIsDownStopsNothingOnceTheGatewayIsReady() throws Exception {
    try (EventGateway gateway = EventGateway.start(options(), GatewaySettings.LOCAL)) {
      await().atMost(TIMEOUT).until(() -> get(gateway, "/health").statusCode() == 200);
      cluster.registryProcess().process().kill();

      HttpResponse<String> answer =
          post(gateway, "payments", "application/json", "[%s]".formatted(payment("r1", 5)));

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(get(gateway, "/openapi.yaml").body()).startsWith("openapi: 3.1.0");
      try (EventGateway another = EventGateway.start(options(), GatewaySettings.LOCAL)) {
        assertThat(get(another, "/health").statusCode()).isEqualTo(503);
        assertThat(post(another, "payments", "application/json", "{}").statusCode()).isEqualTo(503);
        cluster.restartRegistry();
        await().atMost(TIMEOUT).until(() -> get(another, "/health").statusCode() == 200);
      }
    }
  }

  private HttpResponse<String> get(EventGateway gateway, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.httpPort() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void withACertificateItSpeaksHttps() throws Exception {
    SelfSigned tls = SelfSigned.make(cluster.newDirectory("tls"));
    GatewaySettings settings =
        new GatewaySettings(
            GatewayLimits.DEFAULT,
            new Access(
                Optional.empty(),
                Optional.of(new Access.Tls(tls.certificate(), tls.key())),
                false));

    try (EventGateway gateway = EventGateway.start(options(), settings)) {
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .sslContext(tls.trusting())
              .build()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(
                              "https://localhost:%d/events/payments".formatted(gateway.httpPort())))
                      .header("Content-Type", "application/json")
                      .POST(HttpRequest.BodyPublishers.ofString(payment("t1", 5)))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
  }
}
