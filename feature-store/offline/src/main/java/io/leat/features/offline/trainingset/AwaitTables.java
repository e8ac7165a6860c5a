package io.leat.features.offline.trainingset;

import io.leat.common.Lookups;
import io.leat.features.offline.EventTable;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.TablePositions;
import io.leat.runtime.settings.TrainingSetOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.catalog.Catalog;

/**
 * Waits until tables hold what their topics held when somebody looked: the job that writes them is
 * a checkpoint or more behind the stream.
 */
final class AwaitTables {
  private static final Pattern POSITION = Pattern.compile("([^/]+)/(\\d{1,9})/(\\d{1,18})");
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Event to partition to the offset of the record that is waited for. */
  private final Map<String, Map<Integer, Long>> wanted = new TreeMap<>();

  private final Duration longest;

  /**
   * @param positions each {@code EVENT/PARTITION/OFFSET}
   * @throws OfflineException if one is written otherwise
   */
  AwaitTables(List<String> positions, Duration longest) {
    this.longest = longest;
    for (String position : positions) {
      Matcher parts = POSITION.matcher(position);
      if (!parts.matches()) {
        throw new OfflineException(
            "--await is '%s'; expected EVENT/PARTITION/OFFSET, as in payments/0/4711"
                .formatted(position));
      }
      wanted
          .computeIfAbsent(parts.group(1), event -> new TreeMap<>())
          .put(Integer.valueOf(parts.group(2)), Long.valueOf(parts.group(3)));
    }
  }

  /**
   * Waits.
   *
   * @param say takes what is still waited for, each time that this becomes less, and what is not
   *     waited for any longer
   */
  void await(OfflineCatalog offline, Consumer<String> say) throws InterruptedException {
    Catalog catalog = offline.open();
    try {
      Map<String, TablePositions> tables = new HashMap<>();
      wanted
          .keySet()
          .forEach(
              event ->
                  tables.put(event, new TablePositions(offline, catalog, EventTable.name(event))));
      long end = System.nanoTime() + longest.toNanos();
      String told = "";
      for (String behind = behind(tables); !behind.isEmpty(); behind = behind(tables)) {
        if (System.nanoTime() - end >= 0) {
          say.accept(TrainingSetOptions.BEHIND + behind);
          return;
        }
        if (!behind.equals(told)) {
          say.accept("waits for " + behind);
          told = behind;
        }
        Thread.sleep(LOOK.toMillis());
      }
    } finally {
      OfflineCatalog.close(catalog);
    }
  }

  private String behind(Map<String, TablePositions> tables) {
    List<String> behind = new ArrayList<>();
    wanted.forEach(
        (event, last) -> {
          Map<Integer, Long> held = Lookups.required(tables, event).read();
          last.forEach(
              (partition, offset) -> {
                long from = held.getOrDefault(partition, -1L) + 1;
                if (from <= offset) {
                  behind.add("offsets %d to %d of %s/%d".formatted(from, offset, event, partition));
                }
              });
        });
    return String.join(", ", behind);
  }
}
