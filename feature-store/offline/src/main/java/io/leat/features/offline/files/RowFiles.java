package io.leat.features.offline.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.BaseCombinedScanTask;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.sink.FlinkFileWriterFactory;
import org.apache.iceberg.flink.source.DataIterator;
import org.apache.iceberg.flink.source.RowDataFileScanTaskReader;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.ClusteredDataWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileWriterFactory;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.util.PropertyUtil;

/** Opens a table's data files. What is written says that it is sorted as the table is. */
final class RowFiles {
  private final Table table;
  private final FileWriterFactory<RowData> factory;
  private final OutputFileFactory names;
  private final RowDataFileScanTaskReader reader;
  private final List<String> begun = new ArrayList<>();

  /**
   * @param task number of the task that writes, for the files' names
   */
  RowFiles(Table table, int task) {
    this.table = table;
    this.factory =
        new FlinkFileWriterFactory.Builder(table)
            .dataSchema(table.schema())
            .dataFlinkType(FlinkSchemaUtil.convert(table.schema()))
            .dataSortOrder(table.sortOrder())
            .build();
    this.names = OutputFileFactory.builderFor(table, task, 0).build();
    this.reader =
        new RowDataFileScanTaskReader(
            table.schema(),
            table.schema(),
            table.properties().get(TableProperties.DEFAULT_NAME_MAPPING),
            true,
            List.of());
  }

  /** Brings rows to a writer, partition by partition. */
  @FunctionalInterface
  interface Rows {
    void writeTo(ClusteredDataWriter<RowData> writer) throws IOException;
  }

  /**
   * Writes files, none much larger than the table's are meant to be. Where that fails nothing is
   * left of them.
   */
  List<DataFile> write(Rows rows) throws IOException {
    begun.clear();
    ClusteredDataWriter<RowData> writer =
        new ClusteredDataWriter<>(new Noting(), names, table.io(), targetSize(table));
    boolean whole = false;
    try {
      try (writer) {
        rows.writeTo(writer);
      }
      whole = true;
      return writer.result().dataFiles();
    } finally {
      if (!whole) {
        CatalogUtil.deleteFiles(table.io(), begun, "data", false);
      }
    }
  }

  /** The rows of a file that no delete has removed, in the table's present columns. */
  CloseableIterator<RowData> read(FileScanTask file) {
    return new DataIterator<>(
        reader, new BaseCombinedScanTask(file), table.io(), table.encryption());
  }

  /** The size that a table's files are meant to have, in bytes. */
  private static long targetSize(Table table) {
    return PropertyUtil.propertyAsLong(
        table.properties(),
        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT);
  }

  /** Notes where each file is, before it is there. */
  private final class Noting implements FileWriterFactory<RowData> {
    @Override
    public DataWriter<RowData> newDataWriter(
        EncryptedOutputFile file, PartitionSpec spec, StructLike partition) {
      begun.add(file.encryptingOutputFile().location());
      return factory.newDataWriter(file, spec, partition);
    }

    @Override
    public EqualityDeleteWriter<RowData> newEqualityDeleteWriter(
        EncryptedOutputFile file, PartitionSpec spec, StructLike partition) {
      return factory.newEqualityDeleteWriter(file, spec, partition);
    }

    @Override
    public PositionDeleteWriter<RowData> newPositionDeleteWriter(
        EncryptedOutputFile file, PartitionSpec spec, StructLike partition) {
      return factory.newPositionDeleteWriter(file, spec, partition);
    }
  }
}
