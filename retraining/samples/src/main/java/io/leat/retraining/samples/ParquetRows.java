package io.leat.retraining.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The flat columns of a Parquet file; its unit of position is the row. */
public final class ParquetRows implements RowSource {
  private static final Set<CompressionCodecName> READABLE =
      Collections.unmodifiableSet(
          EnumSet.of(
              CompressionCodecName.UNCOMPRESSED,
              CompressionCodecName.SNAPPY,
              CompressionCodecName.GZIP,
              CompressionCodecName.ZSTD,
              CompressionCodecName.LZ4_RAW));

  private final ParquetReader<Group> reader;
  private final List<String> names;
  private final List<ParquetColumn> columns;
  private final Set<String> nested;
  private final long size;
  private long position;

  public ParquetRows(Path path) throws IOException {
    LocalInputFile file = new LocalInputFile(path);
    MessageType schema;
    try (ParquetFileReader metadata = ParquetFileReader.open(file)) {
      size = metadata.getRecordCount();
      schema = metadata.getFileMetaData().getSchema();
      checkCodecs(metadata.getFooter());
    } catch (RuntimeException e) { // its name of the file is Java's of an object
      throw new IOException(String.valueOf(e.getMessage()).replace(file.toString(), "it"), e);
    }
    names = schema.getFields().stream().map(Type::getName).toList();
    columns =
        schema.getFields().stream()
            .filter(type -> !isNested(type))
            .map(
                type ->
                    new ParquetColumn(type.asPrimitiveType(), schema.getFieldIndex(type.getName())))
            .toList();
    nested =
        schema.getFields().stream()
            .filter(ParquetRows::isNested)
            .map(Type::getName)
            .collect(Collectors.toUnmodifiableSet());
    reader = new Builder(file).build();
  }

  /** Says before a row is read what the library says of the first with the name of a class. */
  private static void checkCodecs(ParquetMetadata footer) throws IOException {
    for (BlockMetaData block : footer.getBlocks()) {
      for (ColumnChunkMetaData column : block.getColumns()) {
        CompressionCodecName codec = column.getCodec();
        if (!READABLE.contains(codec)) {
          throw new IOException(
              "it is compressed with %s, which is not read; write it with one of %s"
                  .formatted(codec, READABLE));
        }
      }
    }
  }

  private static final class Builder extends ParquetReader.Builder<Group> {
    Builder(InputFile file) {
      super(file, new PlainParquetConfiguration());
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }

  @Override
  public List<String> columns() {
    return names;
  }

  @Override
  public Set<String> nested() {
    return nested;
  }

  @Override
  public Optional<Schema.Type> type(String column) {
    return columns.stream()
        .filter(flat -> flat.name().equals(column))
        .findFirst()
        .flatMap(ParquetColumn::kind);
  }

  private static boolean isNested(Type type) {
    return !type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED);
  }

  @Override
  public Optional<Row> next() throws IOException {
    Group row;
    try {
      row = reader.read();
    } catch (OutOfMemoryError e) { // by one array, as large as the file says
      throw new IOException(
          "its next rows take more memory than the %,d MB of this process; write it again in smaller row groups and pages"
              .formatted(Runtime.getRuntime().maxMemory() >> 20),
          e);
    }
    if (row == null) {
      return Optional.empty();
    }
    position++;
    Map<String, @Nullable Object> values = new HashMap<>();
    columns.forEach(column -> values.put(column.name(), column.read(row)));
    return Optional.of(new Row(position, values, Optional.empty()));
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
