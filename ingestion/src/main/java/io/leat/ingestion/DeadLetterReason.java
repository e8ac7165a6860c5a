package io.leat.ingestion;

/**
 * Why an event is refused: the closed list of reason codes in the header {@code leat.reason}.
 * docs/reference/dead-letters.md says of each what to do about it.
 */
public enum DeadLetterReason {
  /** The record has no value (a tombstone). */
  NULL_VALUE,
  /** The record is not in the envelope that the contract names, or there is no event in it. */
  NOT_THE_ENVELOPE,
  /** A change of a database deletes a row, which the contract does not take for an event. */
  DELETED_ROW,
  /** The value is no JSON object in UTF-8. */
  NOT_JSON,
  /** The value does not begin with byte 0 and a schema id of four bytes. */
  NOT_FRAMED,
  /** The registry knows no schema of the id that the value names. */
  UNKNOWN_SCHEMA,
  /** The registry holds something under that id that cannot be read as an Avro schema. */
  UNREADABLE_SCHEMA,
  /** The writer's schema cannot be read as the contract's current one. */
  INCOMPATIBLE_SCHEMA,
  /**
   * The bytes end early, or are no value of the schema that they name; or the JSON does not fit the
   * contract's schema.
   */
  NOT_THE_SCHEMA,
  /** Bytes are left over behind the value. */
  TRAILING_BYTES,
  /** The contract's event id is null or empty. */
  MISSING_EVENT_ID,
  /** The contract's event time is null. */
  MISSING_EVENT_TIME,
  /** Event time lies before the year 1 or after the year 9999. */
  EVENT_TIME_OUT_OF_RANGE,
  /** Event time lies further ahead of the clock than the contract's {@code max_future}. */
  EVENT_TIME_IN_FUTURE,
  /** Event time lies further behind the clock than the contract's {@code max_past}. */
  EVENT_TIME_IN_PAST,
  /** A field is null that the contract's {@code missing} rejects. */
  MISSING_VALUE,
  /** A rule of severity error does not hold. */
  RULE_VIOLATED,
  /** A rule of severity error has no value for this event, for example a division by zero. */
  RULE_FAILED,
  /** The valid event would be larger than the producer may send. */
  TOO_LARGE,
  /** A defect of ingestion itself; the stack trace is in the dead letter and in the log. */
  INTERNAL_ERROR
}
