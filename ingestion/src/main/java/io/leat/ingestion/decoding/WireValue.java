package io.leat.ingestion.decoding;

import io.leat.ingestion.decoding.ContractSchemas.Writer;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryException;
import io.leat.schemas.WireFormat;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What may be wrong with a value in Confluent wire format, in words. */
final class WireValue {
  /** Where Confluent's serialisers write the id that they leave out of the value. */
  private static final String SCHEMA_ID_HEADER = "__value_schema_id";

  private WireValue() {}

  /** Why the value is not framed; empty if it is. */
  static Optional<Opened.Refused> check(byte @Nullable [] value, Headers headers) {
    if (value != null && headers.lastHeader(SCHEMA_ID_HEADER) != null) {
      return Optional.of(
          Opened.Refused.of(
              DeadLetterReason.NOT_FRAMED,
              "the schema's id stands in the header %s; expected it in the value, behind byte 0 (the serialiser's value.schema.id.serializer: PrefixSchemaIdSerializer)"
                  .formatted(SCHEMA_ID_HEADER)));
    }
    if (value == null) {
      return Optional.of(
          Opened.Refused.of(
              DeadLetterReason.NULL_VALUE,
              "the record has no value (a tombstone); expected an event"));
    }
    if (WireFormat.isFramed(value)) {
      return Optional.empty();
    }
    return Optional.of(
        Opened.Refused.of(
            DeadLetterReason.NOT_FRAMED,
            value.length < WireFormat.HEADER_LENGTH
                ? "the value has %d bytes; expected byte 0, a schema id of 4 bytes and Avro binary"
                    .formatted(value.length)
                : "the value begins with byte 0x%02x; expected byte 0, a schema id of 4 bytes and Avro binary"
                    .formatted(value[0])));
  }

  /**
   * The refusal of an id without a schema.
   *
   * @param writer empty where the registry knows none; else one that is unreadable
   */
  static Opened.Refused unknown(int id, Optional<Writer> writer) {
    Optional<RegistryException> unreadable = writer.flatMap(Writer::unreadable);
    return unreadable
        .map(
            e ->
                new Opened.Refused(
                    DeadLetterReason.UNREADABLE_SCHEMA,
                    "the value names schema id %d, which is no Avro schema that can be read: %s"
                        .formatted(id, e.getMessage()),
                    OptionalInt.of(id),
                    Optional.of(e)))
        .orElseGet(
            () ->
                new Opened.Refused(
                    DeadLetterReason.UNKNOWN_SCHEMA,
                    "the value names schema id %d, which the registry does not know".formatted(id),
                    OptionalInt.of(id),
                    Optional.empty()));
  }

  static Opened.Refused malformed(MalformedValueException e, OptionalInt id) {
    DeadLetterReason reason =
        switch (e.kind()) {
          case NOT_FRAMED -> DeadLetterReason.NOT_FRAMED;
          case UNKNOWN_SCHEMA -> DeadLetterReason.UNKNOWN_SCHEMA;
          case NOT_THE_SCHEMA -> DeadLetterReason.NOT_THE_SCHEMA;
          case TRAILING_BYTES -> DeadLetterReason.TRAILING_BYTES;
        };
    return new Opened.Refused(reason, String.valueOf(e.getMessage()), id, Optional.of(e));
  }
}
