package io.leat.cli.rows;

import io.leat.runtime.options.Times;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Turns a file's values into one Avro field's. Text is read as the field's type; an empty text is
 * null where the field may be null. Times: what {@link Times} reads, or milliseconds since 1970; a
 * date is its midnight, UTC.
 */
final class FieldReader {
  /** Up to here every whole number is a double of its own: 2^53. */
  private static final double LARGEST_EXACT = 1L << 53;

  private static final Pattern MILLIS = Pattern.compile("-?\\d+");

  private final Schema.Field field;
  private final Schema type;
  private final boolean nullable;

  /**
   * @throws IllegalArgumentException if values of the field's type cannot be read from a flat file
   */
  FieldReader(Schema.Field field) {
    this.field = field;
    Schema schema = field.schema();
    this.nullable = schema.isNullable();
    this.type =
        schema.isUnion()
            ? schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .reduce((a, b) -> a.getType() == b.getType() ? a : unreadable())
                .orElseThrow(this::unreadableError)
            : schema;
    switch (type.getType()) {
      case STRING, ENUM, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> {}
      case RECORD, ARRAY, MAP, UNION, FIXED, BYTES, NULL -> throw unreadableError();
    }
  }

  private Schema unreadable() {
    throw unreadableError();
  }

  private IllegalArgumentException unreadableError() {
    return new IllegalArgumentException(
        "field %s has type %s, which a flat file cannot hold; expected string, enum, int, long, float, double, boolean or a timestamp"
            .formatted(field.name(), field.schema()));
  }

  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException with one sentence if it does not fit
   */
  @Nullable Object read(@Nullable Object value) {
    boolean text = type.getType() == Schema.Type.STRING;
    if (value == null
        || (value instanceof String empty && empty.isEmpty() && (nullable || !text))) {
      if (nullable) {
        return null;
      }
      throw new IllegalArgumentException(
          "%s is empty; expected %s".formatted(field.name(), expected()));
    }
    try {
      return switch (type.getType()) {
        case STRING -> value.toString();
        case ENUM -> symbol(value.toString());
        case INT -> Math.toIntExact(whole(value));
        case LONG -> isTime() ? time(value) : Long.valueOf(whole(value));
        case FLOAT -> (float) real(value);
        case DOUBLE -> real(value);
        case BOOLEAN -> truth(value);
        case RECORD, ARRAY, MAP, UNION, FIXED, BYTES, NULL -> throw unreadableError();
      };
    } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
      throw new IllegalArgumentException(
          "%s is '%s'; expected %s".formatted(field.name(), value, expected()), e);
    }
  }

  private Object symbol(String text) {
    if (!type.hasEnumSymbol(text)) {
      throw new IllegalArgumentException(
          "%s is '%s'; expected one of %s".formatted(field.name(), text, type.getEnumSymbols()));
    }
    return new GenericData.EnumSymbol(type, text);
  }

  private static long whole(Object value) {
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    if (value instanceof Double number && Math.abs(number) > LARGEST_EXACT) {
      throw new NumberFormatException("a double of this size may be another whole number's");
    }
    return new BigDecimal(value.toString().strip()).longValueExact();
  }

  private static double real(Object value) {
    return value instanceof Number number
        ? number.doubleValue()
        : Double.parseDouble(value.toString().strip());
  }

  private static boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    return switch (value.toString().strip().toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes" -> true;
      case "false", "0", "no" -> false;
      default -> throw new NumberFormatException("not a truth value");
    };
  }

  private boolean isTime() {
    LogicalType logical = type.getLogicalType();
    return logical instanceof LogicalTypes.TimestampMillis
        || logical instanceof LogicalTypes.TimestampMicros;
  }

  private long time(Object value) {
    Instant instant = instant(value);
    return type.getLogicalType() instanceof LogicalTypes.TimestampMicros
        ? ChronoUnit.MICROS.between(Instant.EPOCH, instant)
        : instant.toEpochMilli();
  }

  private static Instant instant(Object value) {
    if (value instanceof Instant instant) {
      return instant;
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    String text = value.toString().strip();
    return value instanceof Number || MILLIS.matcher(text).matches()
        ? Instant.ofEpochMilli(whole(value))
        : Times.parse(text);
  }

  private String expected() {
    return switch (type.getType()) {
      case STRING -> "a text";
      case ENUM -> "one of " + type.getEnumSymbols();
      case INT, LONG -> isTime() ? "a time, such as 2026-11-23T08:30:00Z" : "a whole number";
      case FLOAT, DOUBLE -> "a number";
      case BOOLEAN -> "true or false (or 1 or 0)";
      case RECORD, ARRAY, MAP, UNION, FIXED, BYTES, NULL -> throw unreadableError();
    };
  }
}
