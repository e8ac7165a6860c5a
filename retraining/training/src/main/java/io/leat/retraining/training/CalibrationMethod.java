package io.leat.retraining.training;

import java.util.Locale;

/** How margins of a binary classifier become probabilities. */
public enum CalibrationMethod {
  /** The logistic function of the margin. */
  NONE,

  /** The logistic function of a line through the margin (Platt, 1999). */
  PLATT,

  /** A rising function of steps of the margin (Zadrozny and Elkan, 2002). */
  ISOTONIC;

  /** As definitions, options and reports name it: {@code isotonic}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
