package io.leat.features.offline.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A table at one of its snapshots, and what its metadata says of the part that is read.
 *
 * @param table its name in the catalog
 * @param id the snapshot's id
 * @param schema its columns
 * @param filter rows that are read
 * @param rows rows in the files that hold them; an upper bound of their number
 * @param files the statistics of these files
 */
public record TableSnapshot(
    TableIdentifier table,
    long id,
    Schema schema,
    Expression filter,
    long rows,
    Map<String, Range> files) {
  /** The least and the greatest value of a column, over all files. */
  public record Range(int least, int greatest) {
    Range with(Range other) {
      return new Range(Math.min(least, other.least), Math.max(greatest, other.greatest));
    }
  }

  public TableSnapshot {
    files = Map.copyOf(files);
  }

  /** The values of an int column; empty where no file tells. */
  public Optional<Range> range(String column) {
    return Optional.ofNullable(files.get(column));
  }

  /** Reads a snapshot's metadata; takes time linear in the number of files. */
  static TableSnapshot read(Table table, TableIdentifier name, long id, Expression filter) {
    Map<String, Range> ranges = new HashMap<>();
    long rows = 0;
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(id).filter(filter).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        rows += task.file().recordCount();
        for (Types.NestedField column : table.schema().columns()) {
          range(task.file(), column)
              .ifPresent(range -> ranges.merge(column.name(), range, Range::with));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The table %s cannot be read".formatted(name), e);
    }
    return new TableSnapshot(name, id, table.schema(), filter, rows, ranges);
  }

  private static Optional<Range> range(DataFile file, Types.NestedField column) {
    if (!column.type().equals(Types.IntegerType.get())) {
      return Optional.empty();
    }
    Integer least = bound(file.lowerBounds(), column);
    Integer greatest = bound(file.upperBounds(), column);
    return least == null || greatest == null
        ? Optional.empty()
        : Optional.of(new Range(least, greatest));
  }

  private static @Nullable Integer bound(
      @Nullable Map<Integer, ByteBuffer> bounds, Types.NestedField column) {
    ByteBuffer bound = bounds == null ? null : bounds.get(column.fieldId());
    return bound == null ? null : Conversions.<Integer>fromByteBuffer(column.type(), bound);
  }
}
