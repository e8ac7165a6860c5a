package io.leat.features.offline;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** How far a table holds its topic, for whoever waits for it. One thread owns it. */
public final class TablePositions {
  private final Catalog catalog;
  private final TableIdentifier name;
  private long looked = -1;
  private Map<Integer, Long> held = Map.of();

  /**
   * @param table its name within the catalog's namespace
   */
  public TablePositions(OfflineCatalog offline, Catalog catalog, String table) {
    this.catalog = catalog;
    this.name = offline.identifier(table);
  }

  /**
   * By partition, offset of the last record that a row is made of, in the snapshot that is the
   * newest now; none of a table that is not there, or whose rows do not say where they come from.
   */
  public Map<Integer, Long> read() {
    Optional<Table> table = table();
    long snapshot =
        table.map(Table::currentSnapshot).map(newest -> newest.snapshotId()).orElse(-1L);
    if (snapshot != looked) {
      Map<Integer, Long> found = new HashMap<>();
      table
          .map(HeldPositions::read)
          .orElse(Map.of())
          .forEach((partition, last) -> found.put(partition, last.offset()));
      held = Map.copyOf(found);
      looked = snapshot;
    }
    return held;
  }

  private Optional<Table> table() {
    try {
      return Optional.of(catalog.loadTable(name));
    } catch (NoSuchTableException e) {
      return Optional.empty();
    }
  }
}
