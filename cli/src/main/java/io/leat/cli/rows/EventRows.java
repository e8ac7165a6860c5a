package io.leat.cli.rows;

import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.Contract;
import io.leat.retraining.samples.ParquetRows;
import io.leat.retraining.samples.RowSource;
import io.leat.runtime.settings.RowFileOptions;
import io.leat.schemas.ValueCheck;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV (.csv, .csv.gz) or Parquet (.parquet) file as events of a contract. A field
 * takes the column of its name or of one of its aliases; a field without a column takes its default
 * in the schema. Not thread-safe.
 */
public final class EventRows implements Closeable {
  /** Property of a field of the schema: its column, where it is called otherwise than the field. */
  public static final String COLUMN = "leat.column";

  private static final String OTHER_DELIMITERS = ";\t|,";

  private final Path file;
  private final RowSource rows;
  private final Schema schema;
  private final ValueCheck values;
  private final Map<Schema.Field, Column> columns = new LinkedHashMap<>();
  private final List<String> unused;

  /**
   * @param name what it is called in the file
   */
  private record Column(String name, FieldReader reader) {}

  /** One row: an event, or why it is none. */
  public sealed interface EventRow {
    /** Line in the file; in a Parquet file the row's number. From 1. */
    long line();
  }

  /** A row that fits. */
  public record Fitting(long line, GenericRecord event) implements EventRow {}

  /** A row that does not. */
  public record Unfitting(long line, String problem) implements EventRow {}

