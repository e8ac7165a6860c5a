package io.leat.ingestion;

import io.leat.ingestion.ContractSchemas.Current;
import io.leat.ingestion.ContractSchemas.Writer;
import io.leat.ingestion.Rules.Finding;
import io.leat.pipeline.Contract;
import io.leat.pipeline.Durations;
import io.leat.pipeline.Severity;
import io.leat.records.Violation;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.WireFormat;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the bytes of an event meet its contract. Not thread-safe: one a task.
 *
 * <p>A value written with any compatible schema is read as the contract's current one and written
 * as such; one that has the current schema already is passed on as it came.
 */
final class ContractCheck {
  /**
   * 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z: what every table format and tool can hold.
   */
  private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();

  private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private final Contract contract;
  private final ContractSchemas schemas;
  private final Rules rules;
  private final AvroCodec codec;
  private final InstantSource clock;
  private final int idField;
  private final int timeField;
  private final boolean micros;

  ContractCheck(
      Contract contract,
      ContractSchemas schemas,
      Rules rules,
      AvroCodec codec,
      InstantSource clock) {
    this.contract = contract;
    this.schemas = schemas;
    this.rules = rules;
    this.codec = codec;
    this.clock = clock;
    this.idField = contract.schema().getField(contract.eventId()).pos();
    Schema.Field time = contract.schema().getField(contract.eventTime());
    this.timeField = time.pos();
    this.micros = isMicros(time.schema());
  }

  private record Problem(DeadLetterReason reason, String message) {}

  /**
   * @param value the producer's bytes; null for a tombstone
   */
  Verdict check(byte @Nullable [] value) {
    if (value == null) {
      return undecoded(
          DeadLetterReason.NULL_VALUE,
          "the record has no value (a tombstone); expected an event",
          OptionalInt.empty(),
          null);
    }
    if (!WireFormat.isFramed(value)) {
      return undecoded(
          DeadLetterReason.NOT_FRAMED,
          value.length < WireFormat.HEADER_LENGTH
              ? "the value has %d bytes; expected byte 0, a schema id of 4 bytes and Avro binary"
                  .formatted(value.length)
              : "the value begins with byte 0x%02x; expected byte 0, a schema id of 4 bytes and Avro binary"
                  .formatted(value[0]),
          OptionalInt.empty(),
          null);
    }
    OptionalInt id = OptionalInt.of(WireFormat.schemaId(value));
    Optional<Writer> known = schemas.writer(id.getAsInt());
    if (known.isEmpty()) {
      return undecoded(
          DeadLetterReason.UNKNOWN_SCHEMA,
          "the value names schema id %d, which the registry does not know".formatted(id.getAsInt()),
          id,
          null);
    }
    Writer writer = known.get();
    if (writer.unreadable().isPresent()) {
      return undecoded(
          DeadLetterReason.UNREADABLE_SCHEMA,
          "the value names schema id %d, which is no Avro schema that can be read: %s"
              .formatted(id.getAsInt(), writer.unreadable().get().getMessage()),
          id,
          writer.unreadable().get());
    }
    if (writer.incompatibility().isPresent()) {
      return undecoded(
          DeadLetterReason.INCOMPATIBLE_SCHEMA,
          "schema id %d cannot be read as the contract %s: %s"
              .formatted(id.getAsInt(), contract.event(), writer.incompatibility().get()),
          id,
          null);
    }
    GenericRecord event;
    try {
      event = codec.decode(value, contract.schema());
    } catch (MalformedValueException e) {
      return undecoded(reason(e.kind()), String.valueOf(e.getMessage()), id, e);
    }
    return judge(value, event, id, writer);
  }

