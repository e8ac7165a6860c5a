package io.leat.features.offline.backfill;

import io.leat.features.offline.EventTable;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.SourceColumns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** How far an event table is in its valid topic. */
final class TableProgress {
  private final OfflineCatalog offline;
  private final TableIdentifier name;

  TableProgress(OfflineCatalog offline, String event) {
    this.offline = offline;
    this.name = offline.identifier(EventTable.name(event));
  }

  /** The table's full name. */
  String table() {
    return name.toString();
  }

  /**
   * The newest snapshot of the table.
   *
   * @param id empty where the table has none
   * @param missing by partition, the offsets of events that it does not hold yet
   */
  record Found(Optional<Long> id, Map<Integer, Long> missing) {}

  /**
   * Looks whether the newest snapshot holds some events; reads the files only that may hold them or
   * later ones.
   *
   * @param wanted by partition of the valid topic, the offset of an event
   * @throws OfflineException if there is no such table
   */
  Found look(Map<Integer, Long> wanted) {
    return offline.with(catalog -> look(catalog, wanted));
  }

  private Found look(Catalog catalog, Map<Integer, Long> wanted) {
    try {
      Table table = catalog.loadTable(name);
      Snapshot snapshot = table.currentSnapshot();
      if (snapshot == null) {
        return new Found(Optional.empty(), wanted);
      }
      Map<Integer, Long> missing = new TreeMap<>(wanted);
      missing.entrySet().removeIf(one -> reaches(table, snapshot, one.getKey(), one.getValue()));
      return new Found(Optional.of(snapshot.snapshotId()), missing);
    } catch (NoSuchTableException e) {
      throw new OfflineException(
          "There is no offline table %s. The job 'offline' makes it when the pipeline runs; is the warehouse the right one (--warehouse, --dir)?"
              .formatted(name),
          e);
    }
  }

  private static boolean reaches(Table table, Snapshot snapshot, int partition, long offset) {
    Expression there =
        Expressions.and(
            Expressions.equal(SourceColumns.LOG_PARTITION, partition),
            Expressions.greaterThanOrEqual(SourceColumns.LOG_OFFSET, offset));
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(table)
            .useSnapshot(snapshot.snapshotId())
            .where(there)
            .select(SourceColumns.LOG_PARTITION, SourceColumns.LOG_OFFSET)
            .build()) {
      return rows.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException("The table %s cannot be read".formatted(table.name()), e);
    }
  }
}
