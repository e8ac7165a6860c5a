package io.leat.benchmarks;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.StateStores;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.NullReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A view's state of many keys, made by the engine and written to the view's changelog: as if the
 * online store had run for a month. Many keys share one of some states.
 */
final class RestoreState {
  private static final int DIFFERENT = 2_000;
  private static final byte[] KEY = {'k'};
  private static final int KEY_BYTES = 10;

  private final Pipeline pipeline;
  private final FeatureView view;
  private final Contract contract;
  private final List<byte[]> states = new ArrayList<>();
  private final int keys;
  private final long bytes;

  /**
   * @param events of a key in the last 30 days
   * @param megabytes of keys and values together
   */
  RestoreState(Pipeline pipeline, int events, int megabytes) {
    this.pipeline = pipeline;
    this.view = pipeline.views().get(0);
    this.contract = pipeline.contracts().get(0);
    RandomGenerator random = new SplittableRandom(5);
    for (int i = 0; i < DIFFERENT; i++) {
      states.add(state(random, events));
    }
    double mean = states.stream().mapToInt(state -> state.length + KEY_BYTES).average().orElse(0);
    this.keys = (int) (megabytes * (double) (1 << 20) / mean);
    this.bytes = (long) (keys * mean);
  }

  /** The pipeline's name, of which the changelog has its own. */
  String pipeline() {
    return pipeline.name();
  }

  int keys() {
    return keys;
  }

  /** Bytes of all keys and values. */
  long bytes() {
    return bytes;
  }

  static String key(int number) {
    return "C" + (100_000_000 + number);
  }

  /** The features that a key must have with one more payment, if it has had no other since. */
  List<@Nullable Object> expected(int key, GenericRecord payment) {
    EntriesInMemory entries = new EntriesInMemory();
    byte[] name = EntityKeys.bytes(key(key));
    entries.put(name, states.get(key % DIFFERENT));
    return NullReason.plain(
        Arrays.asList(engine().updateAndEvaluate(entries, name, payment).values()));
  }

  /** Writes the whole state, before the online store has run. */
  void writeTo(Cluster cluster) throws ExecutionException, InterruptedException {
    String changelog = StateStores.changelog(pipeline.name(), view);
    cluster.create(List.of(changelog), 1, Map.of("cleanup.policy", "compact"));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "compression.type",
                "lz4",
                "linger.ms",
                20,
                "batch.size",
                128 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int key = 0; key < keys; key++) {
        producer.send(
            new ProducerRecord<>(
                changelog, EntityKeys.bytes(key(key)), states.get(key % DIFFERENT)));
      }
    }
  }

  private ViewEngine engine() {
    return new ViewEngine(view, contract);
  }

  private byte[] state(RandomGenerator random, int events) {
    EntriesInMemory entries = new EntriesInMemory();
    ViewEngine engine = engine();
    long month = Duration.ofDays(30).toMillis();
    long time = System.currentTimeMillis() - month;
    GenericRecord payment = new GenericData.Record(contract.schema());
    for (int event = 0; event < events; event++) {
      time += random.nextLong(1, 2 * month / events - month / events / events);
      payment.put("amount", random.nextInt(1, 100_000) / 100.0);
      payment.put(contract.eventTime(), Math.min(time, System.currentTimeMillis()));
      engine.update(entries, KEY, payment);
    }
    byte[] state = entries.get(KEY);
    if (state == null || entries.asMap().size() != 1) {
      throw new IllegalArgumentException(
          "a state of %d entries with %d events; expected one: give fewer"
              .formatted(entries.asMap().size(), events));
    }
    return state;
  }
}
