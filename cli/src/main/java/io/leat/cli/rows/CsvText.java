package io.leat.cli.rows;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Takes CSV text apart (RFC 4180). A record that is no CSV is given as such, and reading goes on
 * with the line below its first: a stray quote costs one record, not the file.
 */
final class CsvText implements Closeable {
  /** A quote that opens a longer value was not meant to. */
  private static final int LARGEST_VALUE_LINES = 1_000;

  private final BufferedReader text;

  /** Lines that were taken in search of a closing quote and are still to be read for themselves. */
  private final Deque<String> readAgain = new ArrayDeque<>();

  private long lineNumber;

  // Where the record that is being read stands.
  private String line = "";
  private int at;
  private final Deque<String> taken = new ArrayDeque<>();

  CsvText(Reader text) {
    this.text = new BufferedReader(text, 1 << 16);
  }

  /**
   * One record.
   *
   * @param line line that it begins on, from 1
   * @param values its values; none if it is no CSV
   * @param problem why it is none
   */
  record CsvRecord(long line, List<String> values, Optional<String> problem) {}

  private static final class MalformedCsvException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedCsvException(String message) {
      super(message);
    }
  }

  /** The next record, blank lines passed over; empty at the end. */
  Optional<CsvRecord> next() throws IOException {
    do {
      if (!readLine()) {
        return Optional.empty();
      }
    } while (line.isEmpty());
    return Optional.of(record());
  }

  private CsvRecord record() throws IOException {
    long first = lineNumber;
    taken.clear();
    List<String> values = new ArrayList<>();
    try {
      do {
        values.add(at < line.length() && line.charAt(at) == '"' ? quoted() : plain());
      } while (comma());
      return new CsvRecord(first, values, Optional.empty());
    } catch (MalformedCsvException e) {
      taken.descendingIterator().forEachRemaining(readAgain::addFirst);
      lineNumber = first;
      String problem = "column %d %s".formatted(values.size() + 1, e.getMessage());
      return new CsvRecord(first, List.of(), Optional.of(problem));
    }
  }

  private String plain() {
    int end = line.indexOf(',', at);
    String value = line.substring(at, end < 0 ? line.length() : end);
    at += value.length();
    return value;
  }

  private String quoted() throws IOException, MalformedCsvException {
    StringBuilder value = new StringBuilder();
    at++;
    while (true) {
      int quote = line.indexOf('"', at);
      if (quote < 0) {
        value.append(line, at, line.length()).append('\n');
        if (taken.size() == LARGEST_VALUE_LINES || !readLine()) {
          throw new MalformedCsvException("begins with a quote that is not closed");
        }
        taken.addLast(line);
      } else if (line.startsWith("\"\"", quote)) {
        value.append(line, at, quote + 1);
        at = quote + 2;
      } else {
        value.append(line, at, quote);
        at = quote + 1;
        if (at < line.length() && line.charAt(at) != ',') {
          throw new MalformedCsvException("goes on behind its closing quote; expected a comma");
        }
        return value.toString();
      }
    }
  }

  /** Steps over the comma behind a value; false at the record's end. */
  private boolean comma() {
    return at++ < line.length();
  }

  private boolean readLine() throws IOException {
    String next = readAgain.isEmpty() ? text.readLine() : readAgain.removeFirst();
    if (next == null) {
      return false;
    }
    line = next;
    at = 0;
    lineNumber++;
    return true;
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
