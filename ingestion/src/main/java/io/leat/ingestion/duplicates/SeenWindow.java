package io.leat.ingestion.duplicates;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * The ids of one window of event time. Not thread-safe.
 *
 * <p>The recent ones are in memory, and in the store in batches: those of a commit together. When
 * they are many, all of them move to where the older ones are: the store alone, in buckets by their
 * hashes, of which a look-up reads one. An {@link IdFilter} of all of them spares new ids nearly
 * every look-up; when it is full, one of four times the room takes its place, for which the store
 * is read. So the store is written once for some 60 ids. When the largest filter is full, further
 * ids are written and looked up one by one: memory holds no more than {@link #MOST_RECENT} ids and
 * the filter, however many ids there are, and no look-up reads more than a bucket of what the
 * filter takes.
 *
 * <p>A window's records, all numbers big-endian:
 *
 * <pre>
 * key     byte 0      0: recent ids; 1: older ids; 2: an id beyond the filter
 *         bytes 1-2   0; the bucket: the first 10 bits of the hashes
 *         bytes 3-6   the batch, from 0; the move that brought them, from 0
 *         bytes 1-16  of an id beyond the filter: its hash
 * value   bytes 0-3   with recent ids alone: how many moves went before
 *         the rest    for each id, 8 bytes each: both halves of its hash (not where it is the key),
 *                     the event's time in milliseconds since 1970-01-01 UTC
 * </pre>
 *
 * <p>The batches after a move are written over those before it; what is left of these is told by
 * its number of moves, which is not that of batch 0.
 */
final class SeenWindow {
  /** Ids that memory holds, in 4 MB; when the filter is full, none is left there. */
  static final int MOST_RECENT = 1 << 16;

  /** How much more room the next filter has. */
  private static final int GROWTH = 4;

  private static final int BUCKET_BITS = 10;
  private static final int BUCKETS = 1 << BUCKET_BITS;

  /** With key and framing these take less than 16 KB, the buffers that Kafka's producer reuses. */
  private static final int MOST_IN_BATCH = 640;

  private static final byte RECENT = 0;
  private static final byte OLDER = 1;
  private static final byte BEYOND = 2;
  private static final int KEY_BYTES = 1 + Short.BYTES + Integer.BYTES;
  private static final int ID_BYTES = 3 * Long.BYTES;

  private final WindowStore<byte[], byte[]> store;
  private final long start;
  private final IdTable recent = new IdTable();
  private final int mostFiltered;
  private IdFilter filter;
  private int moves;

  /** Batches of recent ids that the store has. */
  private int batches;

  /** Recent ids that are in those batches. */
  private int saved;

  /**
   * Reads what the store has; O(ids), and no more than the filter takes.
   *
   * @param start of the window, in the store's time
   * @param mostFiltered ids that the largest filter takes; a multiple of {@link #MOST_RECENT}
   */
  SeenWindow(WindowStore<byte[], byte[]> store, long start, int mostFiltered) {
    this.store = store;
    this.mostFiltered = mostFiltered;
    this.start = start;
    readRecent();
    this.filter = filter();
  }

  /** A filter of all ids, with room for more unless it is the largest. */
  private IdFilter filter() {
    int ids = moves * MOST_RECENT + recent.size();
    int room = MOST_RECENT;
    while (room <= ids && room < mostFiltered) {
      room = Math.min(room * GROWTH, mostFiltered);
    }
    IdFilter made = new IdFilter(room);
    if (moves > 0) {
      readOlder(made);
    }
    for (int i = 0; i < recent.size(); i++) {
      made.add(recent.id(i));
    }
    return made;
  }

  private void readRecent() {
    ByteBuffer batch = batch(0);
    if (batch == null) {
      return;
    }
    moves = batch.getInt(0);
    while (batch != null && batch.getInt() == moves) {
      while (batch.hasRemaining()) {
        recent.add(id(batch), batch.getLong());
      }
      batches++;
      batch = batch(batches);
    }
    saved = recent.size();
  }

  private @Nullable ByteBuffer batch(int number) {
    byte[] batch = store.fetch(key(RECENT, 0, number), start);
    return batch == null ? null : ByteBuffer.wrap(batch);
  }

  private void readOlder(IdFilter filter) {
    try (KeyValueIterator<Windowed<byte[]>, byte[]> records = olderRecords(0, BUCKETS - 1)) {
      while (records.hasNext()) {
        ByteBuffer ids = ByteBuffer.wrap(records.next().value);
        while (ids.hasRemaining()) {
          filter.add(id(ids));
          ids.getLong();
        }
      }
    }
  }

  /** Whether an event of the id was seen, with a time from one to another, both included. */
  boolean holds(IdHash id, long from, long to) {
    return filter.mayHold(id) && (recent.holds(id, from, to) || olderHold(id, from, to))
        || filter.isFull() && isBeyond(id, from, to);
  }

  private boolean isBeyond(IdHash id, long from, long to) {
    byte[] time = store.fetch(beyondKey(id), start);
    return time != null && isWithin(ByteBuffer.wrap(time).getLong(), from, to);
  }

  private static boolean isWithin(long time, long from, long to) {
    return from <= time && time <= to;
  }

  private boolean olderHold(IdHash id, long from, long to) {
    if (moves == 0) {
      return false;
    }
    int bucket = bucket(id);
    try (KeyValueIterator<Windowed<byte[]>, byte[]> records = olderRecords(bucket, bucket)) {
      while (records.hasNext()) {
        ByteBuffer ids = ByteBuffer.wrap(records.next().value);
        while (ids.hasRemaining()) {
          long high = ids.getLong();
          long low = ids.getLong();
          boolean same = high == id.high() && low == id.low();
          long time = ids.getLong();
          if (same && isWithin(time, from, to)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private KeyValueIterator<Windowed<byte[]>, byte[]> olderRecords(int firstBucket, int lastBucket) {
    return store.fetch(key(OLDER, firstBucket, 0), key(OLDER, lastBucket, moves - 1), start, start);
  }

  /** Adds an event's id; the store is sure to have it only once it is saved. */
  void add(IdHash id, long time) {
    if (filter.isFull()) {
      byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(time).array();
      store.put(beyondKey(id), value, start);
      return;
    }
    recent.add(id, time);
    filter.add(id);
    if (recent.size() == MOST_RECENT) {
      move();
      if (filter.isFull() && moves < mostFiltered / MOST_RECENT) {
        filter = filter();
      }
    }
  }

  /** Writes the ids that the store does not have. */
  void save() {
    while (saved < recent.size()) {
      int count = Math.min(MOST_IN_BATCH, recent.size() - saved);
      ByteBuffer batch = ByteBuffer.allocate(Integer.BYTES + count * ID_BYTES).putInt(moves);
      for (int i = 0; i < count; i++) {
        put(batch, saved + i);
      }
      store.put(key(RECENT, 0, batches), batch.array(), start);
      saved += count;
      batches++;
    }
  }

  /** Moves the recent ids to the older ones. */
  private void move() {
    int[] counts = new int[BUCKETS];
    for (int i = 0; i < recent.size(); i++) {
      counts[bucket(recent.id(i))]++;
    }
    ByteBuffer[] records = new ByteBuffer[BUCKETS];
    Arrays.setAll(records, bucket -> ByteBuffer.allocate(counts[bucket] * ID_BYTES));
    for (int i = 0; i < recent.size(); i++) {
      put(records[bucket(recent.id(i))], i);
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      if (counts[bucket] > 0) {
        store.put(key(OLDER, bucket, moves), records[bucket].array(), start);
      }
    }
    moves++;
    recent.clear();
    saved = 0;
    batches = 0;
    // Until there is a batch 0 again, this one tells of the move.
    store.put(key(RECENT, 0, 0), ByteBuffer.allocate(Integer.BYTES).putInt(moves).array(), start);
  }

  private void put(ByteBuffer record, int entry) {
    IdHash id = recent.id(entry);
    record.putLong(id.high()).putLong(id.low()).putLong(recent.time(entry));
  }

  private static IdHash id(ByteBuffer record) {
    return new IdHash(record.getLong(), record.getLong());
  }

  private static int bucket(IdHash id) {
    return (int) (id.high() >>> Long.SIZE - BUCKET_BITS);
  }

  private static byte[] beyondKey(IdHash id) {
    return ByteBuffer.allocate(1 + 2 * Long.BYTES)
        .put(BEYOND)
        .putLong(id.high())
        .putLong(id.low())
        .array();
  }

  private static byte[] key(byte kind, int bucket, int number) {
    return ByteBuffer.allocate(KEY_BYTES).put(kind).putShort((short) bucket).putInt(number).array();
  }
}
