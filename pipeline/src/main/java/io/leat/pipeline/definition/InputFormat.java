package io.leat.pipeline.definition;

import java.util.Map;

/**
 * How events stand in the raw topic's records.
 *
 * @param timePrecision what becomes of the digits of a time in JSON that are finer than its field's
 *     unit
 */
public record InputFormat(Format format, Envelope envelope, TimePrecision timePrecision) {
  /** Avro in Confluent wire format, in no envelope. */
  public static final InputFormat PLAIN =
      new InputFormat(Format.AVRO, new Envelope.None(), TimePrecision.EXACT);

  /** Whether the raw topic's values are Avro of the contract's own schema. */
  public boolean isContractSchema() {
    return format == Format.AVRO && !(envelope instanceof Envelope.Debezium);
  }

  /** How an event, or the envelope around it, is written. */
  public enum Format {
    /** Confluent wire format: byte 0, a schema id of four bytes, Avro binary. */
    AVRO,
    /** A JSON object in UTF-8, checked against the contract's schema. */
    JSON
  }

  /** What stands around an event. */
  public sealed interface Envelope {
    /** The value is the event. */
    record None() implements Envelope {}

    /**
     * CloudEvents 1.0, Kafka protocol binding: binary mode (attributes in headers {@code ce_*}) or
     * structured mode (content type {@code application/cloudevents+json}), record by record.
     *
     * @param attributes context attribute ({@code id}, {@code time}, an extension) to the field of
     *     the event that takes its value
     */
    record CloudEvents(Map<String, String> attributes) implements Envelope {
      public CloudEvents {
        attributes = Map.copyOf(attributes);
      }
    }

    /**
     * A change of a database's row as Debezium writes it; {@code after} is the event.
     *
     * @param deletes what becomes of a change whose {@code op} is {@code d}
     * @param attributes field of the envelope ({@code op}, {@code ts_ms}, {@code source.lsn}) to
     *     the field of the event that takes its value
     * @param decimals what a text for a decimal is in JSON without its schema beside it
     */
    record Debezium(Deletes deletes, Map<String, String> attributes, DecimalTexts decimals)
        implements Envelope {
      public Debezium {
        attributes = Map.copyOf(attributes);
      }
    }
  }

  /** What becomes of a deleted row. A tombstone that follows one is always skipped. */
  public enum Deletes {
    /** It is skipped and counted. */
    SKIP,
    /** {@code before} is the event. */
    BEFORE,
    /** It is a dead letter. */
    DEAD_LETTER
  }

  /** What becomes of the digits of a time that are finer than its field's unit. */
  public enum TimePrecision {
    /** An event with such digits is refused. */
    EXACT,
    /** They are cut off: the time is the last one before it that the field can hold. */
    TRUNCATE
  }

  /** What a text for a decimal is. */
  public enum DecimalTexts {
    /** Nobody says, and it is refused: a text of digits may be either of the others. */
    REFUSE,
    /** Its digits. */
    TEXT,
    /** Base64 of its unscaled number, in the scale of the contract's field. */
    BASE64
  }
}
