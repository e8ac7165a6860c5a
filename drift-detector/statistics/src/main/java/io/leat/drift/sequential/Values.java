package io.leat.drift.sequential;

/** What numbers a detector takes. */
public enum Values {
  /** Any finite number. */
  NUMBERS("finite numbers") {
    @Override
    boolean has(double value) {
      return Double.isFinite(value);
    }
  },

  /** From 0 to 1, as losses that are bounded. */
  UNIT("0 to 1") {
    @Override
    boolean has(double value) {
      return value >= 0 && value <= 1;
    }
  },

  /** Whether a prediction was wrong: 0 for right, 1 for wrong. */
  ERRORS("0 (right) and 1 (wrong)") {
    @Override
    boolean has(double value) {
      return value == 0 || value == 1;
    }
  };

  private final String description;

  Values(String description) {
    this.description = description;
  }

  /** For pages and messages. */
  public String description() {
    return description;
  }

  abstract boolean has(double value);
}
