package io.leat.schemas;

import org.jspecify.annotations.Nullable;

/** A Kafka value is not Confluent-framed Avro of a known schema. */
public final class MalformedValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Kind {
    /** Too short, or the first byte is not 0. */
    NOT_FRAMED,
    /** The registry knows no schema of that id. */
    UNKNOWN_SCHEMA,
    /**
     * The bytes end early, or are no value of the schema, or the schema cannot be read as the
     * wanted one.
     */
    NOT_THE_SCHEMA,
    /** Bytes are left over behind the value. */
    TRAILING_BYTES
  }

  private final Kind kind;

  public MalformedValueException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
