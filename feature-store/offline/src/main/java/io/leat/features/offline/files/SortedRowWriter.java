package io.leat.features.offline.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.FlinkSchemaUtil;

/**
 * Writes rows that come in any order into files of one partition each, sorted as the table's sort
 * order has it.
 *
 * <p>Rows are held in memory, in Flink's binary form, up to a bound; then they are sorted and
 * written, one file after the other, so that one file is open however many days the rows are of.
 * Rows that the order leaves level stay as they came. Costs O(n log n) comparisons for n rows held.
 * Commits nothing. Used by one thread.
 */
public final class SortedRowWriter implements Closeable {
  /** Of one table in one task. What a row is sorted by and Java's objects about double it. */
  public static final long MOST_BYTES = 16L << 20;

  private final Table table;
  private final long mostBytes;
  private final RowDataSerializer serializer;
  private final RowOrder order;
  private final RowFiles files;
  private final List<Held> held = new ArrayList<>();
  private final List<DataFile> written = new ArrayList<>();
  private long bytes;

  /**
   * @param task number of the task that writes, for the files' names
   * @param mostBytes rows held, in bytes of Flink's binary form
   */
  public SortedRowWriter(Table table, int task, long mostBytes) {
    this.table = table;
    this.mostBytes = mostBytes;
    this.serializer = new RowDataSerializer(FlinkSchemaUtil.convert(table.schema()));
    this.order = new RowOrder(table);
    this.files = new RowFiles(table, task);
  }

  private record Held(RowOrder.Key key, BinaryRowData row) {}

  /** Takes a row; the caller may use its object again. */
  public void write(RowData row) throws IOException {
    BinaryRowData copy = serializer.toBinaryRow(row).copy();
    held.add(new Held(order.keyOf(copy), copy));
    bytes += copy.getSizeInBytes();
    if (bytes >= mostBytes) {
      writeHeld();
    }
  }

  /**
   * Writes what is held.
   *
   * @return every file since the last call, complete
   */
  public List<DataFile> complete() throws IOException {
    writeHeld();
    List<DataFile> all = List.copyOf(written);
    written.clear();
    return all;
  }

  /** Lets go of what is held, and removes the files that nobody was given. */
  @Override
  public void close() {
    held.clear();
    CatalogUtil.deleteFiles(
        table.io(), written.stream().map(DataFile::location).toList(), "data", false);
    written.clear();
  }

  private void writeHeld() throws IOException {
    if (held.isEmpty()) {
      return;
    }
    held.sort(Comparator.comparing(Held::key, order.comparator()));
    written.addAll(
        files.write(
            writer -> {
              for (Held one : held) {
                writer.write(one.row(), table.spec(), one.key().partition());
              }
            }));
    held.clear();
    bytes = 0;
  }
}
