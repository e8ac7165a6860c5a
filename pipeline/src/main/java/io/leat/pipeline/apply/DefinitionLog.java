package io.leat.pipeline.apply;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What was applied, on {@code definitions}, and who did it, on {@code audit}. */
final class DefinitionLog {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final AvroCodec codec;

  DefinitionLog(Map<String, Object> kafka, RegistryClient registry) {
    this.kafka = kafka;
    this.registry = registry;
    this.codec = new AvroCodec(registry);
  }

  /** The definitions by key; call it only where the topic exists. */
  Map<String, Definition> read() {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    Map<String, Definition> definitions = new LinkedHashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.DEFINITIONS).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          String key = new String(record.key(), UTF_8);
          if (record.value() == null) {
            definitions.remove(key);
          } else {
            definitions.put(key, codec.decode(record.value(), Definition.class));
          }
        }
      }
    }
    return definitions;
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
