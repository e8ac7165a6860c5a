package io.leat.features.online;

import io.leat.features.engine.Entries;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A view's store as the engine sees it.
 *
 * @param store the view's store
 */
record StoreEntries(KeyValueStore<Bytes, byte[]> store) implements Entries.Mutable {
  @Override
  public byte @Nullable [] get(byte[] name) {
    return store.get(Bytes.wrap(name));
  }

  @Override
  public void put(byte[] name, byte[] value) {
    store.put(Bytes.wrap(name), value);
  }

  @Override
  public void remove(byte[] name) {
    store.delete(Bytes.wrap(name));
  }
}
