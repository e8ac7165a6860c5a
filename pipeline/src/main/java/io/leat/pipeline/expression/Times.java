package io.leat.pipeline.expression;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoField;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** CEL's functions of timestamps and durations. */
final class Times {
  /** 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, CEL's range of timestamps. */
  private static final long EARLIEST_SECOND = -62_135_596_800L;

  private static final long LATEST_SECOND = 253_402_300_799L;

  /**
   * The parts of a date and time; months, days of a year and {@code getDayOfMonth} count from 0.
   */
  private static final Map<String, ToLongFunction<LocalDateTime>> PARTS =
      Map.of(
          "getFullYear",
          LocalDateTime::getYear,
          "getMonth",
          time -> time.getMonthValue() - 1L,
          "getDate",
          LocalDateTime::getDayOfMonth,
          "getDayOfMonth",
          time -> time.getDayOfMonth() - 1L,
          "getDayOfYear",
          time -> time.getDayOfYear() - 1L,
          "getDayOfWeek",
          time -> time.getDayOfWeek().getValue() % 7L, // Sunday is 0
          "getHours",
          LocalDateTime::getHour,
          "getMinutes",
          LocalDateTime::getMinute,
          "getSeconds",
          LocalDateTime::getSecond,
          "getMilliseconds",
          time -> time.get(ChronoField.MILLI_OF_SECOND));

  private Times() {}

  /**
   * The function that tells a part of a timestamp.
   *
   * @param zone name of a time zone as Java knows it
   * @return null if there is no such function, or no such zone
   */
  static @Nullable UnaryOperator<Object> part(String function, String zone) {
    ToLongFunction<LocalDateTime> part = PARTS.get(function);
    if (part == null) {
      return null;
    }
    ZoneId id;
    try {
      id = ZoneId.of(zone);
    } catch (DateTimeException e) {
      return null; // the library takes offsets that Java does not
    }
    return timestamp -> part.applyAsLong(LocalDateTime.ofInstant((Instant) timestamp, id));
  }

  /**
   * @throws ArithmeticException if the nanoseconds do not fit into 64 bits
   */
  static Object between(Object later, Object earlier) {
    Duration between = Duration.between((Instant) earlier, (Instant) later);
    if (Math.abs(between.toSeconds()) > Long.MAX_VALUE / 1_000_000_000 - 1) {
      throw new ArithmeticException("long overflow");
    }
    return between;
  }

  /** Throws {@link DateTimeException} out of CEL's range. */
  static Object plus(Object timestamp, Object duration) {
    return inRange(((Instant) timestamp).plus((Duration) duration));
  }

  /** Throws {@link DateTimeException} out of CEL's range. */
  static Object minus(Object timestamp, Object duration) {
    return inRange(((Instant) timestamp).minus((Duration) duration));
  }

  private static Instant inRange(Instant timestamp) {
    if (timestamp.getEpochSecond() < EARLIEST_SECOND
        || timestamp.getEpochSecond() > LATEST_SECOND) {
      throw new DateTimeException("out of range");
    }
    return timestamp;
  }
}
