package io.leat.features.offline.files;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableGroup;
import org.apache.iceberg.io.CloseableIterator;

/** Writes the rows of a table's files into others, in the table's order. Commits nothing. */
public final class SortedFiles {
  private SortedFiles() {}

  /**
   * Merges files of one partition. Holds a row group of each in memory, compressed, and costs O(n
   * log k) comparisons for n rows in k files.
   *
   * @param files each sorted as the table's sort order has it
   * @return files with the same rows, each continuing the one before; nothing is left where it
   *     fails
   */
  public static List<DataFile> merge(Table table, List<FileScanTask> files) throws IOException {
    RowFiles opened = new RowFiles(table, 0);
    RowOrder order = new RowOrder(table);
    PriorityQueue<Head> heads =
        new PriorityQueue<>(
            Comparator.comparing(Head::key, order.comparator()).thenComparing(Head::place));
    try (CloseableGroup group = new CloseableGroup()) {
      for (int place = 0; place < files.size(); place++) {
        CloseableIterator<RowData> rows = opened.read(files.get(place));
        group.addCloseable(rows);
        Head.of(place, rows, order).ifPresent(heads::add);
      }
      return opened.write(
          writer -> {
            while (!heads.isEmpty()) {
              Head least = heads.remove();
              writer.write(least.row(), table.spec(), least.key().partition());
              Head.of(least.place(), least.rows(), order).ifPresent(heads::add);
            }
          });
    }
  }

  /** The next row of the file at a place, and the rows behind it. */
  private record Head(int place, CloseableIterator<RowData> rows, RowData row, RowOrder.Key key) {
    static Optional<Head> of(int place, CloseableIterator<RowData> rows, RowOrder order) {
      if (!rows.hasNext()) {
        return Optional.empty();
      }
      RowData row = rows.next();
      return Optional.of(new Head(place, rows, row, order.keyOf(row)));
    }
  }

  /**
   * Sorts files in parts that fit into memory.
   *
   * @param files of any order and any partitions
   * @param mostBytes as {@link SortedRowWriter} takes it
   * @return files with the same rows, each sorted; nothing is left where it fails
   */
  public static List<DataFile> sort(Table table, List<FileScanTask> files, long mostBytes)
      throws IOException {
    RowFiles opened = new RowFiles(table, 0);
    try (SortedRowWriter writer = new SortedRowWriter(table, 0, mostBytes)) {
      for (FileScanTask file : files) {
        try (CloseableIterator<RowData> rows = opened.read(file)) {
          while (rows.hasNext()) {
            writer.write(rows.next());
          }
        }
      }
      return writer.complete();
    }
  }
}
