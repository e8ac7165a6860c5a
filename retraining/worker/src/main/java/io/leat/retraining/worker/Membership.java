package io.leat.retraining.worker;

import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which of several workers works: the one that the consumer group gives the one partition of
 * {@code retraining-requests}. The others stand by. Nothing is read here. Thread-safe.
 */
final class Membership implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean holds;
  private volatile boolean closed;
  private volatile String problem = "";

  /**
   * @param instance name of this worker that outlives restarts
   */
  Membership(Map<String, ?> kafka, String group, String instance) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.thread = new Thread(this::stay, "retraining-worker-member");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether this worker is the one that works. */
  boolean holds() {
    return holds;
  }

  /** What is amiss, in one sentence. */
  Optional<String> problem() {
    return Optional.of(problem).filter(text -> !text.isEmpty());
  }

  private void stay() {
    consumer.subscribe(
        List.of(Topics.RETRAINING_REQUESTS),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            holds = !consumer.assignment().isEmpty();
            log.info("This worker {}", holds ? "works" : "stands by");
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            holds = false;
          }
        });
    try {
      while (!closed) {
        try {
          consumer.poll(POLL);
          problem = "";
        } catch (WakeupException e) {
          // closed
        } catch (InterruptException e) {
          return;
        } catch (KafkaException e) {
          holds = false;
          if (!String.valueOf(e.getMessage()).equals(problem)) {
            log.warn("The group of workers cannot be joined, and is tried again", e);
          }
          problem = String.valueOf(e.getMessage());
        }
      }
    } finally {
      holds = false;
      consumer.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
