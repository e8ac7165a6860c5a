package io.leat.cli.rows;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of one file, one after the other. */
public interface RowSource extends Closeable {
  /** Names of the file's columns. */
  List<String> columns();

  /**
   * The next row; empty at the end.
   *
   * @throws IOException if the file cannot be read on
   */
  Optional<Row> next() throws IOException;

  /** How much of {@link #size} has been read. */
  long position();

  /** Size of the file in the unit of {@link #position}. */
  long size();

  /**
   * One row.
   *
   * @param line line that it begins on, or its number where the file has no lines; from 1
   * @param values column name to value: text, number, boolean, a time of {@code java.time} or null
   * @param problem why the row cannot be read; its values are then of no use
   */
  record Row(long line, Map<String, @Nullable Object> values, Optional<String> problem) {}
}
