package io.leat.scoring.batch;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.data.FlinkParquetWriters;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into a folder: a Parquet file a task, of tasks that have rows.
 *
 * @param folder the folder; exists
 * @param columns the rows' columns
 */
record ParquetSink(String folder, Schema columns) implements Sink<RowData> {
  static final String ENDING = ".parquet";

  @Override
  public SinkWriter<RowData> createWriter(WriterInitContext context) {
    return new Writer(
        Path.of(
            folder,
            "scores-%05d%s".formatted(context.getTaskInfo().getIndexOfThisSubtask(), ENDING)),
        columns);
  }

  /** One task's file. */
  private static final class Writer implements SinkWriter<RowData> {
    private final Path path;
    private final Schema columns;
    private @Nullable FileAppender<RowData> file;

    Writer(Path path, Schema columns) {
      this.path = path;
      this.columns = columns;
    }

    @Override
    public void write(RowData row, Context context) throws IOException {
      if (file == null) {
        file =
            Parquet.write(Files.localOutput(path.toFile()))
                .schema(columns)
                .set(TableProperties.PARQUET_COMPRESSION, "zstd")
                .createWriterFunc(
                    type -> FlinkParquetWriters.buildWriter(FlinkSchemaUtil.convert(columns), type))
                .build();
      }
      file.add(row);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException {
      if (endOfInput) {
        close();
      }
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        file.close();
        file = null;
      }
    }
  }
}
