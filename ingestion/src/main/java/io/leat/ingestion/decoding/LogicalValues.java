package io.leat.ingestion.decoding;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.ingestion.decoding.ConnectTypes.Typed;
import io.leat.pipeline.definition.InputFormat.DecimalTexts;
import io.leat.pipeline.definition.InputFormat.TimePrecision;
import io.leat.schemas.Decimals;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Values of Avro's logical types, of JSON: decimals with every digit, times in the field's own
 * unit. What does not fit is an ArithmeticException, DateTimeException or IllegalArgumentException;
 * null leaves it to the plain type.
 */
final class LogicalValues {
  private static final long NANOS = 1_000_000_000;

  private final TimePrecision times;
  private final DecimalTexts decimals;

  /**
   * @param times what becomes of digits that are finer than a field's unit
   * @param decimals what a text for a decimal is where no schema beside it says
   */
  LogicalValues(TimePrecision times, DecimalTexts decimals) {
    this.times = times;
    this.decimals = decimals;
  }

  /**
   * The value.
   *
   * @param typed what a schema beside it says of it; null where none does
   */
  @Nullable Object of(JsonNode value, @Nullable Typed typed, Schema schema) throws IOException {
    LogicalType logical = schema.getLogicalType();
    if (logical instanceof LogicalTypes.Decimal decimal) {
      return decimal(number(value, typed, decimal.getScale()), schema, decimal);
    }
    if (typed != null && !(typed.value() instanceof String)) {
      return ofType(typed, logical.getName());
    }
    return value.isTextual() ? ofText(value.textValue(), schema, logical.getName()) : null;
  }

  private BigDecimal number(JsonNode value, @Nullable Typed typed, int scale) throws IOException {
    if (typed != null) {
      if (typed.value() instanceof BigDecimal number) {
        return number;
      }
      if (typed.value() instanceof String text) {
        return Decimals.parse(text);
      }
      throw new IllegalArgumentException("its schema says " + typed.type());
    }
    if (value.isNumber()) {
      return value.decimalValue();
    }
    if (!value.isTextual()) {
      throw new IllegalArgumentException("no number");
    }
    return switch (decimals) {
      case TEXT -> Decimals.parse(value.textValue());
      case BASE64 -> {
        byte[] bytes = value.binaryValue();
        if (bytes.length == 0 || bytes.length > Decimals.MOST_DIGITS) {
          throw new IllegalArgumentException("no unscaled number in base64");
        }
        yield new BigDecimal(new BigInteger(bytes), scale);
      }
      case REFUSE ->
          throw new IllegalArgumentException(
              "neither a schema beside the payload nor the contract's decimals says whether the"
                  + " text is digits or base64");
    };
  }

  private static Object decimal(BigDecimal number, Schema schema, LogicalTypes.Decimal decimal) {
    byte[] unscaled =
        Decimals.toDecimal(number, decimal.getPrecision(), decimal.getScale())
            .unscaledValue()
            .toByteArray();
    return schema.getType() == Schema.Type.FIXED
        ? fixed(widened(unscaled, schema.getFixedSize()), schema)
        : ByteBuffer.wrap(unscaled);
  }

  /** A time whose type is known, in the unit of another type of the same kind. */
  private @Nullable Object ofType(Typed typed, String logical) {
    Object value = typed.value();
    if (value instanceof Instant instant) {
      switch (logical) {
        case "timestamp-millis", "local-timestamp-millis":
          return units(instant, 1_000);
        case "timestamp-micros", "local-timestamp-micros":
          return units(instant, 1_000_000);
        case "timestamp-nanos", "local-timestamp-nanos":
          return units(instant, NANOS);
        default:
      }
    } else if (value instanceof LocalDate date && logical.equals("date")) {
      return Math.toIntExact(date.toEpochDay());
    } else if (value instanceof LocalTime time && logical.equals("time-millis")) {
      return Math.toIntExact(units(time, 1_000));
    } else if (value instanceof LocalTime time && logical.equals("time-micros")) {
      return units(time, 1_000_000);
    }
    throw new IllegalArgumentException("its schema says " + typed.type());
  }

  private @Nullable Object ofText(String text, Schema schema, String logical) {
    return switch (logical) {
      case "timestamp-millis" -> units(instant(text), 1_000);
      case "timestamp-micros" -> units(instant(text), 1_000_000);
      case "timestamp-nanos" -> units(instant(text), NANOS);
      case "local-timestamp-millis" -> units(local(text), 1_000);
      case "local-timestamp-micros" -> units(local(text), 1_000_000);
      case "local-timestamp-nanos" -> units(local(text), NANOS);
      case "date" -> Math.toIntExact(LocalDate.parse(text).toEpochDay());
      case "time-millis" -> Math.toIntExact(units(LocalTime.parse(text), 1_000));
      case "time-micros" -> units(LocalTime.parse(text), 1_000_000);
      case "uuid" -> uuid(text, schema);
      default -> null;
    };
  }

  private static Instant instant(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  private static Instant local(String text) {
    return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }

  /** Units since 1970; towards the past where digits are cut off. */
  private long units(Instant time, long perSecond) {
    long seconds = time.getEpochSecond();
    long part = units(time.getNano(), perSecond);
    // Below 1970 by the second behind it: the one before may lie beyond a long's range.
    return seconds < 0 && part > 0
        ? Math.addExact(Math.multiplyExact(seconds + 1, perSecond), part - perSecond)
        : Math.addExact(Math.multiplyExact(seconds, perSecond), part);
  }

  private long units(LocalTime time, long perSecond) {
    return units(time.toNanoOfDay(), perSecond);
  }

  private long units(long nanos, long perSecond) {
    long nanosOfUnit = NANOS / perSecond;
    if (times == TimePrecision.EXACT && nanos % nanosOfUnit != 0) {
      throw new ArithmeticException(
          "it is finer than the field's unit, and the contract's time_precision is exact");
    }
    return nanos / nanosOfUnit;
  }

  private static Object uuid(String text, Schema schema) {
    UUID uuid = UUID.fromString(text);
    if (!uuid.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("no UUID of 8-4-4-4-12 digits");
    }
    return schema.getType() == Schema.Type.FIXED
        ? fixed(
            ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array(),
            schema)
        : text;
  }

  static GenericData.Fixed fixed(byte[] bytes, Schema schema) {
    if (bytes.length != schema.getFixedSize()) {
      throw new IllegalArgumentException("%d bytes".formatted(bytes.length));
    }
    return new GenericData.Fixed(schema, bytes);
  }

  /** Two's complement in as many bytes as asked for. */
  private static byte[] widened(byte[] bytes, int size) {
    if (bytes.length > size) {
      return bytes;
    }
    byte[] wide = new byte[size];
    Arrays.fill(wide, 0, size - bytes.length, (byte) (bytes[0] < 0 ? -1 : 0));
    System.arraycopy(bytes, 0, wide, size - bytes.length, bytes.length);
    return wide;
  }
}
