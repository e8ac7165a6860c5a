package io.leat.ingestion.duplicates;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.internals.AbstractStoreBuilder;
import org.apache.kafka.streams.state.internals.WrappedStateStore;

/**
 * The ids of the events of one partition that were seen within a horizon of event time: a state
 * store of Kafka Streams. Not thread-safe: one a task.
 *
 * <p>Event time is cut into windows as long as the horizon, and an id is kept in the window of its
 * event, so that a look-up is one in the event's own window and in its two neighbours. The store
 * drops whole windows: what is kept is bounded by the events of four horizons, and every duplicate
 * is found of an event that comes up to two horizons behind the newest. An event that is older than
 * what is kept is taken for new. O(1) an event.
 *
 * <p>It lies in a window store and that one's changelog. What was seen since the last commit is
 * written when the next one begins, by {@link #flushCache}: Kafka Streams calls it on stores that
 * cache, before it commits what they then write together with the input's offsets. No public
 * interface offers that call, hence the internal class that this one extends.
 */
public final class SeenEvents
    extends WrappedStateStore<WindowStore<byte[], byte[]>, byte[], byte[]> {
  /** 0001-01-01T00:00:00Z, the earliest event time there is: the store's times begin at 0. */
  private static final long EARLIEST = -62_135_596_800_000L;

  /**
   * Horizons that the store keeps, from the start of the newest window back to the start of the
   * oldest. An event that is two horizons late has its duplicate up to a horizon before it, and
   * that one's window began up to another horizon before.
   */
  private static final int KEPT = 4;

  /** Ids of a window that a filter takes, in 14 MB: 5.6 million. */
  private static final int MOST_FILTERED = 85 * SeenWindow.MOST_RECENT;

  private final long horizon;
  private final long origin;
  private final IdHash.Hasher hasher = new IdHash.Hasher();
  private final Map<Long, SeenWindow> windows = new HashMap<>();
  private long newest = Long.MIN_VALUE;

  private SeenEvents(WindowStore<byte[], byte[]> store, long horizon) {
    super(store);
    this.horizon = horizon;
    this.origin = (Math.floorDiv(EARLIEST, horizon) - 1) * horizon;
  }

  /**
   * Builds the store of a contract.
   *
   * @param horizon greatest distance in event time of two events of one id that are duplicates
   */
  public static StoreBuilder<SeenEvents> store(String name, Duration horizon) {
    return new Builder(name, horizon);
  }

  private static final class Builder extends AbstractStoreBuilder<byte[], byte[], SeenEvents> {
    /** What Kafka Streams adds to the retention of a window store's changelog. */
    private static final Duration CLOCK_DRIFT = Duration.ofDays(1);

    private final Duration horizon;
    private final Duration kept;

    /**
     * The changelog is cleaned by the broker's clock: by the records' own timestamps a replay of
     * old events would lose its entries as they are written.
     */
    Builder(String name, Duration horizon) {
      super(name, Serdes.ByteArray(), Serdes.ByteArray(), Time.SYSTEM);
      this.horizon = horizon;
      this.kept = horizon.multipliedBy(KEPT);
      withLoggingEnabled(
          Map.of(
              TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime",
              TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete",
              TopicConfig.RETENTION_MS_CONFIG, Long.toString(kept.plus(CLOCK_DRIFT).toMillis())));
    }

    @Override
    public SeenEvents build() {
      StoreBuilder<WindowStore<byte[], byte[]>> store =
          Stores.windowStoreBuilder(
                  Stores.persistentWindowStore(name(), kept, horizon, false),
                  Serdes.ByteArray(),
                  Serdes.ByteArray())
              .withCachingDisabled();
      return new SeenEvents(
          (loggingEnabled() ? store : store.withLoggingDisabled()).build(), horizon.toMillis());
    }
  }

  /**
   * Whether an event of this id was seen within the horizon; if not, it is from now on.
   *
   * @param eventTime milliseconds since 1970-01-01 UTC
   */
  public boolean contains(String eventId, long eventTime) {
    long start = Math.floorDiv(eventTime, horizon) * horizon;
    newest = Math.max(newest, start);
    if (start <= newest - KEPT * horizon) {
      return false;
    }
    IdHash id = hasher.hash(eventId);
    long from = eventTime - horizon;
    long to = eventTime + horizon;
    SeenWindow own = window(start);
    if (own.holds(id, from, to)
        || window(start - horizon).holds(id, from, to)
        || window(start + horizon).holds(id, from, to)) {
      return true;
    }
    own.add(id, eventTime);
    return false;
  }

  /**
   * Whether all is kept that an event of a time can be a duplicate of, as far as this task knows
   * how far its events have come: since it started.
   *
   * @param eventTime milliseconds since 1970-01-01 UTC; of the event that was asked for last
   */
  public boolean reaches(long eventTime) {
    long before = (Math.floorDiv(eventTime, horizon) - 1) * horizon;
    return before > newest - KEPT * horizon;
  }

  /** A window; one that is not in memory drops those from memory that the store drops. */
  private SeenWindow window(long start) {
    SeenWindow known = windows.get(start);
    if (known == null) {
      windows.keySet().removeIf(other -> other <= newest - KEPT * horizon);
      known = new SeenWindow(wrapped(), start - origin, MOST_FILTERED);
      windows.put(start, known);
    }
    return known;
  }

  @Override
  public void flushCache() {
    windows.values().forEach(SeenWindow::save);
  }

  /** Forgets what is in memory: somebody else may write to the store from now on. */
  @Override
  public void clearCache() {
    windows.clear();
    newest = Long.MIN_VALUE;
  }

  @Override
  public void close() {
    clearCache();
    super.close();
  }
}
