package io.leat.cli.rows;

import io.leat.cli.UserError;
import io.leat.pipeline.Contract;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetRuntimeException;

/**
 * The rows of a CSV (.csv, .csv.gz) or Parquet (.parquet) file as events of a contract. A field
 * takes the column of its name; a field without a column takes its default in the schema. Not
 * thread-safe.
 */
public final class EventRows implements Closeable {
  private final Path file;
  private final RowSource rows;
  private final Schema schema;
  private final Map<Schema.Field, Column> columns = new LinkedHashMap<>();
  private final List<String> unused;

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

  private EventRows(Path file, RowSource rows, Contract contract, Optional<String> timeColumn) {
    this.file = file;
    this.rows = rows;
    this.schema = contract.schema();
    List<String> problems = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      String column =
          field.name().equals(contract.eventTime())
              ? timeColumn.orElse(field.name())
              : field.name();
      if (rows.columns().contains(column)) {
        try {
          columns.put(field, new Column(column, new FieldReader(field)));
        } catch (IllegalArgumentException e) {
          problems.add(e.getMessage());
        }
      } else if (!field.hasDefaultValue()) {
        problems.add("there is no column " + column + ", and the schema has no default for it");
      }
    }
    if (!problems.isEmpty()) {
      throw new UserError(
          "%s does not fit the contract %s: %s. Its columns are %s."
              .formatted(file, contract.event(), String.join("; ", problems), rows.columns()));
    }
    List<String> used = columns.values().stream().map(Column::name).toList();
    unused = rows.columns().stream().filter(column -> !used.contains(column)).toList();
  }

  /**
   * Opens a file.
   *
   * @param timeColumn column that holds the event time; empty where it is called as the contract
   *     calls the field
   * @throws UserError if the file cannot be read, or lacks a column that the contract needs
   */
  public static EventRows open(Path file, Contract contract, Optional<String> timeColumn) {
    return new EventRows(file, source(file), contract, timeColumn);
  }

  /**
   * Names of a file's columns, in their order.
   *
   * @throws UserError if the file cannot be read
   */
  public static List<String> columns(Path file) {
    try (RowSource rows = source(file)) {
      return rows.columns();
    } catch (IOException e) {
      throw new UserError("Cannot close " + file + ": " + e.getMessage(), e);
    }
  }

  private static RowSource source(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError("There is no file " + file + ".");
    }
    String name = file.getFileName().toString();
    boolean parquet = name.endsWith(".parquet");
    if (!parquet && !name.endsWith(".csv") && !name.endsWith(".csv.gz")) {
      throw new UserError(
          "%s is neither .csv, .csv.gz nor .parquet; these are what can be read.".formatted(file));
    }
    try {
      return parquet ? new ParquetRows(file) : new CsvRows(file);
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
    for (Schema.Field field : schema.getFields()) {
      Column column = columns.get(field);
      if (column == null) {
        event.put(field.pos(), GenericData.get().getDefaultValue(field));
      } else if (!row.values().containsKey(column.name())) {
        return new Unfitting(row.line(), "the row ends before column " + column.name());
      } else {
        try {
          event.put(field.pos(), column.reader().read(row.values().get(column.name())));
        } catch (IllegalArgumentException e) {
          return new Unfitting(row.line(), String.valueOf(e.getMessage()));
        }
      }
    }
    return new Fitting(row.line(), event);
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
