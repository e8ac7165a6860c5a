package io.leat.cli.rows;

import io.leat.cli.command.UserError;
import io.leat.runtime.settings.RowFileOptions;
import io.leat.runtime.settings.Times;
import io.leat.schemas.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the times of a file as the user says that they are written. Without a word of the user's,
 * text is ISO 8601 and a number milliseconds since 1970, where its size is that of milliseconds.
 */
final class TimeReader {
  /** As milliseconds 1973, as seconds the year 5138. */
  private static final BigDecimal LEAST_MILLIS = BigDecimal.valueOf(100_000_000_000L);

  /** As milliseconds the year 5138, as microseconds 1973. */
  private static final BigDecimal MOST_MILLIS = BigDecimal.valueOf(100_000_000_000_000L);

  private static final int NANOS_DIGITS = 9;

  /** Digits behind the point of a second; empty where numbers are no times. */
  private final Optional<Integer> unit;

  private final Optional<DateTimeFormatter> pattern;
  private final boolean unitGiven;
  private final ZoneId zone;
  private final char decimal;

  /**
   * @throws UserError if the format is none
   */
  TimeReader(RowFileOptions options) {
    this.zone = options.timeZone();
    this.decimal = options.decimal().orElse('.');
    String format = options.timeFormat().orElse("");
    this.unit =
        switch (format) {
          case "epoch_seconds" -> Optional.of(0);
          case "", "epoch_millis" -> Optional.of(3);
          case "epoch_micros" -> Optional.of(6);
          case "epoch_nanos" -> Optional.of(9);
          default -> Optional.empty();
        };
    this.unitGiven = unit.isPresent() && !format.isEmpty();
    this.pattern =
        unit.isPresent() || format.equals("iso") ? Optional.empty() : Optional.of(pattern(format));
  }

  private static DateTimeFormatter pattern(String text) {
    try {
      // A strict year of an era wants the era named too; people mean the year.
      return DateTimeFormatter.ofPattern(text.replace('y', 'u'), Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "--time-format is '%s'; expected iso, epoch_seconds, epoch_millis, epoch_micros, epoch_nanos or a pattern such as 'dd.MM.yyyy HH:mm:ss': %s"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  /**
   * The moment that a value stands for.
   *
   * @param value a text, a number, or a time of {@code java.time}
   * @throws Times.AmbiguousTimeException if it is no one moment
   * @throws DateTimeException if it is none
   * @throws UnclearUnitException if it is a number of a size that milliseconds hardly have
   */
  Instant instant(Object value) {
    if (value instanceof Instant instant) {
      return instant;
    }
    if (value instanceof LocalDateTime local) {
      return Times.at(local, zone);
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay(zone).toInstant();
    }
    String text = value.toString().strip();
    if (unit.isPresent()
        && (value instanceof Number
            || unitGiven
            || Decimals.isNumber(FieldReader.withPoint(text, decimal)))) {
      return epoch(FieldReader.number(value, decimal), text);
    }
    return pattern.isPresent() ? byPattern(text) : Times.parse(text, zone);
  }

  /** The date and time that a value stands for, of no zone. */
  LocalDateTime local(Object value) {
    if (value instanceof LocalDateTime local) {
      return local;
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    String text = value.toString().strip().replaceFirst(" ", "T");
    return pattern.isPresent()
        ? LocalDateTime.parse(value.toString().strip(), pattern.get())
        : LocalDateTime.parse(text);
  }

  /** The date that a value stands for. */
  LocalDate date(Object value) {
    if (value instanceof LocalDate date) {
      return date;
    }
    String text = value.toString().strip();
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      if (pattern.isEmpty()) {
        throw e;
      }
      return LocalDate.parse(text, pattern.get());
    }
  }

  /** How a time may be written. */
  String example() {
    Instant time = Instant.parse("2026-11-23T08:30:00Z");
    if (pattern.isPresent()) {
      return pattern.get().format(time.atZone(zone));
    }
    return unitGiven
        ? BigDecimal.valueOf(time.getEpochSecond())
            .scaleByPowerOfTen(unit.orElseThrow())
            .toPlainString()
        : time.toString();
  }

  private Instant byPattern(String text) {
    TemporalAccessor read =
        pattern.orElseThrow().parseBest(text, Instant::from, LocalDateTime::from, LocalDate::from);
    if (read instanceof LocalDateTime local) {
      return Times.at(local, zone);
    }
    return read instanceof LocalDate date
        ? date.atStartOfDay(zone).toInstant()
        : Instant.from(read);
  }

  private Instant epoch(BigDecimal number, String text) {
    BigDecimal size = number.abs();
    if (!unitGiven && (size.compareTo(LEAST_MILLIS) < 0 || size.compareTo(MOST_MILLIS) >= 0)) {
      throw new UnclearUnitException(
          "as milliseconds since 1970 that is %s; say what it counts by --time-format epoch_seconds, epoch_millis, epoch_micros or epoch_nanos"
              .formatted(shown(number)));
    }
    try {
      BigInteger nanos =
          number.movePointRight(NANOS_DIGITS - unit.orElseThrow()).toBigIntegerExact();
      BigInteger[] parts = nanos.divideAndRemainder(BigInteger.TEN.pow(NANOS_DIGITS));
      return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
    } catch (ArithmeticException e) {
      throw new DateTimeException("'" + text + "' is beyond what a time can be", e);
    }
  }

  private static String shown(BigDecimal millis) {
    try {
      return "the time " + Instant.ofEpochMilli(millis.longValue()).toString();
    } catch (DateTimeException e) {
      return "no time";
    }
  }

  /** A number whose unit cannot be told; the message completes a sentence about it. */
  static final class UnclearUnitException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnclearUnitException(String message) {
      super(message);
    }
  }
}