  private Verdict judge(byte[] value, GenericRecord event, OptionalInt id, Writer writer) {
    List<Problem> problems = new ArrayList<>(0);
    Object eventId = event.get(idField);
    if (eventId == null || eventId.toString().isEmpty()) {
      problems.add(
          new Problem(
              DeadLetterReason.MISSING_EVENT_ID,
              "%s is %s; expected the event's id"
                  .formatted(contract.eventId(), eventId == null ? "null" : "empty")));
    }
    Object time = event.get(timeField);
    long eventTime = time == null ? 0 : millis((Long) time);
    if (time == null) {
      problems.add(
          new Problem(
              DeadLetterReason.MISSING_EVENT_TIME,
              contract.eventTime() + " is null; expected the event's time"));
    } else {
      checkTime(eventTime, problems);
    }
    List<Finding> findings = rules.check(event);
    for (Finding finding : findings) {
      if (finding.severity() == Severity.ERROR) {
        problems.add(
            new Problem(
                finding.failed() ? DeadLetterReason.RULE_FAILED : DeadLetterReason.RULE_VIOLATED,
                finding.message()));
      }
    }
    Current current = schemas.current();
    if (!problems.isEmpty()) {
      return new Verdict.Refused(
          problems.stream().map(Problem::reason).min(DeadLetterReason::compareTo).orElseThrow(),
          problems.stream().map(Problem::message).collect(Collectors.joining("; ")),
          findings.stream()
              .filter(finding -> finding.severity() == Severity.ERROR)
              .map(finding -> new Violation(finding.rule(), finding.message()))
              .toList(),
          current.version(),
          id,
          Optional.empty());
    }
    return new Verdict.Accepted(
        writer.sameBytes() ? framed(value, current.id()) : codec.encode(current.id(), event),
        String.valueOf(eventId),
        eventTime,
        current.version(),
        writer.version(),
        findings.stream().map(Finding::rule).toList());
  }

  private void checkTime(long eventTime, List<Problem> problems) {
    if (eventTime < EARLIEST || eventTime > LATEST) {
      problems.add(
          new Problem(
              DeadLetterReason.EVENT_TIME_OUT_OF_RANGE,
              "%s is %d ms since 1970; expected a time from year 1 to year 9999%s"
                  .formatted(
                      contract.eventTime(),
                      eventTime,
                      micros ? "" : " (is the producer writing microseconds?)")));
      return;
    }
    Instant now = clock.instant();
    if (eventTime > now.plus(contract.maxFuture()).toEpochMilli()) {
      problems.add(
          new Problem(
              DeadLetterReason.EVENT_TIME_IN_FUTURE,
              "%s is %s, more than %s ahead of the clock, which says %s"
                  .formatted(
                      contract.eventTime(),
                      Instant.ofEpochMilli(eventTime),
                      Durations.format(contract.maxFuture()),
                      now)));
    }
  }

  private long millis(long time) {
    return micros ? Math.floorDiv(time, 1_000L) : time;
  }

  private static boolean isMicros(Schema schema) {
    if (schema.isUnion()) {
      return schema.getTypes().stream().anyMatch(ContractCheck::isMicros);
    }
    LogicalType type = schema.getLogicalType();
    return type != null && type.getName().equals(LogicalTypes.timestampMicros().getName());
  }

  /** The same value under another id; the same array where it bears that id already. */
  private static byte[] framed(byte[] value, int id) {
    if (WireFormat.schemaId(value) == id) {
      return value;
    }
    byte[] copy = value.clone();
    ByteBuffer.wrap(copy).putInt(1, id);
    return copy;
  }

  private static Verdict.Refused undecoded(
      DeadLetterReason reason, String message, OptionalInt writerId, @Nullable Throwable cause) {
    return new Verdict.Refused(
        reason, message, List.of(), OptionalInt.empty(), writerId, Optional.ofNullable(cause));
  }

  private static DeadLetterReason reason(MalformedValueException.Kind kind) {
    return switch (kind) {
      case NOT_FRAMED -> DeadLetterReason.NOT_FRAMED;
      case UNKNOWN_SCHEMA -> DeadLetterReason.UNKNOWN_SCHEMA;
      case NOT_THE_SCHEMA -> DeadLetterReason.NOT_THE_SCHEMA;
      case TRAILING_BYTES -> DeadLetterReason.TRAILING_BYTES;
    };
  }
}
