package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The views' committed state on this machine's disk, and the offsets up to which it was taken from
 * the changelogs. State and offsets change in one atomic write, so that a restart, even an unclean
 * one, goes on exactly where the state stands.
 *
 * <p>What is known of the stores: key {@code topic/partition}, value the topic's id (16 bytes) and
 * the next offset (8 bytes); key {@code level/topic}, value when the store was last known to hold
 * nothing that the changelog has deleted, in milliseconds since 1970-01-01 UTC (8 bytes).
 *
 * <p>Reads from any thread; changes from one. Nobody reads any more when it is closed.
 */
final class CommittedState implements AutoCloseable {
  /** A change of one key's state; null deletes it. */
  record Change(String store, byte[] key, byte @Nullable [] state) {}

  /** How far a partition has been taken in, of which topic (a recreated topic has another id). */
  record Position(TopicPartition partition, Uuid topicId, long nextOffset) {}

  private static final int POSITION_LENGTH = 24;

  /** Keys are UTF-8, in which this byte never occurs. */
  private static final byte[] BEYOND_EVERY_KEY = {(byte) 0xff, (byte) 0xff, (byte) 0xff};

  private final StateFiles files;
  private final RocksDB database;
  private final ColumnFamilyHandle known;
  private final WriteOptions writeOptions;
  private volatile Optional<IllegalStateException> damage = Optional.empty();

  /**
   * Opens the state, or begins it; stores that are no longer named are removed. It is begun anew
   * where its files are damaged.
   *
   * @param memory bytes for cached blocks and write buffers together
   * @throws IllegalStateException with one clear sentence if it cannot be opened
   */
  CommittedState(Path folder, Collection<String> names, long memory) {
    this.files = new StateFiles(folder, names, memory);
    this.database = files.database();
    this.known = files.known();
    this.writeOptions = new WriteOptions();
  }

  /** One unchanging view of all stores; close it soon. */
  final class View implements AutoCloseable {
    private final Snapshot snapshot = database.getSnapshot();
    private final ReadOptions readOptions = new ReadOptions().setSnapshot(snapshot);

    /** The state of a key; null where the store has none. */
    byte @Nullable [] get(String store, byte[] key) {
      try {
        return database.get(files.store(store), readOptions, key);
      } catch (RocksDBException e) {
        throw failed("read", e);
      }
    }

    /**
     * The states of several keys, in one read.
     *
     * @param keys each may be null, and has no state then
     */
    List<byte @Nullable []> getAll(String store, List<byte @Nullable []> keys) {
      List<byte[]> wanted = new ArrayList<>(keys.size());
      for (byte[] key : keys) {
        if (key != null) {
          wanted.add(key);
        }
      }
      List<byte @Nullable []> found = find(store, wanted);
      if (wanted.size() == keys.size()) {
        return found;
      }
      List<byte @Nullable []> states = new ArrayList<>(keys.size());
      int next = 0;
      for (byte[] key : keys) {
        states.add(key == null ? null : found.get(next++));
      }
      return states;
    }

    private List<byte @Nullable []> find(String store, List<byte[]> keys) {
      if (keys.isEmpty()) {
        return List.of();
      }
      if (keys.size() == 1) {
        return Collections.singletonList(get(store, keys.get(0)));
      }
      try {
        return database.multiGetAsList(
            readOptions, Collections.nCopies(keys.size(), files.store(store)), keys);
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
        ColumnFamilyHandle store = files.store(change.store());
        if (change.state() == null) {
          batch.delete(store, change.key());
        } else {
          batch.put(store, change.key(), change.state());
        }
      }
      for (Position position : reached) {
        batch.put(known, key(position.partition()), value(position));
      }
      database.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  /** The offset to go on from; empty if nothing was taken in of this very topic. */
  OptionalLong nextOffset(TopicPartition partition, Uuid topicId) {
    byte[] value = known(key(partition));
    if (value == null || value.length != POSITION_LENGTH) {
      return OptionalLong.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    return new Uuid(buffer.getLong(), buffer.getLong()).equals(topicId)
        ? OptionalLong.of(buffer.getLong())
        : OptionalLong.empty();
  }

  /** Whether anything of the partition was ever taken in, of whatever topic. */
  boolean knows(TopicPartition partition) {
    return known(key(partition)) != null;
  }

  /** Remembers that a store holds nothing that its changelog had deleted by a time. */
  void setLevel(String topic, long timeMillis) {
    try {
      database.put(known, levelKey(topic), ByteBuffer.allocate(8).putLong(timeMillis).array());
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  /** What {@link #setLevel} last remembered; empty if nothing. */
  OptionalLong level(String topic) {
    byte[] value = known(levelKey(topic));
    return value == null ? OptionalLong.empty() : OptionalLong.of(ByteBuffer.wrap(value).getLong());
  }

  /** Removes all of a store's keys, and what is known of its changelog. */
  void clear(String store, String topic) {
    try (WriteBatch batch = new WriteBatch()) {
      batch.deleteRange(files.store(store), new byte[0], BEYOND_EVERY_KEY);
      batch.deleteRange(
          known, (topic + "/").getBytes(UTF_8), (topic + "0").getBytes(UTF_8)); // '0' follows '/'
      batch.delete(known, levelKey(topic));
      database.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  /** That a read or a write found the files damaged; empty while none did. */
  Optional<IllegalStateException> damage() {
    return damage;
  }

  private byte @Nullable [] known(byte[] key) {
    try {
      return database.get(known, key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  private static byte[] key(TopicPartition partition) {
    return (partition.topic() + "/" + partition.partition()).getBytes(UTF_8);
  }

  private static byte[] levelKey(String topic) {
    return ("level/" + topic).getBytes(UTF_8);
  }

  private static byte[] value(Position position) {
    return ByteBuffer.allocate(POSITION_LENGTH)
        .putLong(position.topicId().getMostSignificantBits())
        .putLong(position.topicId().getLeastSignificantBits())
        .putLong(position.nextOffset())
        .array();
  }

  private IllegalStateException failed(String verb, RocksDBException cause) {
    IllegalStateException sentence = files.failed(verb, cause);
    if (StateFiles.isDamage(cause)) {
      damage = Optional.of(sentence);
    }
    return sentence;
  }

  @Override
  public void close() {
    files.close();
    writeOptions.close();
  }
}
