package io.leat.features.offline.trainingset;

import io.leat.features.offline.replay.SpineRow;
import io.leat.schemas.NullReason;
import io.leat.schemas.NullReasons;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * One Parquet file of a training set. The same rows give the same bytes: the settings are fixed,
 * and nothing of when or where it was written goes in. One thread's.
 */
final class PartFile implements Closeable {
  private final Path file;
  private final ParquetWriter<SpineRow> writer;

  /**
   * @param columns id and time, then the columns of the rows' values in their order, then why
   *     values are null
   * @param metadata key-value metadata of the file
   */
  PartFile(Path file, List<Column> columns, Map<String, String> metadata) throws IOException {
    this.file = file;
    this.writer =
        new Builder(new LocalOutputFile(file), columns)
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withExtraMetaData(metadata)
            .build();
  }

  void write(SpineRow row) throws IOException {
    writer.write(row);
  }

  @Override
  public void close() throws IOException {
    writer.close();
    ParquetFooter.sortEncodings(file);
  }

  private static final class Builder extends ParquetWriter.Builder<SpineRow, Builder> {
    private final List<Column> columns;

    Builder(OutputFile file, List<Column> columns) {
      super(file);
      this.columns = columns;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<SpineRow> getWriteSupport(ParquetConfiguration settings) {
      return new RowWriteSupport(columns);
    }

    @Override
    @SuppressWarnings("deprecation") // Parquet's builders must have it still
    protected WriteSupport<SpineRow> getWriteSupport(Configuration settings) {
      return new RowWriteSupport(columns);
    }
  }

  /** Takes a row apart into Parquet's columns. */
  private static final class RowWriteSupport extends WriteSupport<SpineRow> {
    private static final String MESSAGE = "row";

    /** Id and time come before. */
    private static final int FIRST_VALUE = 2;

    private final List<Column> columns;
    private final List<String> ofValues;
    private RecordConsumer consumer;

    RowWriteSupport(List<Column> columns) {
      this.columns = columns;
      this.ofValues =
          columns.subList(FIRST_VALUE, columns.size() - 1).stream().map(Column::name).toList();
    }

    @Override
    public WriteContext init(ParquetConfiguration settings) {
      List<Type> types = new ArrayList<>();
      columns.forEach(column -> types.add(type(column)));
      return new WriteContext(new MessageType(MESSAGE, types), Map.of());
    }

    @Override
    @SuppressWarnings("deprecation") // Parquet's writers must have it still
    public WriteContext init(Configuration settings) {
      return init(new PlainParquetConfiguration());
    }

    private static Type type(Column column) {
      return switch (column.kind()) {
        case time ->
            Types.required(PrimitiveTypeName.INT64)
                .as(
                    LogicalTypeAnnotation.timestampType(
                        true, LogicalTypeAnnotation.TimeUnit.MICROS))
                .named(column.name());
        case text ->
            (column.role() == Column.Role.id
                    ? Types.required(PrimitiveTypeName.BINARY)
                    : Types.optional(PrimitiveTypeName.BINARY))
                .as(LogicalTypeAnnotation.stringType())
                .named(column.name());
        case whole -> Types.optional(PrimitiveTypeName.INT64).named(column.name());
        case real -> Types.optional(PrimitiveTypeName.DOUBLE).named(column.name());
        case truth -> Types.optional(PrimitiveTypeName.BOOLEAN).named(column.name());
      };
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      this.consumer = consumer;
    }

    @Override
    public void write(SpineRow row) {
      consumer.startMessage();
      write(0, row.id());
      write(1, row.time());
      for (int i = 0; i < row.values().size(); i++) {
        write(FIRST_VALUE + i, row.values().get(i));
      }
      write(columns.size() - 1, NullReasons.text(ofValues, row.values()));
      consumer.endMessage();
    }

    private void write(int place, @Nullable Object value) {
      if (value == null || value instanceof NullReason) {
        return;
      }
      Column column = columns.get(place);
      consumer.startField(column.name(), place);
      switch (column.kind()) {
        case time, whole -> consumer.addLong((Long) value);
        case real -> consumer.addDouble(((Number) value).doubleValue());
        case truth -> consumer.addBoolean((Boolean) value);
        case text -> consumer.addBinary(Binary.fromString((String) value));
      }
      consumer.endField(column.name(), place);
    }
  }
}
