package io.leat.scoring.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.features.offline.trainingset.TrainingSetCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.util.FlinkCompatibilityUtil;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;

/**
 * Parquet files of one schema.
 *
 * @param name the file or folder as it was given
 * @param files in the order of their names
 * @param snapshot SHA-256 of the one file, or of the list of names and SHA-256 of several
 */
record FileInput(
    String name,
    List<Path> files,
    String snapshot,
    Schema schema,
    List<String> leftOut,
    long rows,
    Optional<String> definition)
    implements Input {
  private static final String ENDING = ".parquet";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a file says of itself. */
  private record Footer(Path file, Schema schema, long rows, Optional<String> definition) {
    static Footer read(Path file) {
      try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
        Map<String, String> metadata = reader.getFileMetaData().getKeyValueMetaData();
        return new Footer(
            file,
            ParquetSchemaUtil.convert(reader.getFileMetaData().getSchema()),
            reader.getRecordCount(),
            Optional.ofNullable(metadata.get(TrainingSetCommand.LINEAGE_PROPERTY))
                .map(lineage -> definition(file, lineage)));
      } catch (IOException | RuntimeException e) {
        throw new LeatException(
            ErrorCode.INPUT,
            "%s cannot be read as Parquet: %s. Expected files that hold numbers, booleans, texts and times."
                .formatted(file, e.getMessage()),
            e);
      }
    }

    private static String definition(Path file, String lineage) {
      try {
        return JSON.readTree(lineage).path("service").path("definition").asText();
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            "the property %s of %s is no JSON".formatted(TrainingSetCommand.LINEAGE_PROPERTY, file),
            e);
      }
    }
  }

  /**
   * Opens a file, or all {@code .parquet} files of a folder.
   *
   * @throws LeatException if there is none, one cannot be read, or they do not go together
   */
  static FileInput open(Path path) throws IOException {
    List<Path> files = files(path);
    List<Footer> footers = files.stream().map(Footer::read).toList();
    Footer first = footers.get(0);
    for (Footer footer : footers) {
      if (!footer.schema().sameSchema(first.schema())
          || !footer.definition().equals(first.definition())) {
        throw new LeatException(
            ErrorCode.INPUT,
            "%s has the columns %s, of definition %s; expected those of %s: %s, of definition %s. Score files of another kind by themselves."
                .formatted(
                    footer.file(),
                    columns(footer.schema()),
                    footer.definition().orElse("-"),
                    first.file(),
                    columns(first.schema()),
                    first.definition().orElse("-")));
      }
    }
    return new FileInput(
        path.toString(),
        files,
        digest(files),
        Input.plain(first.schema()),
        Input.nested(first.schema()),
        footers.stream().mapToLong(Footer::rows).sum(),
        first.definition());
  }

  private static String columns(Schema schema) {
    return schema.columns().stream()
        .map(column -> column.name() + " " + column.type())
        .collect(Collectors.joining(", "));
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      if (Files.isRegularFile(path)) {
        return List.of(path);
      }
      throw new LeatException(
          ErrorCode.INPUT,
          "There is no file or folder %s. Name an offline table without a / in it, or a path."
              .formatted(path));
    }
    try (Stream<Path> inside = Files.list(path)) {
      List<Path> files = inside.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
      if (files.isEmpty()) {
        throw new LeatException(
            ErrorCode.INPUT, "The folder %s has no file *%s in it.".formatted(path, ENDING));
      }
      return files;
    }
  }

  private static String digest(List<Path> files) throws IOException {
    if (files.size() == 1) {
      return Sha256.hex(files.get(0));
    }
    StringBuilder list = new StringBuilder();
    for (Path file : files) {
      list.append(Sha256.hex(file)).append("  ").append(file.getFileName()).append('\n');
    }
    return Sha256.hex(list.toString());
  }

  @Override
  public DataStream<RowData> read(StreamExecutionEnvironment environment) {
    return environment
        .fromData(files.stream().map(Path::toString).toList())
        .setParallelism(1)
        .rebalance()
        .flatMap(
            new ReadParquet(schema),
            FlinkCompatibilityUtil.toTypeInfo(FlinkSchemaUtil.convert(schema)))
        .name("read files");
  }
}
