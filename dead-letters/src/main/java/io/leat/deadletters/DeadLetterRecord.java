package io.leat.deadletters;

import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.deadletter.DeadLetterReader;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as it stands in its topic. Anybody may have written to that topic: nothing is taken
 * for granted of what is in it.
 */
public final class DeadLetterRecord {
  private final ConsumerRecord<byte @Nullable [], byte @Nullable []> record;
  private final DeadLetterReader reader;

  DeadLetterRecord(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    this.record = record;
    this.reader = new DeadLetterReader(record.headers());
  }

  public DeadLetterPosition position() {
    return new DeadLetterPosition(record.partition(), record.offset());
  }

  /** When it was written to its topic. */
  public Instant written() {
    return Instant.ofEpochMilli(record.timestamp());
  }

  /** Its reason; empty where it names none that is known. */
  public Optional<DeadLetterReason> reason() {
    String code = reader.reason().orElse("");
    return Arrays.stream(DeadLetterReason.values())
        .filter(reason -> reason.name().equals(code))
        .findFirst();
  }

  /** The rules that the event broke; empty where it broke none. */
  public List<String> rules() {
    return reader.rules();
  }

  /** What was found and what was expected; empty text where nobody says. */
  public String message() {
    return reader.message();
  }

  /** Where the event was read; empty where that is not said. */
  public Optional<LogPosition> source() {
    return reader.source();
  }

  /** Whether key and value are encrypted. */
  public boolean isEncrypted() {
    return reader.isEncrypted();
  }

  /** Names of the producer's headers that are encrypted. */
  List<String> encryptedHeaders() {
    return reader.encryptedHeaders();
  }

  /**
   * Whether the event was too large to be copied, so that neither its value nor its headers are
   * here.
   */
  public boolean isWithoutEvent() {
    return reader.isLeftOut() && record.value() == null;
  }

  /**
   * This dead letter with the event that it is about, as it stands in the raw topic: its key, its
   * value and its headers before those of the dead letter.
   */
  DeadLetterRecord with(ConsumerRecord<byte @Nullable [], byte @Nullable []> event) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders(event.headers());
    record.headers().forEach(headers::add);
    return new DeadLetterRecord(
        new ConsumerRecord<>(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.timestampType(),
            event.serializedKeySize(),
            event.serializedValueSize(),
            event.key(),
            event.value(),
            headers,
            record.leaderEpoch()));
  }

  /** All that ingestion says of it; empty where that cannot be read. */
  Optional<DeadLetter> details(AvroCodec codec) {
    return reader.details(codec);
  }

  /** The key as it stands here, perhaps encrypted. */
  byte @Nullable [] key() {
    return record.key();
  }

  /** The value as it stands here, perhaps encrypted. */
  byte @Nullable [] value() {
    return record.value();
  }

  Headers headers() {
    return record.headers();
  }

  /** The headers that the event came with, in their order, encrypted where they are here. */
  Headers producerHeaders() {
    return reader.producerHeaders();
  }
}
