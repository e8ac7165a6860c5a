package io.leat.cli.tail;

import io.leat.runtime.settings.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where reading a topic begins. */
sealed interface From {
  /** With the oldest record that is there. */
  record Earliest() implements From {}

  /** With the next record that comes. */
  record Latest() implements From {}

  /** With the first record that was written at a time or later. */
  record Written(Instant time) implements From {}

  /** With one record, of whose partition alone is read. */
  record Position(int partition, long offset) implements From {}

  /** Reads {@code earliest}, {@code latest}, a time, or a position as in {@code 0/17}. */
  final class Converter implements ITypeConverter<From> {
    private static final Pattern POSITION = Pattern.compile("(\\d{1,9})[/:](\\d{1,18})");

    @Override
    public From convert(String text) {
      if (text.equals("earliest")) {
        return new Earliest();
      }
      if (text.equals("latest")) {
        return new Latest();
      }
      Matcher position = POSITION.matcher(text);
      if (position.matches()) {
        return new Position(Integer.parseInt(position.group(1)), Long.parseLong(position.group(2)));
      }
      try {
        return new Written(Times.parse(text));
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "'"
                + text
                + "'; expected earliest, latest, a time such as 2026-05-01T12:00:00Z, or partition/offset as in 0/17");
      }
    }
  }
}