  private EventRows(
      Path file,
      RowSource rows,
      Contract contract,
      Optional<String> timeColumn,
      RowFileOptions options) {
    this.file = file;
    this.rows = rows;
    this.schema = contract.schema();
    this.values = ValueCheck.of(schema);
    List<String> problems = new ArrayList<>();
    TimeReader times = new TimeReader(options);
    Map<String, String> names = names(file, rows, options);
    for (Schema.Field field : schema.getFields()) {
      String column =
          field.name().equals(contract.eventTime())
              ? timeColumn.orElse(field.name())
              : Optional.ofNullable(field.getProp(COLUMN)).orElse(field.name());
      String own = own(field, column, names, problems);
      if (own == null && !field.hasDefaultValue()) {
        problems.add("there is no column " + column + ", and the schema has no default for it");
      } else if (own != null && rows.nested().contains(own)) {
        problems.add("column " + own + " holds lists or groups; expected a flat one");
      } else if (own != null) {
        try {
          columns.put(field, new Column(own, new FieldReader(field, times, options)));
        } catch (IllegalArgumentException e) {
          problems.add(e.getMessage());
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new UserError(
          "%s does not fit the contract %s: %s. Its columns are %s; --rename COLUMN=NAME takes one for a field of another name.%s"
              .formatted(
                  file,
                  contract.event(),
                  String.join("; ", problems),
                  names.keySet(),
                  delimiterHint(rows.columns())));
    }
    Set<String> used =
        columns.values().stream().map(Column::name).collect(Collectors.toUnmodifiableSet());
    unused =
        names.entrySet().stream()
            .filter(name -> !used.contains(name.getValue()))
            .map(Map.Entry::getKey)
            .toList();
  }

  /** What a field's column is called in the file: by its name or an alias; null: there is none. */
  private @Nullable String own(
      Schema.Field field, String column, Map<String, String> names, List<String> problems) {
    List<String> found =
        Stream.concat(
                Stream.of(column),
                field.aliases().stream().filter(alias -> schema.getField(alias) == null))
            .filter(names::containsKey)
            .toList();
    if (found.size() > 1) {
      problems.add(
          "the columns %s are all field %s, by its name or aliases; expected one of them"
              .formatted(found, field.name()));
    }
    return found.isEmpty() ? null : names.get(found.get(0));
  }

  /** What each column is taken for, in the file's order, to what it is called there. */
  private static Map<String, String> names(Path file, RowSource rows, RowFileOptions options) {
    options
        .renames()
        .keySet()
        .forEach(
            name -> {
              if (!rows.columns().contains(name)) {
                throw new UserError(
                    "%s has no column '%s' to --rename; it has %s."
                        .formatted(file, name, rows.columns()));
              }
            });
    Map<String, String> names = new LinkedHashMap<>();
    for (String own : rows.columns()) {
      String other = names.put(options.renames().getOrDefault(own, own), own);
      if (other != null && !own.isEmpty()) {
        throw new UserError(
            "Both '%s' and '%s' of %s would be the column %s; --rename one of them to another name."
                .formatted(other, own, file, options.renames().getOrDefault(own, own)));
      }
    }
    return names;
  }

  /** A header that is one name with another delimiter in it was meant to be several. */
  private static String delimiterHint(List<String> columns) {
    String only = columns.size() == 1 ? columns.get(0) : "";
    return OTHER_DELIMITERS
        .chars()
        .mapToObj(Character::toString)
        .filter(only::contains)
        .findFirst()
        .map(
            found ->
                " Are they set apart by '%s'? Say so by --delimiter '%s'.".formatted(found, found))
        .orElse("")
        .replace("'\t'", "tab");
  }

  /**
   * Opens a file.
   *
   * @param timeColumn column that holds the event time; empty where it is called as the contract
   *     calls the field
   * @throws UserError if the file cannot be read, or lacks a column that the contract needs
   */
  public static EventRows open(
      Path file, Contract contract, Optional<String> timeColumn, RowFileOptions options) {
    return new EventRows(file, source(file, options), contract, timeColumn, options);
  }

  /**
   * Names of a file's columns as they are taken, in their order, each with the kind of its values:
   * string, long, double, boolean, or empty for bytes, lists and groups.
   *
   * @throws UserError if the file cannot be read
   */
  public static Map<String, Optional<Schema.Type>> columns(Path file, RowFileOptions options) {
    try (RowSource rows = source(file, options)) {
      Map<String, Optional<Schema.Type>> columns = new LinkedHashMap<>();
      names(file, rows, options).forEach((name, own) -> columns.put(name, rows.type(own)));
      return columns;
    } catch (IOException e) {
      throw new UserError("Cannot close " + file + ": " + e.getMessage(), e);
    }
  }

  static RowSource source(Path file, RowFileOptions options) {
    if (!Files.isRegularFile(file)) {
      throw new UserError("There is no file " + file + ".");
    }
    String name = file.getFileName().toString();
    boolean parquet = name.endsWith(".parquet");
    if (!parquet && !name.endsWith(".csv") && !name.endsWith(".csv.gz")) {
      throw new UserError(
          "%s is neither .csv, .csv.gz nor .parquet; these are what can be read.".formatted(file));
    }
    if (parquet && (options.delimiter().isPresent() || options.decimal().isPresent())) {
      throw new UserError(
          "%s is Parquet; --delimiter and --decimal are for CSV. Leave them out.".formatted(file));
    }
    char delimiter = options.delimiter().orElse(',');
    if (options.decimal().filter(decimal -> decimal == delimiter).isPresent()) {
      throw new UserError(
          "--decimal and --delimiter are both '%s'; name the delimiter, such as --delimiter ';'."
              .formatted(delimiter));
    }
    try {
      return parquet ? new ParquetRows(file) : new CsvRows(file, delimiter);
    } catch (IOException | RuntimeException e) { // Parquet says by either that it is none
      throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Columns of the file that no field takes. */
  public List<String> unusedColumns() {
    return unused;
  }

  /**
   * The next row; empty at the end.
   *
   * @throws UserError if the file cannot be read on
   */
  public Optional<EventRow> next() {
    try {
      return rows.next().map(this::event);
    } catch (IOException | ParquetRuntimeException e) {
      throw new UserError(
          "Cannot read on in %s at %d of %d: %s"
              .formatted(file, position(), size(), e.getMessage()),
          e);
    }
  }

  private EventRow event(RowSource.Row row) {
    if (row.problem().isPresent()) {
      return new Unfitting(row.line(), row.problem().get());
    }
    GenericRecord event = new GenericData.Record(schema);
    List<String> problems = new ArrayList<>(0);
    for (Schema.Field field : schema.getFields()) {
      Column column = columns.get(field);
      try {
        event.put(
            field.pos(),
            column == null
                ? GenericData.get().getDefaultValue(field)
                : column.reader().read(row.values().get(column.name())));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (problems.isEmpty()) {
      problems.addAll(values.problems(event));
    }
    return problems.isEmpty()
        ? new Fitting(row.line(), event)
        : new Unfitting(row.line(), String.join("; ", problems));
  }

  /** How much of {@link #size} has been read: bytes of a CSV file, rows of a Parquet file. */
  public long position() {
    return rows.position();
  }

  public long size() {
    return rows.size();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
