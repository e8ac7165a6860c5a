package io.leat.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.Lookups;
import io.leat.records.AuditEvent;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters of an event were replayed, by the platform's topic {@code audit}: each batch
 * of events and the record of it are one transaction, so what is recorded here was produced and
 * what is not was not. Not thread-safe.
 */
final class ReplayLog {
  /** The action of its records. */
  static final String ACTION = "dlq.replay";

  private static final String TOPIC = "topic";
  private static final String TOPIC_ID = "topic-id";
  private static final String DEAD_LETTERS = "letters";

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final String event;
  private final AvroCodec codec;
  private final String topicId;

  /**
   * @throws DeadLetterException if the brokers do not answer, or lack the event's dead letters
   */
  ReplayLog(Map<String, Object> kafka, RegistryClient registry, String event) {
    this.kafka = kafka;
    this.registry = registry;
    this.event = event;
    this.codec = new AvroCodec(registry);
    String topic = Topics.deadLetters(event);
    Uuid id =
        Lookups.required(
                ask(topic, admin -> admin.describeTopics(List.of(topic)).allTopicNames().get()),
                topic)
            .topicId();
    this.topicId = id.toString(); // a topic that was made again counts its dead letters again
  }

  private String subject() {
    return "event " + event;
  }

  /**
   * Reads what was replayed.
   *
   * @throws DeadLetterException if it cannot be known
   * @throws io.leat.common.LeatException if the brokers do not answer, or a transaction stays open
   */
  Offsets read() {
    TopicPartition partition = new TopicPartition(Topics.AUDIT, 0);
    // The very end, not that of the last closed transaction: another job's open one may lie before
    // a record of ours.
    long end =
        Lookups.required(
                ask(
                    Topics.AUDIT,
                    admin -> admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get()),
                partition)
            .offset();
    Offsets replayed = new Offsets();
    try (TopicLog log = TopicLog.open(kafka, Topics.AUDIT)) {
      log.readTo(
          Map.of(partition, end),
          record -> {
            add(record, replayed);
            return true;
          });
    }
    return replayed;
  }

  private void add(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Offsets replayed) {
    byte[] value = record.value();
    if (value == null || !Arrays.equals(record.key(), subject().getBytes(UTF_8))) {
      return; // of something else
    }
    try {
      AuditEvent audit = codec.decode(value, AuditEvent.class);
      if (audit.getAction().equals(ACTION) && topicId.equals(audit.getDetails().get(TOPIC_ID))) {
        replayed.addAll(Lookups.required(audit.getDetails(), DEAD_LETTERS));
      }
    } catch (MalformedValueException | IllegalArgumentException e) {
      throw new DeadLetterException(
          "The record at %s/0/%d cannot be read, so it is not known what was replayed: %s"
              .formatted(Topics.AUDIT, record.offset(), e.getMessage()),
          e);
    }
  }

  /**
   * The record of a batch.
   *
   * @param actor who replays
   * @param changes what was changed before; empty text where nothing was
   */
  ProducerRecord<byte[], byte[]> record(
      List<DeadLetterPosition> deadLetters, String actor, String changes, Instant now) {
    Map<String, String> details = new HashMap<>();
    details.put(TOPIC, Topics.deadLetters(event));
    details.put(TOPIC_ID, topicId);
    details.put(DEAD_LETTERS, Offsets.format(deadLetters));
    details.put("events", Integer.toString(deadLetters.size()));
    if (!changes.isEmpty()) {
      details.put("set", changes);
    }
    AuditEvent audit =
        AuditEvent.newBuilder()
            .setAction(ACTION)
            .setActor(actor)
            .setSubject(subject())
            .setDetails(details)
            .setTime(now)
            .build();
    int id = registry.register(Topics.valueSubject(Topics.AUDIT), AuditEvent.getClassSchema());
    return new ProducerRecord<>(Topics.AUDIT, subject().getBytes(UTF_8), codec.encode(id, audit));
  }

  private interface Question<T> {
    T ask(Admin admin) throws ExecutionException, InterruptedException;
  }

  private <T> T ask(String topic, Question<T> question) {
    try (Admin admin = Admin.create(kafka)) {
      return question.ask(admin);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause
          ? DeadLetterException.unreachable(topic, cause)
          : new DeadLetterException("The topic " + topic + " could not be looked at", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (KafkaException e) {
      throw DeadLetterException.unreachable(topic, e);
    }
  }
}
