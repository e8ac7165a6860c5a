package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.LeatException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The views' committed state on this machine's disk, and the offsets up to which it was taken from
 * the changelogs. State and offsets change in one atomic write (but see {@link #clear}), so that a
 * restart, even an unclean one, goes on exactly where the state stands.
 *
 * <p>What is known of the stores: key {@code topic/partition}, value the topic's id (16 bytes), the
 * next offset (8 bytes) and, where it is known, the leader epoch of the record before it (4 bytes),
 * by which a changelog is found out that lost its tail and grew again; key {@code level/topic},
 * value when the store was last known to hold nothing that the changelog has deleted, in
 * milliseconds since 1970-01-01 UTC (8 bytes); key {@code whole}, value 0 while some transaction
 * may be in the stores in part only, or a store has been cleared and not been read again, else 1.
 *
 * <p>Reads from any thread; changes from one. Nobody reads any more when it is closed.
 */
final class CommittedState implements AutoCloseable {
  /** A change of one key's state; null deletes it. */
  record Change(String store, byte[] key, byte @Nullable [] state) {
    /**
     * What a changelog tells.
     *
     * @param partition of the changelog
     */
    static Change of(String store, int partition, byte[] name, byte @Nullable [] value) {
      return new Change(store, PartitionEntries.nameHere(name, partition), value);
    }
  }

  /** How far a partition has been taken in, of which topic (a recreated topic has another id). */
  record Position(
      TopicPartition partition, Uuid topicId, long nextOffset, Optional<Integer> leaderEpoch) {
    Position(TopicPartition partition, Uuid topicId, long nextOffset) {
      this(partition, topicId, nextOffset, Optional.empty());
    }

    /** As the consumer takes it. */
    OffsetAndMetadata next() {
      return new OffsetAndMetadata(nextOffset, leaderEpoch, "");
    }
  }

  private static final int POSITION_LENGTH = 24;
  private static final int EPOCH_LENGTH = 4;
  private static final byte[] WHOLE = "whole".getBytes(UTF_8);

  private final StateFiles files;
  private final RocksDB database;
  private final ColumnFamilyHandle known;
  private final WriteOptions writeOptions;

  /** Held by who reads; alone by who takes a store away from under them. */
  private final ReadWriteLock stores = new ReentrantReadWriteLock();

  private volatile Optional<LeatException> damage = Optional.empty();

  /**
   * Opens the state, or begins it; stores that are no longer named are removed. It is begun again
   * where its files are damaged.
   *
   * @param memory bytes for cached entries, cached blocks and write buffers together
   * @throws LeatException with one clear sentence if it cannot be opened
   */
  CommittedState(Path folder, Collection<String> names, long memory) {
    this.files = new StateFiles(folder, names, memory);
    this.database = files.database();
    this.known = files.known();
    this.writeOptions = new WriteOptions();
  }

  /** The database itself. */
  StateFiles files() {
    return files;
  }

  /** Where a read may look. */
  enum Depth {
    /** In memory alone: quick, and nothing waits for a disk. */
    MEMORY,
    /** On disk too. */
    DISK
  }

  /** What was to be read of memory alone is, or may be, on disk. */
  static final class NotInMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotInMemoryException() {
      super("to be read from disk", null, false, false);
    }
  }

  /** One unchanging view of all stores; close it soon, on the same thread. */
  final class View implements AutoCloseable {
    private final Snapshot snapshot;
    private final ReadOptions options;

    private View(Depth depth) {
      stores.readLock().lock();
      snapshot = database.getSnapshot();
      options = new ReadOptions().setSnapshot(snapshot);
      if (depth == Depth.MEMORY) {
        options.setReadTier(ReadTier.BLOCK_CACHE_TIER);
      }
    }

    /**
     * The value of a name; null where the store has none.
     *
     * @throws NotInMemoryException if that cannot be told without a look further down
     */
    byte @Nullable [] get(String store, byte[] name) {
      return get(files.store(store), name);
    }

    /** Whether it is a state between transactions. Throws what {@link #get} does. */
    boolean isWhole() {
      byte[] whole = get(known, WHOLE);
      return whole == null || whole[0] != 0;
    }

    private byte @Nullable [] get(ColumnFamilyHandle store, byte[] name) {
      try {
        return database.get(store, options, name);
      } catch (RocksDBException e) {
        if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) {
          throw new NotInMemoryException();
        }
        throw failed("read", e);
      }
    }

    /**
     * The values of several names, in one read. Throws what {@link #get} does.
     *
     * @param names each may be null, and has no value then
     */
    List<byte @Nullable []> getAll(String store, List<byte @Nullable []> names) {
      List<byte[]> wanted = names.stream().filter(Objects::nonNull).toList();
      Iterator<byte @Nullable []> found = find(store, wanted).iterator();
      List<byte @Nullable []> values = new ArrayList<>(names.size());
      for (byte[] name : names) {
        byte[] value = name == null ? null : found.next();
        // RocksDB's Java API tells of no error here: what it did not find is looked for alone.
        values.add(value == null && name != null ? get(store, name) : value);
      }
      return values;
    }

    private List<byte @Nullable []> find(String store, List<byte[]> names) {
      if (names.size() <= 1) {
        return Collections.nCopies(names.size(), null);
      }
      try {
        return database.multiGetAsList(
            options, Collections.nCopies(names.size(), files.store(store)), names);
      } catch (RocksDBException e) {
        throw failed("read", e);
      }
    }

    @Override
    public void close() {
      options.close();
      database.releaseSnapshot(snapshot);
      stores.readLock().unlock();
    }
  }

  View view(Depth depth) {
    return new View(depth);
  }

  /** Whether it is a state between transactions now. */
  boolean isWhole() {
    try (View now = view(Depth.DISK)) {
      return now.isWhole();
    }
  }

  /**
   * Takes changes in, in order, and with them how far the changelogs have been read. The state is
   * one between transactions then.
   */
  void apply(List<Change> changes, List<Position> reached) {
    apply(changes, reached, true);
  }

  /** Does what {@link #apply} does, with transactions among the changes that are not whole. */
  void applyPart(List<Change> changes, List<Position> reached) {
    apply(changes, reached, false);
  }

  private void apply(List<Change> changes, List<Position> reached, boolean whole) {
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
      batch.put(known, WHOLE, new byte[] {(byte) (whole ? 1 : 0)});
      database.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  /** Where to go on from; empty if nothing was taken in of this very topic. */
  Optional<Position> position(TopicPartition partition, Uuid topicId) {
    byte[] value = known(key(partition));
    if (value == null
        || (value.length != POSITION_LENGTH && value.length != POSITION_LENGTH + EPOCH_LENGTH)) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    Uuid of = new Uuid(buffer.getLong(), buffer.getLong());
    Position position =
        new Position(
            partition,
            of,
            buffer.getLong(),
            buffer.hasRemaining() ? Optional.of(buffer.getInt()) : Optional.empty());
    return of.equals(topicId) ? Optional.of(position) : Optional.empty();
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

  /**
   * Removes all of a store's keys, and what is known of its changelog. Waits until nobody reads.
   * Should the process end meanwhile, the next start finds offsets of no topic, and clears again;
   * until the next {@link #apply} the state is one in part.
   */
  void clear(String store, String topic) {
    stores.writeLock().lock();
    try (WriteOptions synced = new WriteOptions().setSync(true);
        WriteBatch begin = new WriteBatch();
        WriteBatch end = new WriteBatch()) {
      for (byte[] position : positions(topic)) {
        begin.put(known, position, new byte[POSITION_LENGTH]);
        end.delete(known, position);
      }
      begin.put(known, WHOLE, new byte[] {0});
      end.delete(known, levelKey(topic));
      database.write(synced, begin);
      files.empty(store);
      database.write(writeOptions, end);
    } catch (RocksDBException e) {
      throw failed("write", e);
    } finally {
      stores.writeLock().unlock();
    }
  }

  /** The keys of what is known of a changelog's partitions. */
  private List<byte[]> positions(String topic) throws RocksDBException {
    List<byte[]> keys = new ArrayList<>();
    byte[] prefix = (topic + "/").getBytes(UTF_8);
    try (ReadOptions all = new ReadOptions().setTotalOrderSeek(true);
        RocksIterator entries = database.newIterator(known, all)) {
      entries.seek(prefix);
      while (entries.isValid() && startsWith(entries.key(), prefix)) {
        keys.add(entries.key());
        entries.next();
      }
      entries.status();
    }
    return keys;
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** That a read or a write found the files damaged; empty while none did. */
  Optional<LeatException> damage() {
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
    ByteBuffer value =
        ByteBuffer.allocate(
                POSITION_LENGTH + (position.leaderEpoch().isPresent() ? EPOCH_LENGTH : 0))
            .putLong(position.topicId().getMostSignificantBits())
            .putLong(position.topicId().getLeastSignificantBits())
            .putLong(position.nextOffset());
    position.leaderEpoch().ifPresent(value::putInt);
    return value.array();
  }

  private LeatException failed(String verb, RocksDBException cause) {
    LeatException sentence = files.failed(verb, cause);
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
