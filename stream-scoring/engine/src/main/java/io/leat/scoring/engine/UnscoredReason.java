package io.leat.scoring.engine;

import io.leat.pipeline.model.ModelInput;
import io.leat.schemas.MalformedValueException;

/**
 * Why a vector has no score: the closed list of reason codes in the header {@code leat.reason} of
 * {@code scores.<model>.dlq}. docs/reference/unscored-vectors.md says of each what to do about it.
 */
public enum UnscoredReason {
  /** The record has no value. */
  NULL_VALUE,
  /** The value does not begin with byte 0 and a schema id of four bytes. */
  NOT_FRAMED,
  /** The registry knows no schema of the id that the value names. */
  UNKNOWN_SCHEMA,
  /** The bytes are no feature vector. */
  NOT_THE_SCHEMA,
  /** Bytes are left over behind the vector. */
  TRAILING_BYTES,
  /** The vector was made by another service, version or definition than the model reads. */
  OTHER_DEFINITION,
  /** A value is null, and the model's definition names no default for it. */
  NULL_INPUT,
  /** A value is text, and the model reads a number or a boolean. */
  NOT_A_NUMBER,
  /** A value has no equal in the type that the model reads. */
  NOT_EXACT,
  /** The vector has more or fewer values than the service has features. */
  WRONG_WIDTH,
  /** ONNX Runtime failed on this vector. */
  INFERENCE_FAILED,
  /** The model took too long for this vector, and was ended. */
  OUT_OF_TIME,
  /** The model's score is infinite or not a number. */
  SCORE_NOT_FINITE,
  /** A decision's condition has no value for this score. */
  DECISION_FAILED;

  public static UnscoredReason of(ModelInput.Reason reason) {
    return switch (reason) {
      case NULL_INPUT -> NULL_INPUT;
      case NOT_A_NUMBER -> NOT_A_NUMBER;
      case NOT_EXACT -> NOT_EXACT;
      case WRONG_WIDTH -> WRONG_WIDTH;
    };
  }

  public static UnscoredReason of(MalformedValueException.Kind kind) {
    return switch (kind) {
      case NOT_FRAMED -> NOT_FRAMED;
      case UNKNOWN_SCHEMA -> UNKNOWN_SCHEMA;
      case NOT_THE_SCHEMA -> NOT_THE_SCHEMA;
      case TRAILING_BYTES -> TRAILING_BYTES;
    };
  }
}
