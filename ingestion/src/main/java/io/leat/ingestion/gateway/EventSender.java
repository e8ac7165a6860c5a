package io.leat.ingestion.gateway;

import io.leat.ingestion.gateway.ContractValidator.Validated;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to the brokers, acknowledged by all replicas, and counts those that are on their
 * way. Thread-safe.
 */
final class EventSender implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final int most;
  private final AtomicInteger inFlight = new AtomicInteger();

  EventSender(Map<String, String> kafka, GatewayLimits limits) {
    this.most = limits.inFlight();
    int millis = Math.toIntExact(limits.acknowledgement().toMillis());
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("compression.type", "lz4");
    settings.put("linger.ms", 2);
    settings.put("max.request.size", Topics.LARGEST_RECORD);
    settings.put("delivery.timeout.ms", millis);
    settings.put("request.timeout.ms", Math.max(1, millis / 2));
    settings.put("max.block.ms", millis);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Events that are being validated or wait for the brokers. */
  int inFlight() {
    return inFlight.get();
  }

  /** Whether there is no room at all. */
  boolean isFull() {
    return inFlight() >= most;
  }

  /** Makes room for events; false where too many are under way. */
  boolean reserve(int events) {
    int now = inFlight.get();
    while (now + events <= most) {
      int found = inFlight.compareAndExchange(now, now + events);
      if (found == now) {
        return true;
      }
      now = found;
    }
    return false;
  }

  /** Gives room back that was reserved and not sent with. */
  void release(int events) {
    inFlight.addAndGet(-events);
  }

  /**
   * Sends an event for which there is room, and gives the room back when its result is known: when
   * the brokers have it, or have not said so in time.
   */
  CompletableFuture<ItemResult> send(Validated.Ready ready) {
    CompletableFuture<ItemResult> result = new CompletableFuture<>();
    try {
      producer.send(
          ready.record(),
          (metadata, error) -> {
            release(1);
            result.complete(result(ready, metadata, error));
          });
    } catch (KafkaException e) {
      release(1);
      result.complete(result(ready, null, e));
    }
    return result;
  }

  private static ItemResult result(
      Validated.Ready ready, @Nullable RecordMetadata metadata, @Nullable Exception error) {
    if (error instanceof RecordTooLargeException) {
      return new ItemResult.Refused(
          DeadLetterReason.TOO_LARGE,
          "the event is larger than the topic %s takes".formatted(ready.record().topic()),
          List.of());
    }
    if (error != null || metadata == null) {
      return new ItemResult.Unknown(
          ready.eventId(),
          "the brokers did not acknowledge it in time: it may be there or not. Send it again with the same event id");
    }
    return new ItemResult.Accepted(
        ready.eventId(),
        metadata.topic() + "/" + metadata.partition() + "/" + metadata.offset(),
        ready.warnings());
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(10));
  }
}
