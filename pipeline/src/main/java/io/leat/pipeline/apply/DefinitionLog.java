package io.leat.pipeline.apply;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.CompactedTopic;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What was applied, on {@code definitions}, and who did it, on {@code audit}. */
public final class DefinitionLog {
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
   * @throws io.leat.common.LeatException if the brokers do not answer, or the log loses records
   */
  public Map<String, Definition> read() {
    try (CompactedTopic<Definition> definitions = follow()) {
      return definitions.readToEnd();
    }
  }

  /**
   * The log from its beginning, to be followed; throws as {@link #read} does.
   *
   * @throws ApplyException if there is no such topic: nothing was applied
   */
  public CompactedTopic<Definition> follow() {
    TopicLog log =
        TopicLog.find(kafka, Topics.DEFINITIONS)
            .orElseThrow(
                () ->
                    new ApplyException(
                        "There is no topic %s on this cluster: no pipeline was applied. Run 'leat apply'"
                            .formatted(Topics.DEFINITIONS),
                        null));
    return new CompactedTopic<>(log, value -> codec.decode(value, Definition.class));
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
