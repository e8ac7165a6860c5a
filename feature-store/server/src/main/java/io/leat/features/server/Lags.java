package io.leat.features.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How far each store is behind its changelog. Measured by one thread, asked by any. */
final class Lags {
  private record Level(long records, long levelAtMillis) {}

  private final Collection<String> stores;
  private final LongSupplier clock;
  private final Map<String, Level> levels = new ConcurrentHashMap<>();

  /**
   * @param clock wall clock in milliseconds
   */
  Lags(Collection<String> stores, MeterRegistry metrics, LongSupplier clock) {
    this.stores = List.copyOf(stores);
    this.clock = clock;
    for (String store : stores) {
      Gauge.builder(
              "leat.feature.server.lag.records", () -> of(store).map(Lag::records).orElse(null))
          .tag("store", store)
          .register(metrics);
      Gauge.builder(
              "leat.feature.server.lag.seconds",
              () -> of(store).map(lag -> lag.millis() / 1000.0).orElse(null))
          .tag("store", store)
          .register(metrics);
    }
  }

  /** Of a store; empty until it was level for the first time. */
  Optional<Lag> of(String store) {
    return Optional.ofNullable(levels.get(store))
        .map(
            level ->
                new Lag(level.records(), Math.max(0, clock.getAsLong() - level.levelAtMillis())));
  }

  /** Whether every store was level once. */
  boolean wereLevel() {
    return levels.keySet().containsAll(stores);
  }

  /**
   * Takes a measurement down.
   *
   * @param behind by store, the records that were not yet taken in; a store of which that is not
   *     known is left out
   * @param nowMillis when it was made
   * @return which stores have not been level yet, in words; empty if all have
   */
  Optional<String> measured(Map<String, Long> behind, long nowMillis) {
    behind.forEach(
        (store, records) ->
            levels.compute(
                store,
                (name, before) ->
                    records == 0
                        ? new Level(0, nowMillis)
                        : before == null ? null : new Level(records, before.levelAtMillis())));
    List<String> waiting =
        stores.stream()
            .filter(store -> !levels.containsKey(store))
            .sorted()
            .map(store -> store + " (" + toGo(behind.get(store)) + ")")
            .toList();
    return waiting.isEmpty()
        ? Optional.empty()
        : Optional.of("catching up with " + String.join(", ", waiting));
  }

  private static String toGo(@Nullable Long records) {
    return records == null
        ? "how far to go is not known: some partition of its changelog has no leader, or does not answer"
        : records + " records to go";
  }

  /** From now on a store has never been level: it is read again. */
  void forget(String store) {
    levels.remove(store);
  }
}
