package io.leat.pipeline.definition;

/** What a contract's schema promises to those who read and write it; the registry's own modes. */
public enum Compatibility {
  /** A new version reads what the last one wrote. */
  BACKWARD,
  /** A new version reads what any earlier one wrote. */
  BACKWARD_TRANSITIVE,
  /** The last version reads what a new one writes. */
  FORWARD,
  /** Every earlier version reads what a new one writes. */
  FORWARD_TRANSITIVE,
  /** Backward and forward. */
  FULL,
  /** Backward and forward, with every earlier version. */
  FULL_TRANSITIVE;

  /** Whether a new version must read what the last one wrote. */
  public boolean isBackward() {
    return this != FORWARD && this != FORWARD_TRANSITIVE;
  }

  /** Whether the last version must read what a new one writes. */
  public boolean isForward() {
    return this != BACKWARD && this != BACKWARD_TRANSITIVE;
  }
}
