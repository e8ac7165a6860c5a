package io.leat.notifications;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Receivers that fail now and then, and lose answers, are told of every episode, through kills of
 * the service: first that it opened, last that it closed, and nothing again once that is kept.
 */
class NotificationsIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final int EPISODES = 60;
  private static final int KILLS = 4;
  private static final String SECRET = "not-to-be-logged";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Receiver and episode to what was taken, in order. */
  private final Map<String, List<String>> taken = new HashMap<>();

  /** Episode to the keys under which the webhook took something of it, in order. */
  private final Map<String, List<String>> keys = new HashMap<>();

  private final AtomicReference<KillAt> killAt = new AtomicReference<>();
  private final Random random = new Random(7);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::hear);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /**
   * The service is killed between that a receiver has it and that its answer is kept: before it
   * answers, and after. It is told again by the same key, so that it can know it.
   */
  @Test
  void whoIsKilledBetweenTellingAndCommittingTellsItAgainByTheSameKey() throws Exception {
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = pipeline(cluster);
      new Applier(
              Map.of("bootstrap.servers", cluster.bootstrapServers()), cluster.newRegistryClient())
          .apply(PipelineReader.read(folder), "test");
      int port = Ports.free();
      try (TopicWriter writer = cluster.newWriter();
          ServiceProcess service =
              ServiceProcess.start(
                  NotificationsJob.class,
                  List.of(
                      "--pipeline=" + folder,
                      "--bootstrap-servers=" + cluster.bootstrapServers(),
                      "--registry-url=" + cluster.registryUrl(),
                      "--state-dir=" + cluster.newDirectory("state"),
                      "--http-port=" + port),
                  port,
                  cluster.newDirectory("log"))) {
        for (int i = 0; i < KILLS; i++) {
          boolean answers = i % 2 == 1;
          killAt.set(new KillAt("e" + i + "-opened", answers, service));
          write(writer, i, i + 1, AlertState.OPEN, Severity.WARN);
          await(() -> assertThat(killAt.get()).isNull());
          service.restart();
          int episode = i;
          await(() -> assertThat(keys.getOrDefault("e" + episode, List.of())).isNotEmpty());
          if (!answers) {
            await(() -> assertThat(keys.get("e" + episode)).hasSizeGreaterThan(1));
          }
        }
        write(writer, 0, KILLS, AlertState.CLOSED, Severity.WARN);
        await(
            () ->
                assertThat(taken.entrySet())
                    .filteredOn(entry -> entry.getKey().startsWith("team/"))
                    .hasSize(KILLS)
                    .allMatch(entry -> isOver(entry.getValue())));
      }
      synchronized (taken) {
        for (int i = 0; i < KILLS; i++) {
          assertThat(keys.get("e" + i))
              .as("one key a stage, however often it is told")
              .containsOnly("e" + i + "-opened", "e" + i + "-closed")
              .startsWith("e" + i + "-opened")
              .endsWith("e" + i + "-closed");
        }
      }
    }
  }

  /** A service that is killed when the webhook hears a key, before the answer or after. */
  private record KillAt(String key, boolean answers, ServiceProcess service) {}

  private void hear(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    KillAt kill = killAt.get();
    if (kill != null && kill.key().equals(exchange.getRequestHeaders().getFirst("webhook-id"))) {
      synchronized (taken) {
        take(exchange, path);
        if (kill.answers()) {
          exchange.sendResponseHeaders(202, -1);
        }
        kill.service().kill();
        exchange.close();
        killAt.set(null);
      }
      return;
    }
    int fate;
    synchronized (taken) {
      fate = random.nextInt(10);
      if (fate > 1) {
        take(exchange, path);
      }
    }
    if (fate == 2) {
      exchange.close(); // it is taken, and the answer is lost
      return;
    }
    exchange.sendResponseHeaders(fate == 0 ? 503 : fate == 1 ? 500 : 202, -1);
    exchange.close();
  }

  private void take(HttpExchange exchange, String path) throws IOException {
    take(path, JSON.readTree(exchange.getRequestBody().readAllBytes()));
    if (path.equals("/hook")) {
      String key = exchange.getRequestHeaders().getFirst("webhook-id");
      keys.computeIfAbsent(key.substring(0, key.indexOf('-')), id -> new ArrayList<>()).add(key);
    }
  }

  private void take(String path, JsonNode body) {
    if (path.equals("/pagerduty")) {
      take("pager", body.path("dedup_key").asText(), body.path("event_action").asText());
    } else if (path.equals("/hook")) {
      assertThat(body.path("groupKey")).isEqualTo(body.path("alerts").get(0).path("fingerprint"));
      take("team", body.path("groupKey").asText(), body.path("status").asText());
    } else {
      assertThat(path).isEqualTo("/alertmanager/api/v2/alerts");
      JsonNode last = body.get(body.size() - 1);
      boolean fires = Instant.parse(last.path("endsAt").asText()).isAfter(Instant.now());
      take("alerts", last.path("labels").path("episode").asText(), fires ? "firing" : "resolved");
    }
  }

  private void take(String receiver, String episode, String what) {
    taken.computeIfAbsent(receiver + "/" + episode, key -> new ArrayList<>()).add(what);
  }

  @Test
  void everyReceiverIsToldOfEveryEpisode() throws Exception {
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = pipeline(cluster);
      RegistryClient registry = cluster.newRegistryClient();
      new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
          .apply(PipelineReader.read(folder), "test");
      int port = Ports.free();
      Path log = cluster.newDirectory("log");
      try (TopicWriter writer = cluster.newWriter();
          ServiceProcess service =
              ServiceProcess.start(
                  NotificationsJob.class,
                  List.of(
                      "--pipeline=" + folder,
                      "--bootstrap-servers=" + cluster.bootstrapServers(),
                      "--registry-url=" + cluster.registryUrl(),
                      "--state-dir=" + cluster.newDirectory("state"),
                      "--http-port=" + port),
                  port,
                  log)) {
        write(writer, 0, EPISODES / 2, AlertState.OPEN, Severity.WARN);
        await(() -> assertThat(taken.keySet()).hasSizeGreaterThan(EPISODES / 2));
        service.kill();
        write(writer, EPISODES / 2, EPISODES, AlertState.OPEN, Severity.WARN);
        write(writer, 0, EPISODES / 4, AlertState.OPEN, Severity.CRITICAL);
        service.restart();
        await(() -> assertThat(taken.keySet()).hasSizeGreaterThan(2 * EPISODES));
        write(writer, 0, EPISODES, AlertState.CLOSED, Severity.WARN);
        await(
            () ->
                assertThat(taken.values().stream().filter(said -> isOver(said)))
                    .hasSizeGreaterThan(EPISODES));
        service.kill();
        service.restart();
        await(this::assertAllWereTold);
        awaitKept(cluster, new AvroCodec(registry));
        service.kill();
        Map<String, Integer> before = sizes("pager", "team");
        service.restart();
        write(writer, EPISODES, EPISODES + 1, AlertState.OPEN, Severity.WARN);
        await(() -> assertThat(taken).containsKeys("pager/e" + EPISODES, "team/e" + EPISODES));
        Map<String, Integer> after = sizes("pager", "team");
        after.keySet().removeIf(key -> key.endsWith("/e" + EPISODES));
        assertThat(after).as("what is kept as answered is not told again").isEqualTo(before);
      }
      assertThat(text(log)).contains("cannot be told that episode").doesNotContain(SECRET);
    }
  }

  private void assertAllWereTold() {
    for (String receiver : List.of("pager", "team", "alerts")) {
      for (int i = 0; i < EPISODES; i++) {
        List<String> said = taken.get(receiver + "/e" + i);
        assertThat(said).as("%s of e%d", receiver, i).isNotNull();
        assertThat(said.get(0)).isIn("trigger", "firing");
        assertThat(isOver(said)).as("%s of e%d: %s", receiver, i, said).isTrue();
      }
    }
  }

  private static boolean isOver(List<String> said) {
    String last = said.get(said.size() - 1);
    return last.equals("resolve") || last.equals("resolved");
  }

  /** All answers are kept, in committed transactions. */
  private static void awaitKept(TestCluster cluster, AvroCodec codec) {
    Map<String, Notification> outbox = new HashMap<>();
    try (TopicReader reader =
        cluster.newReader("electricity-notifications-" + Outbox.STORE + "-changelog")) {
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record : reader.readToEnd()) {
                  Notification kept = codec.decode(record.value(), Notification.class);
                  outbox.put(Outbox.key(kept), kept);
                }
                assertThat(outbox.values())
                    .hasSize(3 * EPISODES)
                    .allMatch(kept -> Stages.isOver(kept, NotificationStage.CLOSED));
              });
    }
  }

  private Map<String, Integer> sizes(String... receivers) {
    synchronized (taken) {
      return taken.entrySet().stream()
          .filter(
              entry -> Stream.of(receivers).anyMatch(one -> entry.getKey().startsWith(one + "/")))
          .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().size()));
    }
  }

  private void await(Runnable assertion) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              synchronized (taken) {
                assertion.run();
              }
            });
  }

  private static void write(
      TopicWriter writer, int from, int to, AlertState state, Severity severity) {
    IntStream.range(from, to)
        .mapToObj(i -> alert("e" + i, state, severity))
        .forEach(alert -> writer.sendRecord(Topics.DRIFT_ALERTS, alert.getModel(), alert));
    writer.flush();
  }

  /**
   * Each opens in a window of its own: of several of one window the first stands for the others.
   */
  private static DriftAlert alert(String id, AlertState state, Severity severity) {
    Instant window =
        Instant.parse("1997-05-01T00:00:00Z")
            .plus(Duration.ofDays(Integer.parseInt(id.substring(1))));
    return DriftAlert.newBuilder()
        .setAlertId(id)
        .setMonitor("price")
        .setModel("price")
        .setKind("drift")
        .setFeature("event.demand")
        .setMetric("ks")
        .setState(state)
        .setSeverity(severity)
        .setWindowStart(window)
        .setWindowEnd(window.plusSeconds(86_400))
        .setValue(0.25)
        .setThreshold(0.125)
        .setMessage("event.demand drifts")
        .setReference("77aa")
        .build();
  }

  private Path pipeline(TestCluster cluster) throws IOException {
    Path copy = cluster.newDirectory("pipeline");
    Path example = Path.of(System.getProperty("leat.project"), "examples", "electricity");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(example.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path receivers = Files.createDirectories(copy.resolve("notifications"));
    Path secret =
        Files.createFile(
            receivers.resolve("secret"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secret, SECRET);
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    Map.of(
            "pager", "pagerduty: { routing_key: file:secret, url: \"%s/pagerduty\" }",
            "team", "webhook: { url: \"%s/hook\", secret: file:secret }",
            "alerts", "alertmanager: { url: \"%s/alertmanager\" }")
        .forEach(
            (name, to) -> {
              try {
                Files.writeString(
                    receivers.resolve(name + ".yaml"),
                    "notify: %s\nto: { %s }\n".formatted(name, to.formatted(url)));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return copy;
  }

  private static String text(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }
}
