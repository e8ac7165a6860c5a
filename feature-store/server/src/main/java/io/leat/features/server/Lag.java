package io.leat.features.server;

/**
 * How far a store is behind.
 *
 * @param records committed records that were not yet taken in when last measured
 * @param millis time since the store was last known to be level with its changelog
 */
record Lag(long records, long millis) {
  static final Lag NONE = new Lag(0, 0);

  Lag worse(Lag other) {
    return new Lag(Math.max(records, other.records), Math.max(millis, other.millis));
  }
}
