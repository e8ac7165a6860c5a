package io.leat.deadletters;

import io.leat.common.Cleanup;
import io.leat.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches, each a transaction of its own: its events and the record of it. There is one
 * transactional id an event, so that a writer that opens ends what an earlier one left open, and
 * that one can write no more. One thread owns it.
 */
final class ReplayWriter implements AutoCloseable {
  /** What one event can take, before compression. */
  private static final int LARGEST_EVENT = 8 * Topics.LARGEST_RECORD;

  private final String event;
  private final KafkaProducer<byte[], byte[]> producer;

  /**
   * Opens a writer; what is committed in its name is final from here on.
   *
   * @throws DeadLetterException if the brokers refuse or do not answer
   */
  ReplayWriter(Map<String, Object> kafka, String pipeline, String event) {
    this.event = event;
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("transactional.id", pipeline + "-dlq-replay-" + event);
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("compression.type", "lz4");
    // Events that were too large to be copied come from their topic: what it takes, goes.
    settings.put("max.request.size", LARGEST_EVENT);
    settings.put("buffer.memory", 2L * LARGEST_EVENT);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      Cleanup.after(e, producer);
      throw failed(e);
    }
  }

  /** How many partitions the event's raw topic has. */
  int partitions() {
    try {
      return producer.partitionsFor(event).size();
    } catch (KafkaException e) {
      throw DeadLetterException.unreachable(event, e);
    }
  }

  /**
   * Writes a batch, all of it or nothing.
   *
   * @return whether it was written; false: a record of it is larger than the topic takes
   * @throws DeadLetterException if another replay has begun, or the brokers fail
   */
  boolean write(List<ProducerRecord<byte[], byte[]>> batch, ProducerRecord<byte[], byte[]> audit) {
    try {
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : batch) {
        send(record);
      }
      send(audit);
      producer.commitTransaction();
      return true;
    } catch (KafkaException e) {
      if (caused(e, ProducerFencedException.class)
          || caused(e, InvalidProducerEpochException.class)) {
        throw new DeadLetterException(
            "Another replay of %s has begun and goes on in place of this one; what this one had committed stays, and nothing is written twice."
                .formatted(event),
            e);
      }
      try {
        producer.abortTransaction();
      } catch (KafkaException again) {
        e.addSuppressed(again); // the next writer ends it
      }
      if (caused(e, RecordTooLargeException.class)) {
        return false;
      }
      throw failed(e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the commit fails if it does
  private void send(ProducerRecord<byte[], byte[]> record) {
    producer.send(record);
  }

  private DeadLetterException failed(KafkaException e) {
    return new DeadLetterException(
        "The events of %s could not be written: %s. What was committed before stays; begin the replay again to go on."
            .formatted(event, e.getMessage()),
        e);
  }

  private static boolean caused(Throwable error, Class<? extends Throwable> type) {
    for (@Nullable Throwable e = error; e != null; e = e.getCause()) {
      if (type.isInstance(e)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    producer.close();
  }
}
