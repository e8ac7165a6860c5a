package io.leat.features.offline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * How far a table holds its topic: by partition, the last record that a row is made of. A table
 * holds a position once, so that no row is made of a record at or before it.
 */
final class HeldPositions {
  /**
   * The last record of a partition.
   *
   * @param offset its offset
   * @param appendedAt when the broker appended it, in milliseconds since 1970
   */
  record Held(long offset, long appendedAt) {
    /** The later of two. */
    static Held later(Held one, Held other) {
      return one.offset() >= other.offset() ? one : other;
    }
  }

  private HeldPositions() {}

  /**
   * Reads them out of a table's current snapshot: the newest files first, and of the others only
   * those that may hold a later record of some partition.
   */
  static Map<Integer, Held> read(Table table) {
    Map<Integer, Held> held = new HashMap<>();
    Types.NestedField partition = table.schema().findField(SourceColumns.LOG_PARTITION);
    Types.NestedField offset = table.schema().findField(SourceColumns.LOG_OFFSET);
    Types.NestedField time = table.schema().findField(SourceColumns.LOG_TIME);
    if (partition == null || offset == null || time == null) {
      return held; // a table of an older release; its rows do not say where they come from
    }
    Schema columns = new Schema(partition, offset, time);
    List<DataFile> files = files(table);
    files.sort(
        Comparator.comparingLong((DataFile file) -> last(file, offset).orElse(Long.MAX_VALUE))
            .reversed());
    for (DataFile file : files) {
      if (mayHoldLater(file, partition, offset, held)) {
        read(table, file, columns, held);
      }
    }
    return held;
  }

  private static List<DataFile> files(Table table) {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      tasks.forEach(task -> files.add(task.file()));
    } catch (IOException e) {
      throw failed(table, e);
    }
    return files;
  }

  private static boolean mayHoldLater(
      DataFile file,
      Types.NestedField partition,
      Types.NestedField offset,
      Map<Integer, Held> held) {
    Optional<Long> last = last(file, offset);
    Optional<Integer> from = Optional.ofNullable(bound(file.lowerBounds(), partition));
    Optional<Integer> to = Optional.ofNullable(bound(file.upperBounds(), partition));
    if (last.isEmpty() || from.isEmpty() || to.isEmpty()) {
      return true;
    }
    for (int one = from.get(); one <= to.get(); one++) {
      if (!held.containsKey(one) || held.get(one).offset() < last.get()) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Long> last(DataFile file, Types.NestedField offset) {
    return Optional.ofNullable(bound(file.upperBounds(), offset));
  }

  private static <T> @Nullable T bound(
      @Nullable Map<Integer, ByteBuffer> bounds, Types.NestedField column) {
    ByteBuffer bound = bounds == null ? null : bounds.get(column.fieldId());
    return bound == null ? null : Conversions.fromByteBuffer(column.type(), bound);
  }

  private static void read(Table table, DataFile file, Schema columns, Map<Integer, Held> held) {
    try (CloseableIterable<Record> rows =
        Parquet.read(table.io().newInputFile(file))
            .project(columns)
            .createReaderFunc(schema -> GenericParquetReaders.buildReader(columns, schema))
            .build()) {
      for (Record row : rows) {
        Object partition = row.getField(SourceColumns.LOG_PARTITION);
        Object offset = row.getField(SourceColumns.LOG_OFFSET);
        Object time = row.getField(SourceColumns.LOG_TIME);
        if (partition != null && offset != null) {
          Instant appendedAt = time == null ? Instant.EPOCH : ((OffsetDateTime) time).toInstant();
          held.merge(
              (Integer) partition, new Held((Long) offset, appendedAt.toEpochMilli()), Held::later);
        }
      }
    } catch (IOException e) {
      throw failed(table, e);
    }
  }

  private static OfflineException failed(Table table, IOException e) {
    return new OfflineException(
        "It cannot be read out of %s how far it holds its topic: %s"
            .formatted(table.name(), e.getMessage()),
        e);
  }
}
