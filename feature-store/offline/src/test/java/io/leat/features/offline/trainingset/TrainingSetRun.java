package io.leat.features.offline.trainingset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.offline.replay.Shops;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * {@code leat training-set} in this JVM, over the shops' tables.
 *
 * @param code its exit code
 * @param said what it said, on standard output
 * @param out the folder that it was to write to
 */
record TrainingSetRun(int code, String said, Path out) {
  static TrainingSetRun of(Path folder, Path out, String... more) {
    Map<String, String> given = new LinkedHashMap<>();
    given.put("--service", "risk");
    given.put("--pipeline", Shops.FOLDER.toString());
    given.put("--dir", folder.toString());
    given.put("--parallelism", "2");
    given.put("--out", out.toString());
    for (String option : more) {
      String[] parts = option.split("=", 2);
      given.put(parts[0], parts.length == 1 ? "" : parts[1]);
    }
    List<String> arguments = new ArrayList<>();
    given.forEach(
        (option, value) -> arguments.add(value.isEmpty() ? option : option + "=" + value));
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, UTF_8));
    try {
      int code = new TrainingSetCommand().execute(arguments.toArray(String[]::new));
      return new TrainingSetRun(code, said.toString(UTF_8), out);
    } finally {
      System.setOut(before);
    }
  }

  /** The rows of every part, in their order, column to value. */
  List<Map<String, @Nullable Object>> rows() throws IOException {
    assertThat(code).as(said).isZero();
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (String part :
        List.of(TrainingSetFiles.TRAIN, TrainingSetFiles.VALIDATION, TrainingSetFiles.TEST)) {
      rows.addAll(rows(part));
    }
    return rows;
  }

  List<Map<String, @Nullable Object>> rows(String part) throws IOException {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    try (ParquetReader<Group> reader = new Builder(new LocalInputFile(out.resolve(part))).build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        rows.add(row(group));
      }
    }
    return rows;
  }

  private static Map<String, @Nullable Object> row(Group group) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (Type type : group.getType().getFields()) {
      int place = group.getType().getFieldIndex(type.getName());
      PrimitiveTypeName kind = type.asPrimitiveType().getPrimitiveTypeName();
      row.put(
          type.getName(),
          group.getFieldRepetitionCount(place) == 0 ? null : value(group, place, kind));
    }
    return row;
  }

  private static Object value(Group group, int place, PrimitiveTypeName kind) {
    return switch (kind) {
      case INT64 -> group.getLong(place, 0);
      case DOUBLE -> group.getDouble(place, 0);
      case BOOLEAN -> group.getBoolean(place, 0);
      default -> group.getString(place, 0);
    };
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
}
