package io.leat.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to topics as a producer would: acknowledged by all, idempotent. {@link #flush} (and {@link
 * #close}) fail if any record could not be written. Not thread-safe.
 */
public final class TopicWriter implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final RegistryClient registry;
  private final AvroCodec codec;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  TopicWriter(String bootstrapServers, RegistryClient registry) {
    this.registry = registry;
    this.codec = new AvroCodec(registry);
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "5"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Sends bytes as they are. */
  public void send(String topic, @Nullable String key, byte @Nullable [] value) {
    send(new ProducerRecord<>(topic, bytes(key), value));
  }

  /** Sends a record as it is, with partition, headers and timestamp of the caller's. */
  public void send(ProducerRecord<byte[], byte[]> record) {
    sent.add(producer.send(record));
  }

  /** Sends a value in Confluent's format; its schema is registered under the topic's subject. */
  public void send(String topic, @Nullable String key, GenericRecord value) {
    int id = registry.register(Topics.valueSubject(topic), value.getSchema());
    send(topic, key, codec.encode(id, value));
  }

  /** Sends one of the platform's own records, as {@link #send(String, String, GenericRecord)}. */
  public void sendRecord(String topic, @Nullable String key, SpecificRecordBase value) {
    int id = registry.register(Topics.valueSubject(topic), value.getSchema());
    send(topic, key, codec.encode(id, value));
  }

  /** Waits until all that was sent is acknowledged. */
  public void flush() {
    producer.flush();
    try {
      for (Future<RecordMetadata> future : sent) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a record could not be written", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } finally {
      sent.clear();
    }
  }

  @Override
  public void close() {
    try (producer) {
      flush();
    }
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }
}
