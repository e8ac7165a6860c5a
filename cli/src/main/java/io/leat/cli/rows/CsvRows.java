package io.leat.cli.rows;

import io.leat.common.Cleanup;
import io.leat.retraining.samples.RowSource;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file (RFC 4180) whose first line names the columns, in UTF-8, gzipped where its name ends
 * in .gz. A column without a name is none that a field takes.
 */
final class CsvRows implements RowSource {
  private final FileChannel file;
  private final CsvText text;
  private final List<String> columns;
  private final char delimiter;

  CsvRows(Path path, char delimiter) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      InputStream bytes = new BufferedInputStream(Channels.newInputStream(file), 1 << 16);
      if (path.toString().endsWith(".gz")) {
        bytes = new GZIPInputStream(bytes, 1 << 16);
      }
      this.delimiter = delimiter;
      text = new CsvText(bytes, delimiter);
      columns = header(text);
    } catch (IOException | RuntimeException e) {
      Cleanup.after(e, file);
      throw e;
    }
  }

  private static List<String> header(CsvText text) throws IOException {
    CsvText.CsvRecord first =
        text.next()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "it is empty; expected a line that names the columns"));
    if (first.problem().isPresent()) {
      throw new IllegalArgumentException(
          "its first line names no columns: " + first.problem().get());
    }
    List<String> columns = new ArrayList<>(first.values());
    Set<String> names = new HashSet<>();
    for (String column : columns) {
      if (!column.isEmpty() && !names.add(column)) {
        throw new IllegalArgumentException(
            "two of its columns are called '%s': %s".formatted(column, columns));
      }
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("its first line names no columns");
    }
    return List.copyOf(columns);
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public Optional<Row> next() throws IOException {
    return text.next().map(this::row);
  }

  private Row row(CsvText.CsvRecord record) {
    Map<String, @Nullable Object> values = new HashMap<>();
    Optional<String> problem = record.problem();
    if (problem.isEmpty() && record.values().size() != columns.size()) {
      problem =
          Optional.of(
              "the row has %d values, and the first line names %d columns; a value that holds '%s' stands in quotes"
                  .formatted(record.values().size(), columns.size(), delimiter));
    }
    for (int i = 0; problem.isEmpty() && i < columns.size(); i++) {
      values.put(columns.get(i), record.values().get(i));
    }
    return new Row(record.line(), values, problem);
  }

  @Override
  public long position() {
    try {
      return file.position();
    } catch (IOException e) {
      return 0; // closed: nobody needs it any more
    }
  }

  @Override
  public long size() {
    try {
      return file.size();
    } catch (IOException e) {
      return 0; // closed: nobody needs it any more
    }
  }

  @Override
  public void close() throws IOException {
    text.close();
    file.close();
  }
}
