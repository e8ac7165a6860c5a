package io.leat.benchmarks;

import io.leat.pipeline.definition.Contract;
import io.leat.records.FeatureVector;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import io.leat.stack.JvmProcess;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends events all the while, and now and then the first event of a key whose state is known; says
 * when the right vector of that is committed.
 */
final class RestoreProbe implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(20);
  private static final String TERMINAL = "T1";

  /** Keys before this one are asked for, those from it on are everybody's. */
  private static final int PROBES = 100;

  private final RestoreState state;
  private final PaymentFeed feed;
  private final AvroCodec codec;
  private final TopicLog vectors;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final Thread load;
  private int probes;
  private long since = System.nanoTime();

  RestoreProbe(Cluster cluster, Contract contract, RestoreState state, int perSecond) {
    this.state = state;
    this.feed = new PaymentFeed(cluster, contract);
    this.codec = new AvroCodec(cluster.newRegistryClient());
    this.vectors = cluster.open(Topics.features("customers"));
    this.load = new Thread(() -> load(perSecond), "load");
    load.start();
  }

  /** The time that vectors are waited for from, until the next mark. */
  void mark() {
    since = System.nanoTime();
  }

  /**
   * Sends a payment of a known key and waits for its vector.
   *
   * @return seconds since {@link #mark}
   * @throws IllegalStateException if the vector is not what it must be, or does not come
   */
  double awaitVector(JvmProcess process) {
    int key = probes++;
    GenericRecord payment;
    long time;
    synchronized (feed) {
      time = System.currentTimeMillis();
      payment = feed.send(RestoreState.key(key), TERMINAL, time, 12.5);
    }
    String id = payment.get("payment_id").toString();
    List<@Nullable Object> expected = state.expected(key, payment);
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw process.died();
      }
      for (var record : vectors.poll(Duration.ofMillis(20))) {
        FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
        if (vector.getEventId().equals(id)) {
          double seconds = (System.nanoTime() - since) / 1e9;
          if (!vector.getValues().equals(expected)) {
            throw new IllegalStateException(
                "the vector of payment %s is %s; expected %s"
                    .formatted(id, vector.getValues(), expected));
          }
          return seconds;
        }
      }
    }
    throw new IllegalStateException(
        "no vector of payment %s in %d minutes; the log is %s"
            .formatted(id, LONGEST.toMinutes(), process.logFile()));
  }

  private void load(int perSecond) {
    SplittableRandom random = new SplittableRandom(3);
    long start = System.nanoTime();
    for (long sent = 0; !stop.get(); sent++) {
      while ((System.nanoTime() - start) / 1e9 * perSecond < sent && !stop.get()) {
        LockSupport.parkNanos(1_000_000);
      }
      synchronized (feed) {
        feed.send(
            RestoreState.key(random.nextInt(PROBES, state.keys())),
            TERMINAL,
            System.currentTimeMillis(),
            random.nextInt(1, 4_000) / 4.0);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    stop.set(true);
    load.join();
    feed.close();
    vectors.close();
  }
}
