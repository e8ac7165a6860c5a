package io.leat.schemas.audit;

import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one change in a transaction. All writers have one transactional id: who opens ends what
 * another left open, and that one can commit no more. One thread owns it.
 */
final class ChangeWriter implements AutoCloseable {
  /** What every writer of changes is to the brokers. */
  static final String TRANSACTIONAL_ID = "leat-changes";

  /**
   * A transaction is the sending of some records and nothing else. Where its writer dies, readers
   * wait for so long, and the next writer does not.
   */
  private static final int TRANSACTION_MILLIS = 30_000;

  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** What Kafka says to a producer in whose place another has opened; or throws because of it. */
  private static final Set<Class<? extends KafkaException>> FENCED =
      Set.of(
          ApplicationRecoverableException.class, // an epoch that was, an id that was
          TransactionAbortableException.class,
          InvalidTxnStateException.class,
          OutOfOrderSequenceException.class);

  private final Map<String, Object> kafka;
  private final Producer<byte[], byte[]> producer;

  /** Makes a producer of its settings. */
  interface Producers extends Function<Map<String, Object>, Producer<byte[], byte[]>> {}

  /** Kafka's own. */
  static final Producers KAFKA =
      settings ->
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());

  /**
   * Opens a writer. What others committed before can be read from here on, and none of them commits
   * any more.
   *
   * @throws TryAgainException if another opened meanwhile
   * @throws LeatException if the brokers refuse or do not answer
   */
  ChangeWriter(Map<String, Object> kafka, Producers producers) throws TryAgainException {
    this.kafka = kafka;
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    this.producer = producers.apply(settings);
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      Cleanup.after(e, this);
      throwIf(FENCED, e);
      throw failed(e);
    }
  }

  /**
   * Writes records, all or none. The writer is of no use after an exception. Readers may see them a
   * moment later: the brokers end a transaction after they have said that it is committed.
   *
   * @return by partition, the offset of the last
   * @throws TryAgainException if another opened meanwhile, or the brokers did not answer in time;
   *     whether the records were written is known when another has opened
   * @throws LeatException if the brokers refuse; nothing was written
   */
  Map<TopicPartition, Long> write(List<ProducerRecord<byte[], byte[]>> records)
      throws TryAgainException {
    Map<TopicPartition, Long> written = new ConcurrentHashMap<>();
    try {
      producer.beginTransaction();
      records.forEach(record -> send(record, written));
      producer.commitTransaction();
      return written;
    } catch (KafkaException e) {
      throwIf(FENCED, e);
      throwIf(Set.of(RetriableException.class), e);
      throw failed(e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the commit fails if it does
  private void send(ProducerRecord<byte[], byte[]> record, Map<TopicPartition, Long> written) {
    producer.send(
        record,
        (sent, error) -> {
          if (error == null) {
            written.merge(
                new TopicPartition(sent.topic(), sent.partition()), sent.offset(), Math::max);
          }
        });
  }

  private static void throwIf(Set<Class<? extends KafkaException>> reasons, KafkaException error)
      throws TryAgainException {
    for (@Nullable Throwable e = error; e != null; e = e.getCause()) {
      for (Class<? extends KafkaException> reason : reasons) {
        if (reason.isInstance(e)) {
          throw new TryAgainException(error);
        }
      }
    }
  }

  private RuntimeException failed(KafkaException e) {
    if (e instanceof InterruptException) {
      return e;
    }
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new LeatException(
        ErrorCode.KAFKA,
        "Nothing was changed: the brokers at %s refuse to write it: %s. Are they running, and may this user write to the topics, and with the transactional id %s?"
            .formatted(kafka.get("bootstrap.servers"), cause.getMessage(), TRANSACTIONAL_ID),
        e);
  }

  /** Ends a transaction that is open, where the brokers still take its word. */
  @Override
  public void close() {
    producer.close(CLOSING);
  }
}
