package io.leat.cli.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;

/** A Parquet file with flat columns; its unit of position is the row. */
final class ParquetRows implements RowSource {
  private final ParquetReader<GenericRecord> reader;
  private final List<String> columns;
  private final long size;
  private long position;

  ParquetRows(Path path) throws IOException {
    LocalInputFile file = new LocalInputFile(path);
    try (ParquetFileReader metadata = ParquetFileReader.open(file)) {
      size = metadata.getRecordCount();
      columns =
          metadata.getFileMetaData().getSchema().getFields().stream()
              .map(field -> field.getName())
              .toList();
    }
    reader =
        AvroParquetReader.<GenericRecord>builder(file, new PlainParquetConfiguration()).build();
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public Optional<Row> next() throws IOException {
    GenericRecord record = reader.read();
    if (record == null) {
      return Optional.empty();
    }
    position++;
    Map<String, @Nullable Object> values = new HashMap<>();
    for (Schema.Field field : record.getSchema().getFields()) {
      values.put(field.name(), plain(record.get(field.pos()), field.schema()));
    }
    return Optional.of(new Row(position, values));
  }

  private static @Nullable Object plain(@Nullable Object value, Schema schema) {
    if (value instanceof CharSequence) {
      return value.toString();
    }
    boolean micros =
        schema.toString().contains("timestamp-micros")
            || schema.toString().contains("local-timestamp-micros");
    return micros && value instanceof Long microseconds
        ? Math.floorDiv(microseconds, 1_000L)
        : value;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
