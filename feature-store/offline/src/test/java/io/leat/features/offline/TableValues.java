package io.leat.features.offline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.data.FlinkParquetReaders;
import org.apache.iceberg.flink.data.FlinkParquetWriters;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;

/** What a table's file makes of a record: the columns that the job gives it, in Parquet. */
public final class TableValues {
  private TableValues() {}

  /** The columns of a record. */
  public static Schema columns(org.apache.avro.Schema record) {
    return new Schema(AvroColumns.columns(record, new AtomicInteger()));
  }

  /** A record's row, written into a file and read again. */
  public static RowData writtenAndRead(GenericRecord record, Schema columns) {
    RowData row =
        (RowData) AvroColumns.conversion(record.getSchema(), columns.asStruct()).apply(record);
    InMemoryOutputFile file = new InMemoryOutputFile();
    try {
      try (FileAppender<RowData> writer =
          Parquet.write(file)
              .schema(columns)
              .createWriterFunc(
                  type -> FlinkParquetWriters.buildWriter(FlinkSchemaUtil.convert(columns), type))
              .build()) {
        writer.add(row);
      }
      try (CloseableIterable<RowData> rows =
          Parquet.read(file.toInputFile())
              .project(columns)
              .createReaderFunc(type -> FlinkParquetReaders.buildReader(columns, type))
              .build()) {
        return rows.iterator().next();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }
}
