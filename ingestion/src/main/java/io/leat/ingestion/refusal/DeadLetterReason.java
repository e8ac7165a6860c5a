package io.leat.ingestion.refusal;

/**
 * Why an event is refused: the closed list of reason codes in the header {@code leat.reason}.
 * docs/reference/dead-letters.md lists them in the same words.
 */
public enum DeadLetterReason {
  /** The record has no value (a tombstone). */
  NULL_VALUE(
      "a record without a value (a tombstone), or a CloudEvent without data",
      "events are facts and are not deleted; stop the producer from sending tombstones"),
  /** The record is not in the envelope that the contract names, or there is no event in it. */
  NOT_THE_ENVELOPE(
      "the record is not in the envelope that the contract names (CloudEvents, Debezium), or there is no event in it",
      "let the producer write the envelope, or take it out of the contract"),
  /** A change of a database deletes a row, which the contract does not take for an event. */
  DELETED_ROW(
      "a change whose op is d, where the contract says deletes: dead_letter",
      "decide what a deleted row means: skip or before"),
  /** The value is no JSON object in UTF-8. */
  NOT_JSON(
      "the value is no JSON object in UTF-8 (a key twice and anything behind the object count)",
      "repair the producer; line and column are in the message"),
  /** The value is nested deeper than any stage reads. */
  TOO_DEEP(
      "the value is nested deeper than 100 levels of records, lists and maps",
      "write it flatter; no later stage could hold it"),
  /**
   * The value does not begin with byte 0 and a schema id of four bytes, or the id is in a header.
   */
  NOT_FRAMED(
      "the value does not begin with byte 0 and a schema id of four bytes, or the id stands in a header",
      "use a serialiser of Confluent's wire format"),
  /** The registry knows no schema of the id that the value names. */
  UNKNOWN_SCHEMA(
      "the registry knows no schema of the id that the value names",
      "see that the producer writes to this registry; produce the dead letters again once it is registered"),
  /** The registry holds something under that id that cannot be read as an Avro schema. */
  UNREADABLE_SCHEMA(
      "the registry holds something under that id that is no readable Avro schema, for example a JSON Schema",
      "produce Avro"),
  /** The writer's schema cannot be read as the contract's current one. */
  INCOMPATIBLE_SCHEMA(
      "an event of that schema cannot be read as the contract's current version; the message names the fields",
      "make the contract compatible (a default for each new field), apply it, produce the dead letters again"),
  /**
   * The bytes end early, or are no value of the schema that they name; a value is beyond its type;
   * or the JSON does not fit the contract's schema.
   */
  NOT_THE_SCHEMA(
      "the bytes end early, or are no value of the schema that they name; a value is beyond its type (a decimal of more digits, a time of 25 hours, no UUID, nested too deep) or would lose a digit; or JSON does not fit the contract's schema, with every place that does not",
      "the producer is broken, or writes a schema's id with another schema's bytes"),
  /** Bytes are left over behind the value. */
  TRAILING_BYTES("bytes are left over behind the value", "as above"),
  /** The contract's event id is null or empty. */
  MISSING_EVENT_ID("the contract's event id is null or empty", "set it in the producer"),
  /** The contract's event time is null. */
  MISSING_EVENT_TIME("the contract's event time is null", "set it in the producer"),
  /** Event time lies before the year 1 or after the year 9999. */
  EVENT_TIME_OUT_OF_RANGE(
      "event time lies before the year 1 or after the year 9999",
      "often microseconds in a field of milliseconds; repair the producer"),
  /** Event time lies further ahead of the clock than the contract's {@code max_future}. */
  EVENT_TIME_IN_FUTURE(
      "event time lies more than the contract's max_future ahead of ingestion's clock",
      "set the producer's clock, or raise max_future"),
  /** Event time lies further behind the clock than the contract's {@code max_past}. */
  EVENT_TIME_IN_PAST(
      "event time lies more than the contract's max_past behind ingestion's clock",
      "raise max_past before a replay of old events, or take it out"),
  /** A field is null that the contract's {@code missing} rejects. */
  MISSING_VALUE(
      "a field is null that the contract's missing rejects",
      "set it in the producer, or let the contract fill it in"),
  /** A rule of severity error does not hold. */
  RULE_VIOLATED(
      "a rule of severity error said false; leat.rules names all such",
      "repair the event, or the rule"),
  /** A rule of severity error has no value for this event, for example a division by zero. */
  RULE_FAILED(
      "a rule of severity error has no value for this event, for example a whole number divided by zero",
      "write the rule so that it has a value for every event"),
  /** The valid event would be larger than the producer may send. */
  TOO_LARGE(
      "read as the current contract and with its headers the event exceeds what ingestion may send (producer.max.request.size, 4 MiB, less 1/64 for the headers of later jobs)",
      "raise it together with max.message.bytes of <event>.valid and <event>.dlq"),
  /** A defect of ingestion itself; the stack trace is in the dead letter and in the log. */
  INTERNAL_ERROR(
      "a defect of ingestion; stack trace in the log and in the dead letter",
      "report it; produce the dead letters again after the repair");

  private final String found;
  private final String advice;

  DeadLetterReason(String found, String advice) {
    this.found = found;
    this.advice = advice;
  }

  /** What was found, for a person. */
  public String found() {
    return found;
  }

  /** What to do about it. */
  public String advice() {
    return advice;
  }
}
