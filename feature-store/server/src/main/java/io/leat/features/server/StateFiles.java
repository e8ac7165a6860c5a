package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.HashLinkedListMemTableConfig;
import org.rocksdb.HyperClockCache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBufferManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RocksDB of a server: one column family a store, and the default one for what is known of
 * them. Opens it within a budget of memory, and begins it again where it is damaged or of another
 * format: everything in it can be read again from the changelogs.
 */
final class StateFiles implements AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  private static final Logger log = LoggerFactory.getLogger(StateFiles.class);

  /**
   * Changes with what the default column family holds, and with how; and with what files may not
   * hold: deletions of ranges, which rows in the cache do not know of.
   */
  private static final byte[] FORMAT = {3};

  private static final byte[] FORMAT_KEY = "format".getBytes(UTF_8);

  /** Lies in the folder after a read found damage, so that the next start begins again. */
  private static final String DAMAGED = "DAMAGED";

  /** A hash index within blocks, for point reads: entries a bucket, as RocksDB recommends. */
  private static final double HASH_INDEX_LOAD = 0.75;

  /** About one in a hundred keys that are not there costs a look into a file. */
  private static final double FILTER_BITS = 10;

  /**
   * Of a write buffer, which is a hash table: a search in the sorted list that RocksDB has
   * otherwise costs more than all the rest of a read. Half a megabyte a store; less where that were
   * more than an eighth of the store's share of the write buffers.
   */
  private static final long MOST_BUCKETS = 1 << 16;

  private static final long FEWEST_BUCKETS = 1 << 8;
  private static final int BUCKET_BYTES = 8;

  /** What is hashed of a key: all of it. */
  private static final int LONGEST_KEY = 1 << 20;

  /** The cache finds out itself how large its entries are. */
  private static final long ANY_CHARGE = 0;

  private static final int SHARDS_BY_SIZE = -1;

  private final Path folder;
  private final Cache cache;

  /**
   * Entries out of files that were read lately: a lookup costs half of what one in a block does.
   */
  private final Cache rows;

  private final WriteBufferManager writeBuffers;
  private final BloomFilter filter = new BloomFilter(FILTER_BITS, false);
  private final ColumnFamilyOptions columnOptions;
  private final DBOptions options;
  private final RocksDB database;
  private final ColumnFamilyHandle known;
  private final Map<String, ColumnFamilyHandle> stores = new LinkedHashMap<>();

  /**
   * Opens the files, or begins them; stores that are no longer named are removed.
   *
   * @param memory bytes for cached rows (a quarter), cached blocks and write buffers together
   * @throws LeatException with one clear sentence if they cannot be opened
   */
  StateFiles(Path folder, Collection<String> names, long memory) {
    this.folder = folder;
    long memoryOfRows = memory / 4;
    this.rows = new LRUCache(memoryOfRows);
    this.cache = new HyperClockCache(memory - memoryOfRows, ANY_CHARGE, SHARDS_BY_SIZE, false);
    this.writeBuffers = new WriteBufferManager(memory / 2, cache);
    this.columnOptions =
        new ColumnFamilyOptions()
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setMemTableConfig(
                new HashLinkedListMemTableConfig().setBucketCount(buckets(memory, names.size())))
            .useCappedPrefixExtractor(LONGEST_KEY)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(filter)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                    .setDataBlockHashTableUtilRatio(HASH_INDEX_LOAD)
                    .setCacheIndexAndFilterBlocks(true)
                    .setCacheIndexAndFilterBlocksWithHighPriority(true)
                    .setPinL0FilterAndIndexBlocksInCache(true));
    this.options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxTotalWalSize(memory)
            .setRowCache(rows)
            .setAllowConcurrentMemtableWrite(false) // one thread writes; hash tables take no more
            .setWriteBufferManager(writeBuffers);
    try {
      Files.createDirectories(folder);
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      this.database = openOrBegin(names, handles);
      this.known = handles.get(0);
      for (ColumnFamilyHandle handle : handles.subList(1, handles.size())) {
        String name = new String(handle.getName(), UTF_8);
        if (names.contains(name)) {
          stores.put(name, handle);
        } else {
          database.dropColumnFamily(handle);
          handle.close();
        }
      }
      database.put(known, FORMAT_KEY, FORMAT);
    } catch (RocksDBException e) {
      throw new LeatException(
          ErrorCode.STATE,
          String.valueOf(e.getMessage()).contains("lock")
              ? "Cannot open the feature server's state in %s: another process holds it. Give each server a folder of its own with --state-dir."
                  .formatted(folder)
              : sentence("open", e),
          e);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.STATE,
          "Cannot open the feature server's state in %s: %s. Give a writable folder with --state-dir."
              .formatted(folder, e),
          e);
    }
  }

  /** How many buckets the hash table of a store has. */
  static long buckets(long memory, int stores) {
    long room = memory / 2 / Math.max(1, stores) / 8 / BUCKET_BYTES;
    return Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, Long.highestOneBit(room)));
  }

  private RocksDB openOrBegin(Collection<String> names, List<ColumnFamilyHandle> handles)
      throws RocksDBException, IOException {
    if (Files.exists(folder.resolve(DAMAGED))) {
      return begin(names, handles, "it was found damaged");
    }
    RocksDB opened;
    try {
      opened = open(names, handles);
    } catch (RocksDBException e) {
      if (!isDamage(e)) {
        throw e;
      }
      return begin(names, handles, String.valueOf(e.getMessage()));
    }
    byte[] format = opened.get(FORMAT_KEY);
    boolean isNew = opened.getLatestSequenceNumber() == 0;
    if (isNew || (format != null && format.length == 1 && format[0] == FORMAT[0])) {
      return opened;
    }
    handles.forEach(ColumnFamilyHandle::close);
    handles.clear();
    opened.close();
    return begin(names, handles, "it is of another format");
  }

  private RocksDB begin(Collection<String> names, List<ColumnFamilyHandle> handles, String why)
      throws RocksDBException, IOException {
    log.warn("The feature server's state in {} is read again from the changelogs: {}", folder, why);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
    return open(names, handles);
  }

  private RocksDB open(Collection<String> names, List<ColumnFamilyHandle> handles)
      throws RocksDBException {
    Set<String> all = new LinkedHashSet<>(existing());
    all.remove(new String(RocksDB.DEFAULT_COLUMN_FAMILY, UTF_8));
    all.addAll(names);
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, columnOptions));
    all.forEach(
        name -> descriptors.add(new ColumnFamilyDescriptor(name.getBytes(UTF_8), columnOptions)));
    return RocksDB.open(options, folder.toString(), descriptors, handles);
  }

  private List<String> existing() throws RocksDBException {
    if (!Files.exists(folder.resolve("CURRENT"))) {
      return List.of(); // no database yet
    }
    try (Options plain = new Options()) {
      return RocksDB.listColumnFamilies(plain, folder.toString()).stream()
          .map(name -> new String(name, UTF_8))
          .toList();
    }
  }

  RocksDB database() {
    return database;
  }

  /** The column family of what is known of the stores. */
  ColumnFamilyHandle known() {
    return known;
  }

  /** The column family of a store. */
  ColumnFamilyHandle store(String name) {
    ColumnFamilyHandle store = stores.get(name);
    if (store == null) {
      throw new IllegalArgumentException("no store " + name + "; there are " + stores.keySet());
    }
    return store;
  }

  /** Empties a store, which nobody uses meanwhile. */
  void empty(String name) throws RocksDBException {
    ColumnFamilyHandle before = store(name);
    database.dropColumnFamily(before); // made again at the next start if the process ends here
    stores.put(
        name,
        database.createColumnFamily(
            new ColumnFamilyDescriptor(name.getBytes(UTF_8), columnOptions)));
    before.close();
  }

  /**
   * Words what RocksDB could not do, in one sentence that says what to do. Where the files are
   * damaged it remembers that, for the next start.
   *
   * @param verb what could not be done: {@code read}
   */
  LeatException failed(String verb, RocksDBException cause) {
    if (isDamage(cause)) {
      try {
        Files.writeString(folder.resolve(DAMAGED), String.valueOf(cause.getMessage()));
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
    return new LeatException(ErrorCode.STATE, sentence(verb, cause), cause);
  }

  private String sentence(String verb, RocksDBException cause) {
    String what =
        "Cannot %s the feature server's state in %s: ".formatted(verb, folder.toAbsolutePath());
    if (isDamage(cause)) {
      return what
          + "its files are damaged (%s). Start the server again: it reads them again from the changelogs."
              .formatted(cause.getMessage());
    }
    return what
        + (isFull(cause)
            ? "the disk is full. Make room, or give a folder on another disk with --state-dir, and start the server again."
            : cause.getMessage() + ".");
  }

  /** Whether files are not what was written. */
  static boolean isDamage(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
  }

  private static boolean isFull(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
  }

  @Override
  public void close() {
    stores.values().forEach(ColumnFamilyHandle::close);
    known.close();
    database.close();
    options.close();
    columnOptions.close();
    filter.close();
    writeBuffers.close();
    cache.close();
    rows.close();
  }
}
