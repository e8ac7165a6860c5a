package io.leat.drift;

/**
 * What monitors see of where a vector comes from.
 *
 * @param event hash of its event's id: {@link #of}; of the same id the same
 * @param ageMillis how long after the event the vector was written; what is below 0 counts as 0
 */
public record VectorOrigin(long event, long ageMillis) {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /**
   * Of an event's id.
   *
   * @param eventId any text
   */
  public static VectorOrigin of(CharSequence eventId, long ageMillis) {
    return new VectorOrigin(hash(eventId), ageMillis);
  }

  /**
   * FNV-1a of 64 bits over the characters, whose lower bits the finaliser of MurmurHash3 spreads:
   * ids that count up differ in their last bits alone. Not negative.
   */
  private static long hash(CharSequence text) {
    long hash = OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return (hash ^ (hash >>> 33)) & Long.MAX_VALUE;
  }
}
