package io.leat.cli.rows;

import io.leat.cli.rows.Lines.Line;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes CSV text apart (RFC 4180). A record that is no CSV is given as such, and reading goes on
 * with the line below its first: a stray quote costs one record, not the file.
 */
final class CsvText implements Closeable {
  /** A quote that opens a longer value was not meant to. */
  private static final int LARGEST_VALUE_LINES = 1_000;

  /** No text of an event that Kafka takes by default is longer. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private static final int MOST_VALUES = 10_000;

  private final Lines lines;
  private final char delimiter;

  /** Lines that were taken in search of a closing quote and are still to be read for themselves. */
  private final Deque<Line> readAgain = new ArrayDeque<>();

  private long lineNumber;

  // Where the record that is being read stands.
  private String line = "";
  private String lineEnd = "";
  private int at;
  private Optional<String> problem = Optional.empty();
  private final Deque<Line> taken = new ArrayDeque<>();
  private int takenCharacters;

  CsvText(InputStream text, char delimiter) {
    this.lines = new Lines(text);
    this.delimiter = delimiter;
  }

  /**
   * One record.
   *
   * @param line line that it begins on, from 1
   * @param values its values; none if it is no CSV
   * @param problem why it is none, or cannot be taken
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
      problem = Optional.empty();
      if (readLine().isEmpty()) {
        return Optional.empty();
      }
    } while (line.isEmpty() && problem.isEmpty());
    return Optional.of(record());
  }

  private CsvRecord record() throws IOException {
    long first = lineNumber;
    taken.clear();
    takenCharacters = 0;
    List<String> values = new ArrayList<>();
    try {
      do {
        String value = at < line.length() && line.charAt(at) == '"' ? quoted() : plain();
        if (value.length() > MOST_CHARACTERS) {
          wrong(
              () ->
                  "column %d is longer than %,d characters"
                      .formatted(values.size() + 1, MOST_CHARACTERS));
        }
        if (values.size() == MOST_VALUES) {
          wrong(() -> "the row has more than %,d values".formatted(MOST_VALUES));
        } else {
          values.add(value);
        }
      } while (delimited());
      return new CsvRecord(first, problem.isEmpty() ? values : List.of(), problem);
    } catch (MalformedCsvException e) {
      taken.descendingIterator().forEachRemaining(readAgain::addFirst);
      lineNumber = first;
      String why = "column %d %s".formatted(values.size() + 1, e.getMessage());
      return new CsvRecord(first, List.of(), Optional.of(why));
    }
  }

  /** Notes why the record cannot be taken; what was noted first stays. */
  private void wrong(Supplier<String> why) {
    problem = problem.or(() -> Optional.of(why.get()));
  }

  private String plain() {
    int end = line.indexOf(delimiter, at);
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
        value.append(line, at, line.length()).append(lineEnd);
        goOnBelow();
      } else if (line.startsWith("\"\"", quote)) {
        value.append(line, at, quote + 1);
        at = quote + 2;
      } else {
        value.append(line, at, quote);
        at = quote + 1;
        if (at < line.length() && line.charAt(at) != delimiter) {
          throw new MalformedCsvException(
              "goes on behind its closing quote; expected '%s'".formatted(delimiter));
        }
        return value.toString();
      }
    }
  }

  private void goOnBelow() throws IOException, MalformedCsvException {
    if (taken.size() < LARGEST_VALUE_LINES && takenCharacters <= Lines.MOST_BYTES) {
      Optional<Line> next = readLine();
      next.ifPresent(taken::addLast);
      takenCharacters += line.length();
      if (next.isPresent() && !next.get().isTooLong()) {
        return;
      }
    }
    throw new MalformedCsvException("begins with a quote that is not closed");
  }

  /** Steps over the delimiter behind a value; false at the record's end. */
  private boolean delimited() {
    return at++ < line.length();
  }

  private Optional<Line> readLine() throws IOException {
    Optional<Line> next = readAgain.isEmpty() ? lines.next() : Optional.of(readAgain.removeFirst());
    if (next.isPresent()) {
      line = next.get().text();
      lineEnd = next.get().end();
      at = 0;
      lineNumber++;
      next.get().problem().ifPresent(why -> wrong(() -> "line %d %s".formatted(lineNumber, why)));
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
