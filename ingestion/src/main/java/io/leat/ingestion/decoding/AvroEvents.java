package io.leat.ingestion.decoding;

import io.leat.ingestion.decoding.ContractSchemas.Writer;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.Contract;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.WireFormat;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Reads Avro in Confluent wire format, written with any schema that the contract can read. */
final class AvroEvents implements EventReader {
  private final Contract contract;
  private final ContractSchemas schemas;
  private final AvroCodec codec;

  AvroEvents(Contract contract, ContractSchemas schemas, AvroCodec codec) {
    this.contract = contract;
    this.schemas = schemas;
    this.codec = codec;
  }

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    Optional<Opened.Refused> unframed = WireValue.check(value, headers);
    if (value == null || unframed.isPresent()) {
      return unframed.orElseThrow();
    }
    OptionalInt id = OptionalInt.of(WireFormat.schemaId(value));
    Optional<Writer> known = schemas.writer(id.getAsInt());
    if (known.isEmpty() || known.get().unreadable().isPresent()) {
      return WireValue.unknown(id.getAsInt(), known);
    }
    Writer writer = known.get();
    if (writer.incompatibility().isPresent()) {
      return new Opened.Refused(
          DeadLetterReason.INCOMPATIBLE_SCHEMA,
          "schema id %d cannot be read as the contract %s: %s"
              .formatted(id.getAsInt(), contract.event(), writer.incompatibility().get()),
          id,
          Optional.empty());
    }
    try {
      GenericRecord event = codec.decode(value, contract.schema());
      return new Opened.Event(
          event, id, writer.version(), writer.sameBytes() ? Optional.of(value) : Optional.empty());
    } catch (MalformedValueException e) {
      return WireValue.malformed(e, id);
    }
  }
}
