package io.leat.pipeline.apply;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.Cleanup;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.position.LostPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What was applied, on {@code definitions}, and who did it, on {@code audit}. */
public final class DefinitionLog {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final AvroCodec codec;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   */
  public DefinitionLog(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
    this.codec = new AvroCodec(registry);
  }

  /**
   * The definitions by key.
   *
   * @throws ApplyException if there is no such topic: nothing was applied
   */
  public Map<String, Definition> read() {
    Map<String, Definition> definitions = new LinkedHashMap<>();
    try (Tail tail = tail()) {
      while (!tail.isAtItsEnd()) {
        tail.poll(POLL, definitions);
      }
    }
    return definitions;
  }

  /**
   * The log from its beginning, to be followed.
   *
   * @throws ApplyException if there is no such topic: nothing was applied
   */
  public Tail tail() {
    return new Tail();
  }

  /** Follows the log. The one thread's that made it, but for {@link #wakeUp}. */
  public final class Tail implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> ends;

    private Tail() {
      Map<String, Object> settings = new HashMap<>(kafka);
      settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
      settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
      consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      try {
        List<TopicPartition> partitions =
            consumer.partitionsFor(Topics.DEFINITIONS).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (partitions.isEmpty()) {
          throw new ApplyException(
              "There is no topic %s on this cluster: no pipeline was applied. Run 'leat apply'"
                  .formatted(Topics.DEFINITIONS),
              null);
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        ends = consumer.endOffsets(partitions);
      } catch (RuntimeException e) {
        Cleanup.after(e, consumer);
        throw e;
      }
    }

    /** Whether everything has been read that was there when the tail was made. */
    public boolean isAtItsEnd() {
      return ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /**
     * Waits for records, and takes them in.
     *
     * @param definitions by key; changed
     * @return whether there were any
     * @throws ApplyException if the log lost records that were to be read next: what was read is
     *     not all, and another tail reads what is there
     * @throws org.apache.kafka.common.errors.WakeupException if somebody woke it up
     */
    public boolean poll(Duration longest, Map<String, Definition> definitions) {
      ConsumerRecords<byte[], byte[]> records = poll(longest);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        String key = new String(record.key(), UTF_8);
        if (record.value() == null) {
          definitions.remove(key);
        } else {
          definitions.put(key, codec.decode(record.value(), Definition.class));
        }
      }
      return !records.isEmpty();
    }

    private ConsumerRecords<byte[], byte[]> poll(Duration longest) {
      try {
        return consumer.poll(longest);
      } catch (OffsetOutOfRangeException e) {
        throw new ApplyException(LostPosition.whileReading(e), e);
      }
    }

    /** Ends a {@link #poll} that waits, or the next one; from any thread. */
    public void wakeUp() {
      consumer.wakeup();
    }

    @Override
    public void close() {
      consumer.close();
    }
  }

  /** Writes definitions and then the record of who applied them, and waits until they are there. */
  void write(List<Definition> definitions, AuditEvent audit) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Definition definition : definitions) {
        send(producer, Topics.DEFINITIONS, Definitions.key(definition), definition);
      }
      send(producer, Topics.AUDIT, audit.getSubject(), audit);
    }
  }

  private <T extends SpecificRecordBase> void send(
      Producer<byte[], byte[]> producer, String topic, String key, T value) {
    int id = registry.register(Topics.valueSubject(topic), value.getSchema());
    try {
      producer
          .send(new ProducerRecord<>(topic, key.getBytes(UTF_8), codec.encode(id, value)))
          .get();
    } catch (ExecutionException e) {
      throw new ApplyException(
          "Writing %s to the topic %s failed: %s"
              .formatted(key, topic, e.getCause() == null ? e : e.getCause().getMessage()),
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApplyException("Interrupted while writing to the topic " + topic, e);
    }
  }
}
