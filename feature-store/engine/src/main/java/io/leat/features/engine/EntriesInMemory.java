package io.leat.features.engine;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Entries on the heap, for replays. Not thread-safe. */
public final class EntriesInMemory implements Entries.Mutable {
  private final Map<ByteBuffer, byte[]> values = new HashMap<>();

  @Override
  public byte @Nullable [] get(byte[] name) {
    return values.get(ByteBuffer.wrap(name));
  }

  @Override
  public void put(byte[] name, byte[] value) {
    values.put(ByteBuffer.wrap(name), value);
  }

  @Override
  public void remove(byte[] name) {
    values.remove(ByteBuffer.wrap(name));
  }

  /** Removes every entry. */
  void clear() {
    values.clear();
  }

  /** Every entry; a view that cannot be changed. */
  public Map<ByteBuffer, byte[]> asMap() {
    return Collections.unmodifiableMap(values);
  }
}
