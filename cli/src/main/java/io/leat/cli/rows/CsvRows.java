package io.leat.cli.rows;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file (RFC 4180) whose first line names the columns, in UTF-8, gzipped where its name ends
 * in .gz.
 */
final class CsvRows implements RowSource {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setIgnoreEmptyLines(true)
          .get();

  private final FileChannel file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final List<String> columns;

  CsvRows(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      InputStream bytes = new BufferedInputStream(Channels.newInputStream(file), 1 << 16);
      if (path.toString().endsWith(".gz")) {
        bytes = new GZIPInputStream(bytes, 1 << 16);
      }
      Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8);
      parser = CSVParser.builder().setReader(text).setFormat(FORMAT).get();
      records = parser.iterator();
      columns = parser.getHeaderNames();
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public Optional<Row> next() {
    long line = parser.getCurrentLineNumber() + 1;
    if (!records.hasNext()) {
      return Optional.empty();
    }
    CSVRecord record = records.next();
    Map<String, @Nullable Object> values = new HashMap<>();
    for (int i = 0; i < columns.size() && i < record.size(); i++) {
      values.put(columns.get(i), record.get(i));
    }
    return Optional.of(new Row(line, values));
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
    parser.close();
    file.close();
  }
}
