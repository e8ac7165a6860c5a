package io.leat.drift;

import io.leat.schemas.NullReason;
import org.jspecify.annotations.Nullable;

/**
 * How a feature's value is read as a number: rounded to 32-bit floating point, as a model reads it.
 *
 * <p>The rounding keeps drift apart from arithmetic: an average over equal values that differs in
 * its last bit from yesterday's is the same number to the model, and so it is here.
 */
public final class NumericValue {
  private NumericValue() {}

  /** Whether a value is a number or a boolean (true is 1). */
  public static boolean isNumeric(Object value) {
    return value instanceof Number || value instanceof Boolean;
  }

  /** Why {@link #of} reads a value as no number: what stands in its place, if that is a reason. */
  public static NullReason reason(@Nullable Object value) {
    if (value instanceof NullReason reason) {
      return reason;
    }
    return value instanceof Number ? NullReason.NOT_FINITE : NullReason.UNSTATED;
  }

  /** The number; NaN for null, for what is no number, and for what 32 bits hold as no number. */
  public static double of(@Nullable Object value) {
    float number;
    if (value instanceof Number n) {
      number = n.floatValue();
    } else if (value instanceof Boolean b) {
      number = b ? 1 : 0;
    } else {
      return Double.NaN;
    }
    return Float.isFinite(number) ? number + 0.0 : Double.NaN; // + 0.0 makes -0.0 the same as 0.0
  }
}
