package io.leat.benchmarks;

import io.leat.features.online.EntityKeys;
import io.leat.features.online.StateStores;
import io.leat.features.server.PaymentStates;
import io.leat.features.server.RedisPeerMain;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import redis.clients.jedis.Jedis;

/**
 * The states of all keys of two views, and what changes them: events, each of which makes a new
 * state of some key. To the changelogs they go in transactions, as the online store writes them; to
 * Redis as SETs in a pipeline. One thread's at a time.
 */
final class StateFeed implements AutoCloseable {
  private static final int BATCH = 10_000;

  /** Where changes go. */
  enum Target {
    CHANGELOGS,
    REDIS_VECTORS,
    REDIS_STATES
  }

  /**
   * @param first the states as they were made
   * @param states as they are now
   */
  private record View(
      String name, String changelog, PaymentStates payments, byte[][] first, byte[][] states) {}

  private final List<View> views = new ArrayList<>();
  private final KafkaProducer<byte[], byte[]> producer;
  private final int keys;
  private final Random random = new Random(11);

  /**
   * Makes the states.
   *
   * @param events mean number of a key's events; keys have from one to twice as many
   */
  StateFeed(Pipeline pipeline, Cluster cluster, int keys, int events)
      throws ExecutionException, InterruptedException {
    this.keys = keys;
    long now = System.currentTimeMillis();
    for (FeatureView view : pipeline.views()) {
      PaymentStates payments =
          new PaymentStates(view, pipeline.contract(view.source()).orElseThrow());
      byte[][] states = new byte[keys][];
      for (int key = 0; key < keys; key++) {
        states[key] = payments.state(name(key), 1 + random.nextInt(2 * events), now);
      }
      views.add(
          new View(
              view.name(),
              StateStores.changelog(pipeline.name(), view),
              payments,
              states.clone(),
              states));
    }
    cluster.create(
        views.stream().map(View::changelog).toList(), 4, Map.of("cleanup.policy", "compact"));
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "transactional.id",
                "feature-server-benchmark",
                "compression.type",
                "lz4"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
  }

  /** Name of a key. */
  static String name(int key) {
    return "K" + (100_000_000L + key);
  }

  /** Mean size of a state in bytes. */
  long meanBytes() {
    long bytes = 0;
    for (View view : views) {
      for (byte[] state : view.states()) {
        bytes += state.length;
      }
    }
    return bytes / ((long) keys * views.size());
  }

  /** Writes all states to the changelogs. */
  void fillChangelogs() {
    for (View view : views) {
      for (int from = 0; from < keys; from += BATCH) {
        producer.beginTransaction();
        for (int key = from; key < Math.min(keys, from + BATCH); key++) {
          send(view, key);
        }
        producer.commitTransaction();
      }
    }
  }

  /** Writes all states, or all vectors, to Redis. */
  void fill(Jedis redis, Target target) {
    redis.flushAll();
    long now = System.currentTimeMillis();
    for (View view : views) {
      for (int from = 0; from < keys; from += BATCH) {
        try (var pipeline = redis.pipelined()) {
          for (int key = from; key < Math.min(keys, from + BATCH); key++) {
            pipeline.set(RedisPeerMain.key(view.name(), name(key)), value(view, key, target, now));
          }
        }
      }
    }
  }

  /**
   * Changes keys at random until it is stopped. The changelogs are written whatever the target: the
   * online store, which writes them, runs beside any store that is read.
   *
   * @param commits how often changes are committed
   * @param grow whether each change adds to those before; else all are of the first states
   */
  void run(
      Target target,
      Optional<Jedis> redis,
      int perSecond,
      Duration commits,
      boolean grow,
      AtomicBoolean stop) {
    long start = System.nanoTime();
    long done = 0;
    while (!stop.get()) {
      long due = (System.nanoTime() - start) / 1_000 * perSecond / 1_000_000;
      long now = System.currentTimeMillis();
      @SuppressWarnings("ArrayAsKeyOfSetOrMap") // what Redis's client takes; never looked up in
      Map<byte[], byte[]> toRedis = new LinkedHashMap<>();
      producer.beginTransaction();
      for (; done < due; done++) {
        View view = views.get(random.nextInt(views.size()));
        int key = random.nextInt(keys);
        byte[] before = (grow ? view.states() : view.first())[key];
        view.states()[key] = view.payments().next(before, name(key), now);
        send(view, key);
        if (target != Target.CHANGELOGS) {
          toRedis.put(RedisPeerMain.key(view.name(), name(key)), value(view, key, target, now));
        }
      }
      producer.commitTransaction();
      if (!toRedis.isEmpty()) {
        try (var pipeline = redis.orElseThrow().pipelined()) {
          toRedis.forEach(pipeline::set);
        }
      }
      LockSupport.parkNanos(commits.toNanos());
    }
  }

  private static byte[] value(View view, int key, Target target, long now) {
    byte[] state = view.states()[key];
    return target == Target.REDIS_STATES ? state : view.payments().vector(state, now);
  }

  private void send(View view, int key) {
    producer.send(
        new ProducerRecord<>(view.changelog(), EntityKeys.bytes(name(key)), view.states()[key]));
  }

  @Override
  public void close() {
    producer.close();
  }
}
