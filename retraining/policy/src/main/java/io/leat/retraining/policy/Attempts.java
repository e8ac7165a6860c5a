package io.leat.retraining.policy;

import java.nio.ByteBuffer;

/**
 * What was done about a cause so far.
 *
 * @param made requests that were made for it, or would have been and lapsed
 * @param answered whether a run of it has put a new version in place: it asks for no other
 */
public record Attempts(int made, boolean answered) {
  /** Nothing was done. */
  public static final Attempts NONE = new Attempts(0, false);

  /** The same with one more. */
  public Attempts another() {
    return new Attempts(made + 1, answered);
  }

  /** The same, answered. */
  public Attempts andAnswered() {
    return new Attempts(made, true);
  }

  byte[] bytes() {
    return ByteBuffer.allocate(Integer.BYTES + 1)
        .putInt(made)
        .put((byte) (answered ? 1 : 0))
        .array();
  }

  static Attempts of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Attempts(buffer.getInt(), buffer.get() != 0);
  }
}
