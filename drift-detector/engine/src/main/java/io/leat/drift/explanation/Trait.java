package io.leat.drift.explanation;

/**
 * Something that vectors have a value of, by which they are told apart.
 *
 * @param name of the header, the column, the key of segments or what has versions
 */
public record Trait(Kind kind, String name) {
  /** What a trait is; what comes first is named first where two explain the same. */
  public enum Kind {
    /** Why a column of the vector is null. */
    NULLS(Cause.Kind.NULL_BURST),
    /** Whether the reference lacks a column's category. */
    NEWNESS(Cause.Kind.NEW_CATEGORY),
    /** A version of schema or definition. */
    VERSION(Cause.Kind.VERSION),
    /** A header that the producer set. */
    HEADER(Cause.Kind.PRODUCER),
    /** A column of categories, or a key of the monitor's segments. */
    SEGMENT(Cause.Kind.SEGMENT);

    private final Cause.Kind cause;

    Kind(Cause.Kind cause) {
      this.cause = cause;
    }

    Cause.Kind cause() {
      return cause;
    }
  }
}
