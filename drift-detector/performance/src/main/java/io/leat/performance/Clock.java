package io.leat.performance;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The greatest event time that a task has seen, in microseconds: it never goes back, also over a
 * restart. Owned by one task.
 */
final class Clock {
  private final KeyValueStore<Bytes, byte[]> store;
  private final Bytes key;
  private long now;

  /**
   * @param key one that nothing else in the store has
   */
  Clock(KeyValueStore<Bytes, byte[]> store, byte... key) {
    this.store = store;
    this.key = Bytes.wrap(key);
    byte[] last = store.get(this.key);
    this.now = last == null ? Long.MIN_VALUE : ByteBuffer.wrap(last).getLong();
  }

  /** The least long before anything was seen. */
  long now() {
    return now;
  }

  void see(long time) {
    if (time > now) {
      now = time;
      store.put(key, ByteBuffer.allocate(Long.BYTES).putLong(time).array());
    }
  }
}
