package io.leat.features.offline.replay;

import io.leat.common.Lookups;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.TableCommits;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.flink.source.IcebergSource;

/** Picks the snapshots of the tables that a command reads, and reads them. */
public final class Snapshots implements Closeable {
  private final OfflineCatalog offline;
  private final Catalog catalog;
  private final Map<String, Long> wanted;
  private final Map<String, TableSnapshot> picked = new TreeMap<>();
  private final Map<String, Table> tables = new HashMap<>();

  /**
   * @param wanted ids of snapshots by the tables' full names; of other tables the newest is taken
   */
  public Snapshots(OfflineCatalog offline, Map<String, Long> wanted) {
    this.offline = offline;
    this.catalog = offline.open();
    this.wanted = Map.copyOf(wanted);
  }

  /**
   * Picks a snapshot; of one table always the same.
   *
   * @param filter the rows that are read
   * @throws OfflineException if there is no such table, or no such snapshot, or nothing in it
   */
  public TableSnapshot pick(String table, Expression filter) {
    TableIdentifier name = offline.identifier(table);
    Table found;
    try {
      found = catalog.loadTable(name);
    } catch (NoSuchTableException e) {
      throw new OfflineException(
          "There is no offline table %s. The job 'offline' makes it when the pipeline runs; is the warehouse the right one (--warehouse, --dir)?"
              .formatted(name),
          e);
    }
    TableSnapshot snapshot = TableSnapshot.read(found, name, id(found, name), filter);
    picked.put(name.toString(), snapshot);
    tables.put(name.toString(), found);
    return snapshot;
  }

  private long id(Table table, TableIdentifier name) {
    TableSnapshot before = picked.get(name.toString());
    Long id = before != null ? Long.valueOf(before.id()) : wanted.get(name.toString());
    if (id != null) {
      if (table.snapshot(id) == null) {
        throw new OfflineException(
            "The offline table %s no longer has the snapshot %d: snapshots are kept for a time only, and what they held can then not be read as it was."
                .formatted(name, id));
      }
      return id;
    }
    Snapshot newest = table.currentSnapshot();
    if (newest == null) {
      throw new OfflineException(
          "The offline table %s is empty: no checkpoint of the job 'offline' has brought anything into it yet."
              .formatted(name));
    }
    return newest.snapshotId();
  }

  /** Every snapshot that was picked, by the table's full name. */
  public Map<String, TableSnapshot> picked() {
    return picked;
  }

  /**
   * Tags every snapshot that was picked: maintenance keeps it, and its files, as long as the tag is
   * there. A table that has the tag already keeps it.
   *
   * @throws OfflineException if a table cannot be changed
   */
  public void tag(String name) {
    tables.forEach(
        (table, found) -> {
          try {
            TableCommits.commit(
                found,
                fresh -> {
                  if (fresh.refs().get(name) == null) {
                    fresh
                        .manageSnapshots()
                        .createTag(name, Lookups.required(picked, table).id())
                        .commit();
                  }
                });
          } catch (RuntimeException e) {
            throw new OfflineException(
                "The snapshot %d of the offline table %s cannot be tagged, so that maintenance would keep it: %s. Leave the tag out with --no-tag."
                    .formatted(Lookups.required(picked, table).id(), table, e.getMessage()),
                e);
          }
        });
  }

  /** The rows of a snapshot that its filter wants. */
  public DataStream<RowData> rows(StreamExecutionEnvironment environment, TableSnapshot snapshot) {
    IcebergSource.Builder<RowData> source =
        IcebergSource.forRowData()
            .tableLoader(offline.loader(snapshot.table()))
            .useSnapshotId(snapshot.id())
            .project(snapshot.schema());
    if (snapshot.filter() != Expressions.alwaysTrue()) {
      source.filters(List.of(snapshot.filter()));
    }
    return source.buildStream(environment);
  }

  @Override
  public void close() throws IOException {
    if (catalog instanceof Closeable closeable) {
      closeable.close();
    }
  }
}
