package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * The views' committed state on this machine's disk, and the offsets up to which it was taken from
 * the changelogs. State and offsets change in one atomic write, so that a restart, even an unclean
 * one, goes on exactly where the state stands.
 *
 * <p>A RocksDB with one column family a store; the default column family holds the offsets: key
 * {@code topic/partition}, value the topic's id (16 bytes) and the next offset (8 bytes).
 *
 * <p>Reads from any thread; changes from one.
 */
final class CommittedState implements AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  /** A change of one key's state; null deletes it. */
  record Change(String store, byte[] key, byte @Nullable [] state) {}

  /** How far a partition has been taken in, of which topic (a recreated topic has another id). */
  record Position(TopicPartition partition, Uuid topicId, long nextOffset) {}

  private static final int POSITION_LENGTH = 24;

  /** Keys are UTF-8, in which this byte never occurs. */
  private static final byte[] BEYOND_EVERY_KEY = {(byte) 0xff};

  private final Path folder;
  private final Cache cache;
  private final WriteBufferManager writeBuffers;
  private final ColumnFamilyOptions columnOptions;
  private final DBOptions options;
  private final WriteOptions writeOptions = new WriteOptions();
  private final RocksDB database;
  private final ColumnFamilyHandle positions;
  private final Map<String, ColumnFamilyHandle> stores = new LinkedHashMap<>();

  /**
   * Opens the state, or begins it; stores that are no longer named are removed.
   *
   * @param memory bytes for cached blocks and write buffers together
   * @throws IllegalStateException with one clear sentence if it cannot be opened
   */
  CommittedState(Path folder, Collection<String> names, long memory) {
    this.folder = folder;
    this.cache = new LRUCache(memory);
    this.writeBuffers = new WriteBufferManager(memory / 2, cache);
    this.columnOptions =
        new ColumnFamilyOptions()
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setCacheIndexAndFilterBlocks(true)
                    .setPinL0FilterAndIndexBlocksInCache(true));
    this.options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxTotalWalSize(memory)
            .setWriteBufferManager(writeBuffers);
    try {
      Files.createDirectories(folder);
      Set<String> all = new LinkedHashSet<>(existing(folder));
      all.remove(new String(RocksDB.DEFAULT_COLUMN_FAMILY, UTF_8));
      all.addAll(names);
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, columnOptions));
      all.forEach(
          name -> descriptors.add(new ColumnFamilyDescriptor(name.getBytes(UTF_8), columnOptions)));
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      this.database = RocksDB.open(options, folder.toString(), descriptors, handles);
      this.positions = handles.get(0);
      int next = 1;
      for (String name : all) {
        ColumnFamilyHandle handle = handles.get(next++);
        if (names.contains(name)) {
          stores.put(name, handle);
        } else {
          database.dropColumnFamily(handle);
          handle.close();
        }
      }
    } catch (RocksDBException | IOException e) {
      throw new IllegalStateException(
          "Cannot open the feature server's state in %s: %s. Is another feature server running on it? Give each a folder of its own with --state-dir."
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  private static List<String> existing(Path folder) throws RocksDBException {
    if (!Files.exists(folder.resolve("CURRENT"))) {
      return List.of(); // no database yet
    }
    try (Options plain = new Options()) {
      return RocksDB.listColumnFamilies(plain, folder.toString()).stream()
          .map(name -> new String(name, UTF_8))
          .toList();
    }
  }

  /** One unchanging view of all stores; close it soon. */
  final class View implements AutoCloseable {
    private final Snapshot snapshot = database.getSnapshot();
    private final ReadOptions readOptions = new ReadOptions().setSnapshot(snapshot);

    /** The state of a key; null where the store has none. */
    byte @Nullable [] get(String store, byte[] key) {
      try {
        return database.get(stores.get(store), readOptions, key);
      } catch (RocksDBException e) {
        throw failed("read", e);
      }
    }

    @Override
    public void close() {
      readOptions.close();
      database.releaseSnapshot(snapshot);
    }
  }

  View view() {
    return new View();
  }

  /** Takes changes in, in order, and with them how far the changelogs have been read. */
  void apply(List<Change> changes, List<Position> reached) {
    try (WriteBatch batch = new WriteBatch()) {
      for (Change change : changes) {
        ColumnFamilyHandle store = stores.get(change.store());
        if (change.state() == null) {
          batch.delete(store, change.key());
        } else {
          batch.put(store, change.key(), change.state());
        }
      }
      for (Position position : reached) {
        batch.put(positions, key(position.partition()), value(position));
      }
      database.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  /** The offset to go on from; empty if nothing was taken in of this very topic. */
  OptionalLong nextOffset(TopicPartition partition, Uuid topicId) {
    try {
      byte[] value = database.get(positions, key(partition));
      if (value == null || value.length != POSITION_LENGTH) {
        return OptionalLong.empty();
      }
      ByteBuffer buffer = ByteBuffer.wrap(value);
      return new Uuid(buffer.getLong(), buffer.getLong()).equals(topicId)
          ? OptionalLong.of(buffer.getLong())
          : OptionalLong.empty();
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** Whether anything of the partition was ever taken in, of whatever topic. */
  boolean knows(TopicPartition partition) {
    try {
      return database.get(positions, key(partition)) != null;
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** Removes all of a store's keys, and the offsets of all partitions of its changelog. */
  void clear(String store, String topic) {
    try (WriteBatch batch = new WriteBatch()) {
      batch.deleteRange(stores.get(store), new byte[0], BEYOND_EVERY_KEY);
      batch.deleteRange(
          positions,
          (topic + "/").getBytes(UTF_8),
          (topic + "0").getBytes(UTF_8)); // '0' follows '/'
      database.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  private static byte[] key(TopicPartition partition) {
    return (partition.topic() + "/" + partition.partition()).getBytes(UTF_8);
  }

  private static byte[] value(Position position) {
    return ByteBuffer.allocate(POSITION_LENGTH)
        .putLong(position.topicId().getMostSignificantBits())
        .putLong(position.topicId().getLeastSignificantBits())
        .putLong(position.nextOffset())
        .array();
  }

  private IllegalStateException failed(String verb, RocksDBException cause) {
    return new IllegalStateException(
        "Cannot %s the feature server's state in %s: %s. Is the disk full?"
            .formatted(verb, folder, cause.getMessage()),
        cause);
  }

  @Override
  public void close() {
    stores.values().forEach(ColumnFamilyHandle::close);
    positions.close();
    database.close();
    writeOptions.close();
    options.close();
    columnOptions.close();
    writeBuffers.close();
    cache.close();
  }
}
