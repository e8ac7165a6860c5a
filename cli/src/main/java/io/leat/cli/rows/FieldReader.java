package io.leat.cli.rows;

import io.leat.cli.rows.TimeReader.UnclearUnitException;
import io.leat.retraining.samples.RowSource.Unreadable;
import io.leat.runtime.settings.RowFileOptions;
import io.leat.runtime.settings.Times.AmbiguousTimeException;
import io.leat.schemas.Decimals;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Turns a file's values into one Avro field's. Text is read as the field's type; an empty text, and
 * one that the user says stands for null, is null where the field may be null. Nothing is rounded:
 * a value that the field's type cannot hold to its last digit does not fit.
 */
final class FieldReader {
  /** Below, every whole number is a double of its own: 2^53, which may be the one behind it. */
  private static final double LARGEST_EXACT = 1L << 53;

  /** The same of floats: 2^24. */
  private static final float LARGEST_EXACT_FLOAT = 1 << 24;

  private static final int LONGEST_QUOTE = 60;
  private static final Set<String> TIMES =
      Set.of(
          "timestamp-millis",
          "timestamp-micros",
          "timestamp-nanos",
          "local-timestamp-millis",
          "local-timestamp-micros",
          "local-timestamp-nanos");

  private final Schema.Field field;
  private final Schema type;
  private final String logical;
  private final boolean nullable;
  private final TimeReader times;
  private final boolean timesTruncated;
  private final char decimal;
  private final Set<String> nulls;
  private final Set<String> truths;
  private final Set<String> falsehoods;

  /**
   * @throws IllegalArgumentException if values of the field's type cannot be read from a flat file
   */
  FieldReader(Schema.Field field, TimeReader times, RowFileOptions options) {
    this.field = field;
    this.times = times;
    this.timesTruncated = options.timesTruncated();
    this.decimal = options.decimal().orElse('.');
    this.nulls = options.nulls();
    this.truths = options.truths();
    this.falsehoods = options.falsehoods();
    Schema schema = field.schema();
    this.nullable = schema.isNullable();
    this.type =
        schema.isUnion()
            ? schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .reduce((a, b) -> unreadable())
                .orElseThrow(this::unreadableError)
            : schema;
    LogicalType declared = type.getLogicalType();
    this.logical = declared == null ? "" : declared.getName();
    switch (type.getType()) {
      case STRING, ENUM, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> {}
      case FIXED, BYTES -> {
        if (!(declared instanceof LogicalTypes.Decimal) && !logical.equals("uuid")) {
          throw unreadableError();
        }
      }
      case RECORD, ARRAY, MAP, UNION, NULL -> throw unreadableError();
    }
  }

  private Schema unreadable() {
    throw unreadableError();
  }

