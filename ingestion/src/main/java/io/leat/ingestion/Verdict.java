package io.leat.ingestion;

import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.records.Violation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a contract says of one event. */
public sealed interface Verdict {
  /**
   * The event passes.
   *
   * @param value the event in wire format, written with the contract's current schema
   * @param eventTime milliseconds since 1970-01-01 UTC
   * @param protectedKey what the record's key is to be, where the contract protects the field that
   *     keys it; empty: it stays as it is
   * @param contractVersion version of the contract's current schema; empty where the registry names
   *     none
   * @param writerVersion version of the schema that the producer wrote with; empty likewise
   * @param warnings rules of severity warn that do not hold, in the contract's order
   */
  record Accepted(
      byte[] value,
      String eventId,
      long eventTime,
      Optional<String> protectedKey,
      OptionalInt contractVersion,
      OptionalInt writerVersion,
      List<String> warnings)
      implements Verdict {}

  /** The record is part of a protocol and no event: a tombstone, a deleted row. */
  record Skipped() implements Verdict {}

  /**
   * The event is refused.
   *
   * @param reason the first of the reasons, in the order of {@link DeadLetterReason}
   * @param message all of the reasons, for a person
   * @param violations the rules that do not hold
   * @param contractVersion version of the schema it was checked against; empty where it could not
   *     be decoded
   * @param writerSchemaId registry id that its bytes name; empty where they name none
   * @param cause what was thrown; empty where nothing was
   */
  record Refused(
      DeadLetterReason reason,
      String message,
      List<Violation> violations,
      OptionalInt contractVersion,
      OptionalInt writerSchemaId,
      Optional<Throwable> cause)
      implements Verdict {
    public static Refused of(Opened.Refused refused) {
      return new Refused(
          refused.reason(),
          refused.message(),
          List.of(),
          OptionalInt.empty(),
          refused.writerSchemaId(),
          refused.cause());
    }
  }
}
