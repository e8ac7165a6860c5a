package io.leat.cli.replay;

import io.leat.cli.PlatformOptions;
import io.leat.cli.UserError;
import io.leat.pipeline.Contract;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.LogicalTypes;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events of one contract as its producer would: keyed, Avro in Confluent's framing. One
 * thread owns it.
 */
final class EventPublisher implements AutoCloseable {
  private final Contract contract;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroCodec codec;
  private final int schemaId;
  private final boolean micros;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long sent;

  EventPublisher(PlatformOptions platform, Contract contract) {
    this.contract = contract;
    RegistryClient registry = platform.registry();
    this.codec = new AvroCodec(registry);
    this.schemaId = registry.register(Topics.valueSubject(contract.event()), contract.schema());
    this.micros =
        contract.schema().getField(contract.eventTime()).schema().getLogicalType()
            instanceof LogicalTypes.TimestampMicros;
    Map<String, Object> settings = platform.kafka();
    settings.put("enable.idempotence", true);
    settings.put("linger.ms", 5);
    settings.put("batch.size", 1 << 16);
    settings.put("compression.type", "lz4");
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Event time of an event, milliseconds since 1970. */
  long eventTime(GenericRecord event) {
    return event.get(contract.eventTime()) instanceof Long time
        ? (micros ? Math.floorDiv(time, 1_000L) : time)
        : 0;
  }

  /**
   * Hands an event to the producer.
   *
   * @throws UserError if the brokers have refused an earlier one
   */
  void send(GenericRecord event) {
    byte[] key =
        contract
            .key()
            .map(event::get)
            .map(value -> value.toString().getBytes(StandardCharsets.UTF_8))
            .orElse(null);
    producer.send(
        new ProducerRecord<>(contract.event(), key, codec.encode(schemaId, event)),
        (metadata, error) -> {
          if (error != null) {
            failure.compareAndSet(null, error);
          }
        });
    sent++;
    requireNoFailure();
  }

  /** Waits until the brokers have everything. */
  void flush() {
    producer.flush();
    requireNoFailure();
  }

  private void requireNoFailure() {
    Exception error = failure.get();
    if (error != null) {
      throw new UserError(
          "The brokers did not take an event of %s: %s"
              .formatted(contract.event(), error.getMessage()),
          error);
    }
  }

  long sent() {
    return sent;
  }

  @Override
  public void close() {
    producer.close();
  }
}
