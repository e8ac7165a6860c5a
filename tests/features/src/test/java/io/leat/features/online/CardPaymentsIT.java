package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.testing.PublishedData;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The Fraud Detection Handbook's card payments through the running stream, with the views of the
 * example: the handbook's published features of customers and terminals come out, every one.
 */
class CardPaymentsIT {
  private static final double TOLERANCE = 1e-9;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Vectors that are read at once. */
  private static final int STEP = 50_000;

  private static final String CUSTOMERS = "expected-customer-features.csv";
  private static final String TERMINALS = "expected-terminal-features.csv";

  private final Path data = PublishedData.cardPayments();

  @Test
  void theHandbooksFeaturesComeOutOfTheRunningStream() throws Exception {
    Map<String, List<Double>> customers = expected(CUSTOMERS);
    Map<String, List<Double>> terminals = expected(TERMINALS);
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = Path.of(System.getProperty("leat.project"), "examples/card-payments");
      Pipeline pipeline = ValidEvents.prepare(cluster, folder);
      Set<String> wanted = new HashSet<>(customers.keySet());
      wanted.addAll(terminals.keySet());
      Vectors vectors = new Vectors(cluster, wanted);
      Instant start = Instant.now();
      int payments;
      try (StreamsService store =
          StreamsService.start(
              new OnlineStore(),
              JobOptions.of(
                  folder,
                  cluster.bootstrapServers(),
                  cluster.registryUrl(),
                  cluster.newDirectory("state"),
                  0))) {
        payments = play(cluster, pipeline, vectors);
        assertThat(store.failure()).isEmpty();
      } finally {
        vectors.close();
      }
      double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;

      double customerError =
          compare(customers, vectors.values, columns(pipeline, "customer_activity", "avg_amount"));
      double terminalError =
          compare(terminals, vectors.values, columns(pipeline, "terminal_risk", "risk"));
      System.out.printf(
          "%d payments in %.1f s, %.0f/s; %d customer rows off by %.1e at most,"
              + " %d terminal rows by %.1e%n",
          payments,
          seconds,
          payments / seconds,
          customers.size(),
          customerError,
          terminals.size(),
          terminalError);
      assertThat(customers).hasSize(1774);
      assertThat(terminals).hasSize(1343);
      assertThat(customerError).isCloseTo(0, within(TOLERANCE));
      assertThat(terminalError).isCloseTo(0, within(TOLERANCE));
    }
  }

  /** Plays every payment, in the order of time, and waits for all vectors; gives their number. */
  private int play(TestCluster cluster, Pipeline pipeline, Vectors vectors) throws IOException {
    Schema schema = pipeline.contracts().get(0).schema();
    int count = 0;
    try (ValidEvents events = new ValidEvents(cluster, pipeline.contracts().get(0));
        BufferedReader csv =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(data.resolve("transactions.csv.gz"))),
                    UTF_8))) {
      assertThat(csv.readLine())
          .isEqualTo("transaction_id,tx_time,customer_id,terminal_id,amount,fraud");
      for (String line = csv.readLine(); line != null; line = csv.readLine()) {
        String[] cells = line.split(",", -1);
        GenericRecord payment = new GenericData.Record(schema);
        payment.put("transaction_id", Long.parseLong(cells[0]));
        payment.put(
            "paid_at", LocalDateTime.parse(cells[1]).toInstant(ZoneOffset.UTC).toEpochMilli());
        payment.put("customer_id", cells[2]);
        payment.put("terminal_id", cells[3]);
        payment.put("terminal_country", "BE");
        payment.put("amount", Double.parseDouble(cells[4]));
        payment.put("fraud", cells[5].equals("1"));
        events.send(payment);
        count++;
      }
      events.flush();
    }
    while (vectors.ids.size() < count) {
      vectors.awaitAtLeast(Math.min(count, vectors.ids.size() + STEP));
    }
    assertThat(vectors.ids).hasSize(count);
    return count;
  }

  /** What has come of features.fraud: every event's id once, and the values of some. */
  private static final class Vectors implements AutoCloseable {
    private final Set<String> wanted;
    private final TopicReader reader;
    private final AvroCodec codec;
    private final Set<String> ids = new HashSet<>();
    private final Map<String, List<@Nullable Object>> values = new HashMap<>();

    Vectors(TestCluster cluster, Set<String> wanted) {
      this.wanted = wanted;
      this.reader = cluster.newReader("features.fraud");
      this.codec = new AvroCodec(cluster.newRegistryClient());
    }

    void awaitAtLeast(int count) {
      for (ConsumerRecord<byte[], byte[]> record : reader.await(count - ids.size(), TIMEOUT)) {
        FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
        assertThat(ids.add(vector.getEventId())).as("%s comes once", vector.getEventId()).isTrue();
        if (wanted.contains(vector.getEventId())) {
          values.put(vector.getEventId(), vector.getValues());
        }
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Transaction id to its six features: count and mean of 1, 7 and 30 days. */
  private Map<String, List<Double>> expected(String file) throws IOException {
    Map<String, List<Double>> rows = new HashMap<>();
    List<String> lines = Files.readAllLines(data.resolve(file));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      List<Double> features = new ArrayList<>();
      for (int i = 1; i < cells.length; i++) {
        features.add(Double.parseDouble(cells[i]));
      }
      rows.put(cells[0], features);
    }
    return rows;
  }

  /** Where a vector holds what the handbook's columns hold: count and mean, window by window. */
  private static List<Integer> columns(Pipeline pipeline, String view, String mean) {
    List<String> names = pipeline.service("fraud").orElseThrow().featureNames();
    return Stream.of("1d", "7d", "30d")
        .flatMap(window -> Stream.of("payments_" + window, mean + "_" + window))
        .map(column -> names.indexOf(view + "." + column))
        .toList();
  }

  /** The largest difference between expected and found values. */
  private static double compare(
      Map<String, List<Double>> expected,
      Map<String, List<@Nullable Object>> vectors,
      List<Integer> columns) {
    double largest = 0;
    for (Map.Entry<String, List<Double>> row : expected.entrySet()) {
      List<@Nullable Object> vector = vectors.get(row.getKey());
      for (int i = 0; i < columns.size(); i++) {
        Object found = vector.get(columns.get(i));
        assertThat(found).as("transaction %s, feature %d", row.getKey(), i).isNotNull();
        largest =
            Math.max(largest, Math.abs(row.getValue().get(i) - ((Number) found).doubleValue()));
      }
    }
    return largest;
  }
}
