package io.leat.cli.model;

import io.leat.runtime.settings.TimeConverter;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** When something scored: at a time, or at a position of the vectors. */
sealed interface Moment {
  /** A time. */
  record Time(Instant time) implements Moment {
    @Override
    public String toString() {
      return time.toString();
    }
  }

  /** A vector's place. */
  record Position(int partition, long offset) implements Moment {
    @Override
    public String toString() {
      return partition + ":" + offset;
    }
  }

  /** Reads {@code 3:1500} as a position, all else as {@link TimeConverter} does. */
  final class Converter implements ITypeConverter<Moment> {
    private static final Pattern POSITION = Pattern.compile("(\\d{1,9}):(\\d{1,18})");
    private final TimeConverter times = new TimeConverter();

    @Override
    public Moment convert(String text) {
      Matcher position = POSITION.matcher(text);
      if (position.matches()) {
        return new Position(Integer.parseInt(position.group(1)), Long.parseLong(position.group(2)));
      }
      try {
        return new Time(times.convert(text));
      } catch (TypeConversionException e) {
        throw new TypeConversionException(
            e.getMessage() + ", or a position: 3:1500 is offset 1500 of partition 3");
      }
    }
  }
}