  private IllegalArgumentException unreadableError() {
    return new IllegalArgumentException(
        "field %s has type %s, which a flat file cannot hold; expected one type of string, enum, int, long, float, double, boolean, decimal, date, time, timestamp or uuid"
            .formatted(field.name(), field.schema()));
  }

  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException with one sentence if it does not fit
   */
  @Nullable Object read(@Nullable Object value) {
    if (value instanceof Unreadable unreadable) {
      throw new IllegalArgumentException(field.name() + " " + unreadable.why());
    }
    if (value == null || isNull(value)) {
      if (nullable) {
        return null;
      }
      throw new IllegalArgumentException(
          "%s is %s; expected %s"
              .formatted(
                  field.name(),
                  value == null || value.equals("") ? "empty" : quoted(value) + ", a null",
                  expected()));
    }
    try {
      if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
        throw new NumberFormatException("not finite");
      }
      return switch (type.getType()) {
        case STRING -> text(value);
        case ENUM -> symbol(value.toString());
        case INT ->
            switch (logical) {
              case "date" -> Math.toIntExact(times.date(value).toEpochDay());
              case "time-millis" -> Math.toIntExact(timeOfDay(value, 1_000_000));
              default -> Decimals.toInt(number(value));
            };
        case LONG -> longValue(value);
        case FLOAT -> value instanceof Float ? value : Decimals.toFloat(number(value));
        case DOUBLE ->
            value instanceof Float || value instanceof Double
                ? ((Number) value).doubleValue()
                : Decimals.toDouble(number(value));
        case BOOLEAN -> truth(value);
        case FIXED, BYTES -> logical.equals("uuid") ? uuidBytes(value) : decimal(number(value));
        case RECORD, ARRAY, MAP, UNION, NULL -> throw unreadableError();
      };
    } catch (AmbiguousTimeException | UnclearUnitException e) {
      throw new IllegalArgumentException(
          "%s is %s; %s".formatted(field.name(), quoted(value), e.getMessage()), e);
    } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
      throw new IllegalArgumentException(
          "%s is %s; expected %s%s"
              .formatted(field.name(), quoted(value), expected(), remedy(value)),
          e);
    }
  }

  private String remedy(Object value) {
    if (value.toString().equals("NaN")) {
      return " (--null NaN takes it for null)";
    }
    return type.getType() == Schema.Type.STRING
            && (value instanceof Double || value instanceof Float)
        ? "; write the column as text or whole numbers"
        : "";
  }

  /** Whether a value of the file stands for null. */
  boolean isNull(@Nullable Object value) {
    if (value == null) {
      return true;
    }
    boolean plainText = type.getType() == Schema.Type.STRING && !nullable;
    return (value.equals("") && !plainText) || nulls.contains(value.toString());
  }

  /** The value in quotes, cut off where it is long. */
  private static String quoted(Object value) {
    String text = value.toString();
    return "'%s'"
        .formatted(
            text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...");
  }

  /** A binary number is no text: an id of 12345678 would be called 1.2345678E7. */
  private String text(Object value) {
    if (value instanceof Double || value instanceof Float) {
      throw new NumberFormatException("a binary number");
    }
    String text = value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    return logical.equals("uuid") ? uuid(text) : text;
  }

  private GenericData.Fixed uuidBytes(Object value) {
    UUID uuid = UUID.fromString(uuid(value.toString()));
    return new GenericData.Fixed(
        type,
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array());
  }

  private Object symbol(String text) {
    if (!type.hasEnumSymbol(text)) {
      throw new NumberFormatException("not a symbol");
    }
    return new GenericData.EnumSymbol(type, text);
  }

  private static String uuid(String text) {
    try {
      if (UUID.fromString(text).toString().equalsIgnoreCase(text)) {
        return text;
      }
    } catch (IllegalArgumentException e) {
      throw new DateTimeException("not a UUID", e);
    }
    throw new DateTimeException("not a UUID");
  }

  private BigDecimal number(Object value) {
    return number(value, decimal);
  }

  /**
   * The number that a value is, to its last digit.
   *
   * @param value a text or a number
   * @param decimal what stands before a text's decimals
   * @throws NumberFormatException if it is none, not finite, or beyond the bounds of {@link
   *     Decimals}; or binary and so large that it may stand for another whole number
   */
  static BigDecimal number(Object value, char decimal) {
    if (value instanceof Double number && Math.abs(number) >= LARGEST_EXACT
        || value instanceof Float small && Math.abs(small) >= LARGEST_EXACT_FLOAT) {
      throw new NumberFormatException("it may be another whole number's");
    }
    if (value instanceof BigDecimal number) {
      return Decimals.bounded(number);
    }
    return Decimals.parse(
        value instanceof Number ? value.toString() : withPoint(value.toString().strip(), decimal));
  }

  /** A text as it is where decimals stand behind a point; no number where it has both. */
  static String withPoint(String text, char decimal) {
    return decimal == '.' ? text : text.replace('.', ' ').replace(decimal, '.');
  }

  private boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    String text = value.toString().strip().toLowerCase(Locale.ROOT);
    if (truths.contains(text) == falsehoods.contains(text)) {
      throw new NumberFormatException("not a truth value");
    }
    return truths.contains(text);
  }

  private Object decimal(BigDecimal number) {
    LogicalTypes.Decimal declared = (LogicalTypes.Decimal) type.getLogicalType();
    BigDecimal scaled = Decimals.toDecimal(number, declared.getPrecision(), declared.getScale());
    byte[] unscaled = scaled.unscaledValue().toByteArray();
    if (type.getType() == Schema.Type.BYTES) {
      return ByteBuffer.wrap(unscaled);
    }
    byte[] wide = new byte[type.getFixedSize()]; // two's complement
    Arrays.fill(wide, (byte) (unscaled[0] < 0 ? -1 : 0));
    System.arraycopy(unscaled, 0, wide, wide.length - unscaled.length, unscaled.length);
    return new GenericData.Fixed(type, wide);
  }

  private long longValue(Object value) {
    if (logical.equals("time-micros")) {
      return timeOfDay(value, 1_000);
    }
    if (!TIMES.contains(logical)) {
      return Decimals.toLong(number(value));
    }
    Instant time =
        logical.startsWith("local")
            ? times.local(value).toInstant(ZoneOffset.UTC)
            : times.instant(value);
    Duration since = Duration.between(Instant.EPOCH, time);
    BigDecimal units =
        BigDecimal.valueOf(since.getSeconds())
            .add(BigDecimal.valueOf(since.getNano(), 9))
            .movePointRight(unitDigits());
    return (timesTruncated ? units.setScale(0, RoundingMode.FLOOR) : units).longValueExact();
  }

  /** Digits behind the point of a second that the field's unit holds. */
  private int unitDigits() {
    return logical.endsWith("nanos") ? 9 : logical.endsWith("micros") ? 6 : 3;
  }

  private static long timeOfDay(Object value, long nanos) {
    LocalTime time =
        value instanceof LocalTime given ? given : LocalTime.parse(value.toString().strip());
    if (time.toNanoOfDay() % nanos != 0) {
      throw new ArithmeticException("too fine");
    }
    return time.toNanoOfDay() / nanos;
  }

  private String expected() {
    String real =
        "a number, finite and of no more digits than a %s holds"
            .formatted(type.getType().getName());
    return switch (type.getType()) {
      case STRING -> logical.equals("uuid") ? "a UUID" : "a text";
      case ENUM -> "one of " + type.getEnumSymbols();
      case INT, LONG ->
          switch (logical) {
            case "date" -> "a date, such as 2026-11-23";
            case "time-millis" -> "a time of day, such as 08:30:00.125, no finer than milliseconds";
            case "time-micros" -> "a time of day, such as 08:30:00.125, no finer than microseconds";
            default -> TIMES.contains(logical) ? expectedTime() : expectedWhole();
          };
      case FLOAT, DOUBLE ->
          decimal == '.' ? real : real + ", its decimals behind '" + decimal + "'";
      case BOOLEAN -> "true or false (or 1 or 0)";
      case FIXED, BYTES -> {
        if (logical.equals("uuid")) {
          yield "a UUID";
        }
        LogicalTypes.Decimal declared = (LogicalTypes.Decimal) type.getLogicalType();
        yield "a number of at most %d digits, %d of them decimals"
            .formatted(declared.getPrecision(), declared.getScale());
      }
      case RECORD, ARRAY, MAP, UNION, NULL -> throw unreadableError();
    };
  }

  private String expectedTime() {
    return "a time, such as %s, no finer than %s (see --time-format, --truncate-times)"
        .formatted(
            times.example(),
            switch (unitDigits()) {
              case 9 -> "nanoseconds";
              case 6 -> "microseconds";
              default -> "milliseconds";
            });
  }

  private String expectedWhole() {
    return type.getType() == Schema.Type.INT ? "a whole number of 32 bits" : "a whole number";
  }
}
