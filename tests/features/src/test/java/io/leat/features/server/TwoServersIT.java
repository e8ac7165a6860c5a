package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.features.online.OnlineStore;
import io.leat.features.online.StateStores;
import io.leat.features.online.ValidEvents;
import io.leat.features.server.ReadingClients.Broken;
import io.leat.features.server.ReadingClients.Reads;
import io.leat.features.server.ReadingClients.Served;
import io.leat.features.server.ServedValues.Fault;
import io.leat.pipeline.definition.Pipeline;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.soak.Soak;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Two processors and two servers, all processes of their own, while payments come and clients read:
 * each is killed in turn, and a third processor that comes and goes makes the others share again.
 */
class TwoServersIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int CLIENTS = 4;
  private static final int SOME_READS = 100;

  /** When a server was killed, and when clients had come back to it. */
  private record Outage(int server, long fromMillis, long untilMillis) {}

  @Test
  void noReadFailsBeyondAKilledServersConnectionsAndEveryValueWasCommitted() throws Exception {
    Random random = new Random(Soak.seed());
    try (TestCluster cluster = TestCluster.sharedWithBrokerProcess()) {
      Path folder = ValidEvents.folder("marks");
      Pipeline pipeline = ValidEvents.prepare(cluster, folder);
      Path kafka = cluster.newDirectory("kafka").resolve("clients.properties");
      // A killed processor's partitions go to the other one soon.
      Files.writeString(kafka, "session.timeout.ms=6000\nheartbeat.interval.ms=1000\n");
      List<Integer> ports = List.of(Ports.free(), Ports.free());
      List<Served> served;
      List<Broken> broken;
      List<String> failed;
      List<Outage> outages = new ArrayList<>();
      try (MarkedPayments payments =
              new MarkedPayments(cluster, pipeline.contracts().get(0), random);
          ServiceProcess processorOne = processor(cluster, folder, kafka);
          ServiceProcess processorTwo = processor(cluster, folder, kafka);
          ServiceProcess serverOne = server(cluster, folder, ports.get(0));
          ServiceProcess serverTwo = server(cluster, folder, ports.get(1));
          TopicReader vectors = cluster.newReader("features.customers", "features.terminals")) {
        processorOne.awaitReady();
        processorTwo.awaitReady();
        serverOne.awaitReady();
        serverTwo.awaitReady();
        try (ReadingClients clients =
            new ReadingClients(
                ports,
                CLIENTS,
                new Reads(
                    MarkedPayments.CUSTOMERS,
                    MarkedPayments.TERMINALS,
                    MarkedPayments.NOON.toString()),
                random)) {
          int seen = awaitWork(vectors, pipeline);
          for (ServiceProcess processor : List.of(processorOne, processorTwo)) {
            awaitOpenTransaction(cluster, pipeline);
            processor.kill();
            say("a processor is killed");
            seen += awaitWork(vectors, pipeline); // by the other one
            processor.restart();
            processor.awaitReady();
            seen += awaitWork(vectors, pipeline);
          }
          outages.add(outage(0, serverOne, clients));
          outages.add(outage(1, serverTwo, clients));
          try (ServiceProcess third = processor(cluster, folder, kafka)) {
            third.awaitReady();
            say("a third processor works");
            seen += awaitWork(vectors, pipeline);
          }
          say("it is gone");
          seen += awaitWork(vectors, pipeline);

          int sent = payments.stop();
          vectors.await(2 * sent - seen, TIMEOUT);
          say(sent + " payments are worked off");
          for (int port : ports) {
            await().atMost(TIMEOUT).until(() -> paymentsServed(port) == sent);
          }
          clients.close();
          served = clients.served();
          broken = clients.broken();
          failed = clients.failed();
        }
        assertThat(serverOne.isReady()).isTrue();
        assertThat(serverTwo.isReady()).isTrue();
      }

      CommittedStates committed =
          CommittedStates.read(logs(cluster), pipeline, MarkedPayments.NOON.toEpochMilli());
      Map<Fault, Integer> faults = ServedValues.faults(served, committed, MarkedPayments::mark);
      System.out.printf(
          "%d rows served, faults %s; %d connections broken, reads failed: %s; %d transactions of partitions committed, %d aborted%n",
          served.size(),
          faults,
          broken.size(),
          failed,
          committed.transactions(),
          committed.aborted());
      assertThat(failed).isEmpty();
      assertThat(broken)
          .isNotEmpty()
          .allMatch(
              one ->
                  outages.stream()
                      .anyMatch(
                          outage ->
                              outage.server() == one.server()
                                  && outage.fromMillis() <= one.atMillis()
                                  && one.atMillis() <= outage.untilMillis()));
      assertThat(faults).isEmpty();
      assertThat(committed.keys())
          .isEqualTo(MarkedPayments.CUSTOMERS.size() + MarkedPayments.TERMINALS.size());
      assertSeesEveryFault(served, committed);
    }
  }

  /** Each kind of fault, made of a row that has none, is found. */
  private static void assertSeesEveryFault(List<Served> served, CommittedStates committed) {
    Served good =
        served.stream()
            .filter(row -> row.values().size() == 4 && row.values().get(0) > 1)
            .findFirst()
            .orElseThrow();
    long committedAt = committed.committedAt(good.key(), good.values()).orElseThrow();
    List<Double> torn = new ArrayList<>(good.values());
    torn.set(1, torn.get(1) + 1);
    List<Double> foreign = new ArrayList<>(good.values());
    foreign.set(2, foreign.get(2) + 1);

    assertThat(faults(committed, good)).isEmpty();
    assertThat(faults(committed, of(good, foreign, committedAt))).containsOnlyKeys(Fault.FOREIGN);
    assertThat(faults(committed, of(good, torn, committedAt)))
        .containsOnlyKeys(Fault.NEVER_COMMITTED);
    assertThat(faults(committed, of(good, good.values(), committedAt - 1)))
        .containsOnlyKeys(Fault.NOT_YET_COMMITTED);
    assertThat(faults(committed, good, of(good, List.of(), committedAt)))
        .containsOnlyKeys(Fault.WENT_BACK);
  }

  private static Map<Fault, Integer> faults(CommittedStates committed, Served... rows) {
    return ServedValues.faults(List.of(rows), committed, MarkedPayments::mark);
  }

  private static Served of(Served row, List<Double> values, long receivedMillis) {
    return new Served(row.client(), row.server(), row.key(), values, receivedMillis);
  }

  /** Waits until every partition of every service has been worked on from now on. */
  private static int awaitWork(TopicReader vectors, Pipeline pipeline) {
    int before = vectors.readToEnd().size();
    int partitions = pipeline.contracts().get(0).topic().partitions();
    List<ConsumerRecord<byte[], byte[]>> more =
        vectors.await(
            records ->
                records.stream()
                        .map(record -> record.topic() + record.partition())
                        .distinct()
                        .count()
                    == (long) partitions * pipeline.services().size(),
            "vectors in every partition",
            TIMEOUT);
    return before + more.size();
  }

  /**
   * Waits for a moment at which a partition of a changelog holds what is not committed. Stores
   * write their changes when a commit begins, so that the moment is short: a kill then leaves a
   * transaction to be aborted often, not always.
   */
  private static void awaitOpenTransaction(TestCluster cluster, Pipeline pipeline) {
    String changelog = StateStores.changelog(pipeline.name(), pipeline.views().get(0));
    try (Admin admin = cluster.newAdmin()) {
      await()
          .atMost(TIMEOUT)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                Map<TopicPartition, Long> committed =
                    ends(admin, changelog, pipeline, IsolationLevel.READ_COMMITTED);
                return ends(admin, changelog, pipeline, IsolationLevel.READ_UNCOMMITTED)
                    .entrySet()
                    .stream()
                    .anyMatch(end -> end.getValue() > committed.get(end.getKey()));
              });
    }
  }

  private static Map<TopicPartition, Long> ends(
      Admin admin, String topic, Pipeline pipeline, IsolationLevel isolation) throws Exception {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int i = 0; i < pipeline.contracts().get(0).topic().partitions(); i++) {
      asked.put(new TopicPartition(topic, i), OffsetSpec.latest());
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(asked, new ListOffsetsOptions(isolation))
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** Kills a server, and starts it again once the other one has answered for it. */
  private static Outage outage(int number, ServiceProcess server, ReadingClients clients) {
    long from = System.currentTimeMillis();
    server.kill();
    say("server " + number + " is killed");
    long others = clients.answeredBy(1 - number);
    await().atMost(TIMEOUT).until(() -> clients.answeredBy(1 - number) > others + SOME_READS);
    long own = clients.answeredBy(number);
    server.restart();
    server.awaitReady();
    await().atMost(TIMEOUT).until(() -> clients.answeredBy(number) > own + SOME_READS);
    say("its clients are back");
    return new Outage(number, from, System.currentTimeMillis());
  }

  private static ServiceProcess processor(TestCluster cluster, Path folder, Path kafka) {
    int port = Ports.free();
    List<String> options = options(cluster, folder, port);
    options.add("--kafka-properties=" + kafka);
    options.add("--commit-interval=1s"); // most of the time something is written and not committed
    return ServiceProcess.start(OnlineStore.class, options, port, cluster.newDirectory("log"));
  }

  private static ServiceProcess server(TestCluster cluster, Path folder, int port) {
    List<String> options = options(cluster, folder, port);
    options.add("--timeout=60s"); // a busy machine makes a new process' first reads slow
    return ServiceProcess.start(
        FeatureServerMain.class, options, port, cluster.newDirectory("log"));
  }

  private static List<String> options(TestCluster cluster, Path folder, int port) {
    return new ArrayList<>(
        List.of(
            "--pipeline=" + folder,
            "--bootstrap-servers=" + cluster.bootstrapServers(),
            "--registry-url=" + cluster.registryUrl(),
            "--state-dir=" + cluster.newDirectory("state"),
            "--http-port=" + port));
  }

  /** How many payments a server has heard of. */
  private static long paymentsServed(int port) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/get-online-features"))
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"entities\":{\"customer_id\":[\"%s\"]},\"features\":[\"customers:payments_1h\"],\"as_of\":\"%s\"}"
                            .formatted(
                                String.join("\",\"", MarkedPayments.CUSTOMERS),
                                MarkedPayments.NOON)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    long payments = 0;
    for (JsonNode count :
        new JsonMapper().readTree(answer.body()).path("results").path(1).path("values")) {
      payments += count.longValue();
    }
    return payments;
  }

  /** The broker's directory. */
  private static Path logs(TestCluster cluster) throws Exception {
    try (Admin admin = cluster.newAdmin()) {
      return Path.of(
          admin
              .describeLogDirs(List.of(1))
              .allDescriptions()
              .get()
              .get(1)
              .keySet()
              .iterator()
              .next());
    }
  }

  private static void say(String what) {
    System.out.println(Instant.now() + " " + what);
  }
}
