package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Whatever kills and late events the online store went through, in the end it holds what the engine
 * makes of the same events at one go, for every key: quiet ones and ones with thousands of events.
 */
class FinalStoreIT {
  private static final int EVENTS = 40_000;
  private static final int CUSTOMERS = 400;
  private static final int TERMINALS = 12;
  private static final long FIRST = 1_700_000_000_000L;
  private static final long SPAN = Duration.ofDays(4).toMillis();
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  @Test
  void afterKillsAndLateEventsTheStoreIsWhatTheEngineMakesOfTheLog() throws Exception {
    Random random = KilledStore.random();
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = ValidEvents.folder("ledger");
      Pipeline pipeline = ValidEvents.prepare(cluster, folder);
      List<GenericRecord> payments = payments(pipeline, random);
      try (ValidEvents events = new ValidEvents(cluster, pipeline.contracts().get(0))) {
        payments.forEach(events::send);
      }

      KilledStore.replay(cluster, folder, "features.ledger", EVENTS, random, TIMEOUT);

      for (FeatureView view : pipeline.views()) {
        assertSame(cluster, pipeline, view, payments, random);
      }
    }
  }

  /** Of every hundred payments one comes up to a day late; some customers pay all the time. */
  private static List<GenericRecord> payments(Pipeline pipeline, Random random) {
    Schema schema = pipeline.contracts().get(0).schema();
    List<GenericRecord> payments = new ArrayList<>();
    for (long id = 0; id < EVENTS; id++) {
      long time = FIRST + id * SPAN / EVENTS;
      boolean late = random.nextInt(100) == 0;
      boolean busy = random.nextInt(4) == 0;
      GenericRecord payment = new GenericData.Record(schema);
      payment.put("payment_id", id);
      payment.put("paid_at", late ? time - random.nextInt((int) DAY) : time);
      payment.put("customer_id", "c" + random.nextInt(busy ? 3 : CUSTOMERS));
      payment.put("terminal_id", "t" + random.nextInt(TERMINALS));
      payment.put("amount", random.nextInt(1, 100_000) / 100.0);
      payments.add(payment);
    }
    return payments;
  }

  private static void assertSame(
      TestCluster cluster,
      Pipeline pipeline,
      FeatureView view,
      List<GenericRecord> payments,
      Random random) {
    EntriesInMemory online = new EntriesInMemory();
    try (TopicReader changelog = cluster.newReader(StateStores.changelog(pipeline.name(), view))) {
      for (ConsumerRecord<byte[], byte[]> change : changelog.readToEnd()) {
        if (change.value() == null) {
          online.remove(change.key());
        } else {
          online.put(change.key(), change.value());
        }
      }
    }
    ViewEngine engine = new ViewEngine(view, pipeline.contracts().get(0));
    EntriesInMemory offline = new EntriesInMemory();
    Set<String> keys = new HashSet<>();
    for (GenericRecord payment : payments) {
      String key = payment.get(view.entity().key()).toString();
      keys.add(key);
      boolean late = engine.update(offline, key.getBytes(UTF_8), payment);
      assertThat(late).isFalse();
    }
    for (String key : keys) {
      for (long time : List.of(FIRST + SPAN, FIRST + SPAN - random.nextInt((int) DAY))) {
        byte[] name = key.getBytes(UTF_8);
        assertThat(engine.evaluate(online, name, time * 1_000))
            .as("%s of %s at %d", view.id(), key, time)
            .containsExactly(engine.evaluate(offline, name, time * 1_000));
      }
    }
    assertThat(online.asMap().keySet().stream().filter(FinalStoreIT::isKey)).hasSameSizeAs(keys);
    System.out.printf(
        "%s: %d keys, %d entries, equal%n", view.id(), keys.size(), online.asMap().size());
  }

  private static boolean isKey(ByteBuffer name) {
    return name.get(0) != (byte) 0xFF;
  }
}
