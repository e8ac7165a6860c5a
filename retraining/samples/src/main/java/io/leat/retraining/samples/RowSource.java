package io.leat.retraining.samples;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** The rows of one file, one after the other. */
public interface RowSource extends Closeable {
  /** Names of the file's columns. */
  List<String> columns();

  /**
   * What kind of value a column holds: string, long, double or boolean; empty where that is none
   * that a row of a table could hold.
   */
  default Optional<Schema.Type> type(String column) {
    return Optional.of(Schema.Type.STRING);
  }

  /** Those of them whose values are lists or groups, which {@link #next} does not read. */
  default Set<String> nested() {
    return Set.of();
  }

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
   * @param values column name to value: text, number, boolean, a time of {@code java.time}, {@link
   *     Unreadable} or null
   * @param problem why the row cannot be read; its values are then of no use
   */
  record Row(long line, Map<String, @Nullable Object> values, Optional<String> problem) {}

  /**
   * A value that cannot be read.
   *
   * @param why completes the sentence {@code the value ...}
   */
  record Unreadable(String why) {}
}
