package io.leat.ingestion.decoding;

import io.leat.ingestion.refusal.DeadLetterReason;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.generic.GenericRecord;

/** What a record turned out to hold. */
public sealed interface Opened {
  /**
   * An event.
   *
   * @param event a record of the contract's current schema, to be changed by whoever asked for it
   * @param writerSchemaId registry id of the schema that it was written with; empty for JSON
   * @param writerVersion that schema's version; empty where the registry lists none
   * @param wireFormat the event as it came, where its bytes are those of the current schema too
   */
  record Event(
      GenericRecord event,
      OptionalInt writerSchemaId,
      OptionalInt writerVersion,
      Optional<byte[]> wireFormat)
      implements Opened {}

  /** Part of a protocol that is no event: a tombstone, a deleted row. */
  record Skipped() implements Opened {}

  /**
   * No event of this contract.
   *
   * @param message what was found and what was expected
   * @param cause what was thrown; empty where nothing was
   */
  record Refused(
      DeadLetterReason reason,
      String message,
      OptionalInt writerSchemaId,
      Optional<Throwable> cause)
      implements Opened {
    static Refused of(DeadLetterReason reason, String message) {
      return new Refused(reason, message, OptionalInt.empty(), Optional.empty());
    }
  }
}
