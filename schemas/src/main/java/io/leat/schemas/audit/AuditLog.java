package io.leat.schemas.audit;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.records.AuditEvent;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The topic {@code audit}, read to its very end: transactions that are open there are waited for,
 * since a committed event may lie behind what another job has not committed yet.
 *
 * <p>Errors are those of {@link TopicLog}, and {@link ErrorCode#REGISTRY} where the registry lacks
 * the schema of a record. One thread owns it.
 */
public final class AuditLog implements AutoCloseable {
  /** The topic has one partition; were there more, changes are in this one. */
  static final TopicPartition PARTITION = new TopicPartition(Topics.AUDIT, 0);

  private final Map<String, Object> kafka;
  private final AvroCodec codec;
  private final TopicLog log;

  /** Takes records. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes a record.
     *
     * @param event empty where its bytes are no audit event
     * @return false where no more are wanted
     */
    boolean visit(long offset, Optional<AuditEvent> event);
  }

  /**
   * Opens the topic.
   *
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @throws LeatException if there is no such topic, or the brokers do not answer
   */
  public AuditLog(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.codec = new AvroCodec(registry);
    this.log = TopicLog.open(kafka, Topics.AUDIT);
  }

  /** Reads all that there is now, the oldest first. */
  public void read(Visitor visitor) {
    long end = end();
    log.seek(Map.of(PARTITION, Lookups.required(log.beginnings(), PARTITION)));
    log.readTo(Map.of(PARTITION, end), record -> visitor.visit(record.offset(), event(record)));
  }

  /** The last event that is wanted, of all that there are now. */
  Optional<AuditEvent> last(Predicate<AuditEvent> wanted) {
    long end = end();
    log.seek(Map.of(PARTITION, Lookups.required(log.ends(), PARTITION)));
    log.readTo(Map.of(PARTITION, end), record -> true); // until what is open there has ended
    return log.last(PARTITION, end, record -> event(record).filter(wanted).isPresent())
        .flatMap(this::event);
  }

  private Optional<AuditEvent> event(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    byte[] value = record.value();
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(codec.decode(value, AuditEvent.class));
    } catch (MalformedValueException e) {
      if (e.kind() == MalformedValueException.Kind.UNKNOWN_SCHEMA) {
        throw new LeatException(
            ErrorCode.REGISTRY,
            "The record at %s/%d/%d cannot be read, so it is not known what was changed: %s. See that the registry is the one that the platform writes with, and has what it had."
                .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()),
            e);
      }
      return Optional.empty();
    }
  }

  /** Behind all that was written, committed or not. */
  private long end() {
    try (Admin admin = Admin.create(kafka)) {
      return Lookups.required(
              admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).all().get(), PARTITION)
          .offset();
    } catch (ExecutionException e) {
      throw unreadable(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  private LeatException unreadable(Throwable e) {
    return new LeatException(
        ErrorCode.KAFKA,
        "The end of the topic %s could not be learnt at %s: %s. Is the broker running, and may this user read the topic?"
            .formatted(Topics.AUDIT, kafka.get("bootstrap.servers"), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    log.close();
  }
}
