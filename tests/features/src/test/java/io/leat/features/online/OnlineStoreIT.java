package io.leat.features.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.engine.ServiceReplay;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.schemas.AvroCodec;
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.ExactlyOnceReport.Kind;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.soak.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The online store as a process, killed again and again while it works through a log.
 *
 * <p>All payments happen at one moment, so every count and every sum tells the number and the order
 * of the updates before it: one update lost or made twice, and all later values of its key are
 * wrong.
 */
class OnlineStoreIT {
  private static final int EVENTS = Soak.times(12_000, 60_000);
  private static final int CUSTOMERS = 300;
  private static final int TERMINALS = 40;
  private static final long MOMENT = 1_700_000_000_000L;
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  @Test
  void killedAndStartedAgainItMakesEveryVectorOnceWithTheRightValues() throws Exception {
    Random random = KilledStore.random();
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = ValidEvents.folder("shop");
      Pipeline pipeline = ValidEvents.prepare(cluster, folder);
      List<GenericRecord> payments = payments(pipeline, random);
      try (ValidEvents events = new ValidEvents(cluster, pipeline.contracts().get(0))) {
        payments.forEach(events::send);
      }

      KilledStore.replay(cluster, folder, "features.fraud", EVENTS, random, TIMEOUT);

      ExactlyOnceReport spender = check(cluster, "features.spender");
      System.out.println("features.spender: " + spender);
      spender.assertExact();
      ExactlyOnceReport fraud = check(cluster, "features.fraud");
      System.out.printf(
          "features.fraud: %d committed inputs, %d committed outputs, %d of them in another order%n",
          fraud.inputs(), fraud.outputs(), fraud.ids(Kind.REORDERED).size());
      // Re-keyed to a second entity, vectors of one customer may change places; nothing else may.
      assertThat(fraud.findings()).allMatch(finding -> finding.kind() == Kind.REORDERED);
      assertThat(fraud.outputs()).isEqualTo(EVENTS);
      assertValuesOfReplay(cluster, pipeline, payments);
      assertEveryTerminalCountsUp(cluster);
    }
  }

  private static List<GenericRecord> payments(Pipeline pipeline, Random random) {
    Schema schema = pipeline.contracts().get(0).schema();
    return LongStream.range(0, EVENTS)
        .mapToObj(
            id -> {
              GenericRecord payment = new GenericData.Record(schema);
              payment.put("payment_id", id);
              payment.put("paid_at", MOMENT);
              payment.put("customer_id", "c" + random.nextInt(CUSTOMERS));
              payment.put("terminal_id", "t" + random.nextInt(TERMINALS));
              payment.put("amount", random.nextInt(1, 100_000) / 100.0);
              return payment;
            })
        .toList();
  }

  private static ExactlyOnceReport check(TestCluster cluster, String output) {
    return new ExactlyOnceChecker(cluster.bootstrapServers())
        .input("payments.valid", ExactlyOnceChecker::eventId)
        .output(output, ExactlyOnceChecker::eventId)
        .drainedBy("shop-features")
        .check(TIMEOUT);
  }

  /** Of each customer the payments came in order: all values of the customer are the replay's. */
  private static void assertValuesOfReplay(
      TestCluster cluster, Pipeline pipeline, List<GenericRecord> payments) {
    ServiceReplay replay = new ServiceReplay(pipeline.service("spender").orElseThrow(), pipeline);
    Map<String, List<@Nullable Object>> expected = new HashMap<>();
    payments.forEach(
        payment ->
            replay
                .feed("payments", payment)
                .ifPresent(vector -> expected.put(vector.eventId(), vector.values())));
    Map<String, List<@Nullable Object>> alone = new HashMap<>();
    read(cluster, "features.spender").forEach(v -> alone.put(v.getEventId(), v.getValues()));
    Map<String, List<@Nullable Object>> within = new HashMap<>();
    int columns = pipeline.service("spender").orElseThrow().features().size();
    read(cluster, "features.fraud")
        .forEach(v -> within.put(v.getEventId(), v.getValues().subList(1, 1 + columns)));

    assertThat(alone).isEqualTo(expected);
    assertThat(within).isEqualTo(expected);
  }

  /** Payments of many customers meet at a terminal in any order, but each is counted once. */
  private static void assertEveryTerminalCountsUp(TestCluster cluster) {
    Map<String, List<Long>> counts = new HashMap<>();
    for (FeatureVector vector : read(cluster, "features.fraud")) {
      counts
          .computeIfAbsent(vector.getKeys().get("terminal"), t -> new ArrayList<>())
          .add((Long) vector.getValues().get(4));
    }
    assertThat(counts).hasSize(TERMINALS);
    counts.forEach(
        (terminal, ranks) ->
            assertThat(ranks)
                .as(terminal)
                .containsExactlyInAnyOrderElementsOf(
                    LongStream.rangeClosed(1, ranks.size()).boxed().toList()));
  }

  private static List<FeatureVector> read(TestCluster cluster, String topic) {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    try (TopicReader reader = cluster.newReader(topic)) {
      List<FeatureVector> vectors = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : reader.readToEnd()) {
        vectors.add(codec.decode(record.value(), FeatureVector.class));
      }
      return vectors;
    }
  }
}
