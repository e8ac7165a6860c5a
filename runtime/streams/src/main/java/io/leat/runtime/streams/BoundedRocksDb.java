package io.leat.runtime.streams;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds what all RocksDB stores of the process take of native memory together: one block cache,
 * which holds index and filter blocks too and which the write buffers are charged to.
 *
 * <p>The setting {@value #MEMORY} (bytes) says how much; {@code --state-memory} sets it. The first
 * store that opens decides for the process.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  /** Name of the setting. */
  public static final String MEMORY = "leat.rocksdb.memory.bytes";

  private static final long DEFAULT_MEMORY = 256L << 20;
  private static final long MINIMUM_MEMORY = 8L << 20;

  private static @Nullable Shared shared;

  /** Write buffers take half at most, so that there is room for blocks that are read. */
  private record Shared(Cache cache, WriteBufferManager writeBuffers) {
    static Shared of(long memory) {
      RocksDB.loadLibrary();
      Cache cache = new LRUCache(memory);
      return new Shared(cache, new WriteBufferManager(memory / 2, cache));
    }
  }

  @Override
  public void setConfig(String store, Options options, Map<String, Object> settings) {
    Shared memory = shared(settings);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(memory.cache());
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memory.writeBuffers());
  }

  /** What is shared is never closed: it lives as long as the process. */
  @Override
  public void close(String store, Options options) {}

  private static synchronized Shared shared(Map<String, Object> settings) {
    if (shared == null) {
      Object bytes = settings.get(MEMORY);
      shared = Shared.of(bytes == null ? DEFAULT_MEMORY : bytes(bytes.toString()));
    }
    return shared;
  }

  private static long bytes(String text) {
    try {
      long bytes = Long.parseLong(text.strip());
      if (bytes >= MINIMUM_MEMORY) {
        return bytes;
      }
    } catch (NumberFormatException e) {
      throw new ConfigException(MEMORY, text, "expected a whole number of bytes");
    }
    throw new ConfigException(MEMORY, text, "expected at least " + MINIMUM_MEMORY + " bytes");
  }
}
