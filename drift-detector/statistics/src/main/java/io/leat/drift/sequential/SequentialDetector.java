package io.leat.drift.sequential;

/**
 * Looks for a change in a sequence of numbers, one after the other. Made by {@link DetectorKind};
 * one thread's.
 *
 * <p>After {@link State#DRIFT} it goes on by itself: it begins anew, or forgets what lies before
 * the change, as its kind says. So a change is told once.
 */
public interface SequentialDetector {
  /** What a detector says after a value. */
  enum State {
    /** No change is seen, or too little was seen. */
    STABLE,
    /** A change may have begun. Detectors with one threshold never say so. */
    WARNING,
    /** A change is seen. */
    DRIFT
  }

  /** What it is. */
  DetectorKind kind();

  /**
   * Takes the next value.
   *
   * @throws IllegalArgumentException if it is none that the kind takes; nothing has changed then
   */
  State add(double value);

  /**
   * Its kind, parameters and state; {@link SequentialDetectors#read} goes on with them where this
   * one stands.
   */
  byte[] toBytes();
}
