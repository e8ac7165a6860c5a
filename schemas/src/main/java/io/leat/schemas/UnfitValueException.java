package io.leat.schemas;

import org.apache.avro.AvroTypeException;

/** A value of the writer's type is none of the reader's; says where, and quotes nothing of it. */
final class UnfitValueException extends AvroTypeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what completes "the field ..."
   */
  UnfitValueException(String message) {
    super(message);
  }

  /** The same, of a field of the record that the field is in. */
  UnfitValueException in(String field) {
    String message = String.valueOf(getMessage());
    return new UnfitValueException(
        message.startsWith(" ") ? field + message : field + "." + message);
  }
}
