package io.leat.features.offline;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Reads tables as any user of Iceberg's Java API does. */
final class OfflineTableReader implements AutoCloseable {
  private final OfflineCatalog offline;
  private final Catalog catalog;

  OfflineTableReader(OfflineCatalog offline) {
    this.offline = offline;
    this.catalog = offline.open();
  }

  /** The table as it is now. */
  Table table(String name) {
    return catalog.loadTable(offline.identifier(name));
  }

  /**
   * Number of rows that are committed now, as the table itself counts them, without reading its
   * files; 0 where there is no table yet.
   */
  int count(String name) {
    if (!catalog.tableExists(offline.identifier(name))) {
      return 0;
    }
    Snapshot newest = table(name).currentSnapshot();
    return newest == null
        ? 0
        : Integer.parseInt(newest.summary().get(SnapshotSummary.TOTAL_RECORDS_PROP));
  }

  /**
   * The committed rows, each column to value, a nested record as a list.
   *
   * @param orderedBy a column of text
   */
  List<Map<String, @Nullable Object>> rows(String name, String orderedBy) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table(name)).build()) {
      for (Record record : records) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (Types.NestedField column : record.struct().fields()) {
          row.put(column.name(), plain(record.getField(column.name())));
        }
        rows.add(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows.sort(Comparator.comparing(row -> String.valueOf(row.get(orderedBy))));
    return rows;
  }

  /** The data files of the newest snapshot. */
  List<DataFile> files(String name) throws IOException {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table(name).newScan().planFiles()) {
      tasks.forEach(task -> files.add(task.file()));
    }
    return files;
  }

  /** A column of a file as text, in the order of its rows. */
  List<String> column(String name, DataFile file, String column) throws IOException {
    Table table = table(name);
    Schema schema = table.schema().select(column);
    List<String> values = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(table.io().newInputFile(file.location()))
            .project(schema)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
            .build()) {
      rows.forEach(row -> values.add(String.valueOf(row.getField(column))));
    }
    return values;
  }

  /** How many of the table's snapshots put files in place of others. */
  long countOfRewrites(String name) {
    return StreamSupport.stream(table(name).snapshots().spliterator(), false)
        .filter(snapshot -> snapshot.operation().equals(DataOperations.REPLACE))
        .count();
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Record nested) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < nested.size(); i++) {
        values.add(nested.get(i));
      }
      return values;
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    if (catalog instanceof Closeable closeable) {
      closeable.close();
    }
  }
}
