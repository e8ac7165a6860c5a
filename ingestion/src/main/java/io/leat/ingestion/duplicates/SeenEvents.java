package io.leat.ingestion.duplicates;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The ids of the events of one partition that were seen within a horizon of event time. Not
 * thread-safe: one a task.
 *
 * <p>Event time is cut into windows as long as the horizon, and an id is kept in the window of its
 * event, so that a look-up is a get in the event's own window and in its two neighbours. The store
 * drops whole windows: what is kept is bounded by the events of four horizons, and every duplicate
 * is found of an event that comes up to two horizons behind the newest.
 *
 * <p>An {@link IdFilter} a window answers for nearly every new id, so that the store is only
 * written. What was in the store when the task started is in no filter: windows as old as that are
 * always looked up.
 *
 * <p>An event that is older than what is kept is taken for new. O(1) an event.
 */
public final class SeenEvents {
  /** 0001-01-01T00:00:00Z, the earliest event time there is: the store's times begin at 0. */
  private static final long EARLIEST = -62_135_596_800_000L;

  /**
   * Horizons that the store keeps, from the start of the newest window back to the start of the
   * oldest. An event that is two horizons late has its duplicate up to a horizon before it, and
   * that one's window began up to another horizon before.
   */
  private static final int KEPT = 4;

  /**
   * Kafka Streams cuts a window store into segments of half of what it keeps, a minute at least.
   */
  private static final long SHORTEST_SEGMENT = 60_000;

  private final WindowStore<byte[], byte[]> store;
  private final long horizon;
  private final long origin;
  private final Map<Long, IdFilter> filters = new HashMap<>();

  /** Start of the newest window that may hold what no filter does. */
  private long unfiltered;

  private long newest = Long.MIN_VALUE;

  /**
   * @param store made by {@link #store}
   * @param horizon greatest distance in event time of two events of one id that are duplicates
   */
  public SeenEvents(WindowStore<byte[], byte[]> store, Duration horizon) {
    this.store = store;
    this.horizon = horizon.toMillis();
    this.origin = (Math.floorDiv(EARLIEST, this.horizon) - 1) * this.horizon;
    this.unfiltered = newestStored(store);
  }

  /** An entry of the newest segment; the last window of that segment may be as much later. */
  private long newestStored(WindowStore<byte[], byte[]> store) {
    long segment = Math.max(KEPT * horizon / 2, SHORTEST_SEGMENT);
    try (KeyValueIterator<Windowed<byte[]>, byte[]> stored = store.backwardAll()) {
      return stored.hasNext()
          ? stored.next().key.window().start() + origin + segment
          : Long.MIN_VALUE;
    }
  }

  /**
   * The store of a contract.
   *
   * <p>Its changelog is cleaned by the broker's clock: by the records' own timestamps a replay of
   * old events would lose its entries as they are written.
   */
  public static StoreBuilder<WindowStore<byte[], byte[]>> store(String name, Duration horizon) {
    Duration kept = horizon.multipliedBy(KEPT);
    return Stores.windowStoreBuilder(
            Stores.persistentWindowStore(name, kept, horizon, false),
            Serdes.ByteArray(),
            Serdes.ByteArray())
        .withLoggingEnabled(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"))
        .withCachingDisabled();
  }

  /**
   * Whether an event of this id was seen within the horizon; if not, it is from now on.
   *
   * @param eventTime milliseconds since 1970-01-01 UTC
   */
  public boolean contains(String eventId, long eventTime) {
    byte[] id = eventId.getBytes(UTF_8);
    long hash = IdFilter.hash(eventId);
    long window = Math.floorDiv(eventTime, horizon) * horizon;
    for (long start = window - horizon; start <= window + horizon; start += horizon) {
      if (mayHold(start, hash)) {
        byte[] seen = store.fetch(id, start - origin);
        if (seen != null && Math.abs(ByteBuffer.wrap(seen).getLong() - eventTime) <= horizon) {
          return true;
        }
      }
    }
    store.put(id, ByteBuffer.allocate(Long.BYTES).putLong(eventTime).array(), window - origin);
    if (window > unfiltered) {
      filter(window).add(hash);
    }
    return false;
  }

  private boolean mayHold(long window, long hash) {
    if (window <= unfiltered) {
      return true;
    }
    IdFilter filter = filters.get(window);
    return filter != null && filter.mayHold(hash);
  }

  /** The filter of a window; a newer one than ever drops those whose windows the store drops. */
  private IdFilter filter(long window) {
    if (window > newest) {
      newest = window;
      long dropped = newest - KEPT * horizon;
      unfiltered = Math.max(unfiltered, dropped);
      filters.keySet().removeIf(start -> start <= dropped);
    }
    return filters.computeIfAbsent(window, start -> new IdFilter());
  }
}
