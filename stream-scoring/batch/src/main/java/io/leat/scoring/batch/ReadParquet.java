package io.leat.scoring.batch;

import java.io.File;
import java.io.IOException;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.data.FlinkParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/** From the path of a Parquet file to its rows. */
final class ReadParquet implements FlatMapFunction<String, RowData> {
  private static final long serialVersionUID = 1L;

  private final Schema schema;

  /**
   * @param schema the columns that are read, as Iceberg numbers those of the file
   */
  ReadParquet(Schema schema) {
    this.schema = schema;
  }

  @Override
  public void flatMap(String file, Collector<RowData> out) throws IOException {
    try (CloseableIterable<RowData> rows =
        Parquet.read(Files.localInput(new File(file)))
            .project(schema)
            .createReaderFunc(type -> FlinkParquetReaders.buildReader(schema, type))
            .build()) {
      rows.forEach(out::collect);
    }
  }
}
