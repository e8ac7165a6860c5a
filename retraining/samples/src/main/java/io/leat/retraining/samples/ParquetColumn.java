package io.leat.retraining.samples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.retraining.samples.RowSource.Unreadable;
import io.leat.schemas.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.JulianFields;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Reads one column's values as what its logical type says they are: a timestamp of any unit is an
 * {@link Instant}, one without a zone a {@link LocalDateTime}, a date a {@link LocalDate}, a time
 * of day a {@link LocalTime}, a decimal a {@link BigDecimal}; else text, number or boolean. What is
 * none of these is {@link Unreadable}.
 */
final class ParquetColumn {
  private static final int MOST_BYTES = 1 << 20;

  private final PrimitiveType type;
  private final @Nullable LogicalTypeAnnotation logical;
  private final int index;

  /**
   * @param index of the column in its row
   */
  ParquetColumn(PrimitiveType type, int index) {
    this.type = type;
    this.logical = type.getLogicalTypeAnnotation();
    this.index = index;
  }

  String name() {
    return type.getName();
  }

  /** What kind of value it holds; empty: bytes. */
  Optional<Schema.Type> kind() {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> Optional.of(Schema.Type.BOOLEAN);
      case FLOAT, DOUBLE -> Optional.of(Schema.Type.DOUBLE);
      case INT32 ->
          Optional.of(
              logical == null || logical instanceof IntLogicalTypeAnnotation
                  ? Schema.Type.LONG
                  : Schema.Type.STRING);
      case INT64 ->
          Optional.of(
              logical == null || logical instanceof IntLogicalTypeAnnotation && !unsigned()
                  ? Schema.Type.LONG
                  : Schema.Type.STRING);
      case INT96 -> Optional.of(Schema.Type.STRING);
      case BINARY, FIXED_LEN_BYTE_ARRAY ->
          isText()
                  || logical instanceof DecimalLogicalTypeAnnotation
                  || logical instanceof UUIDLogicalTypeAnnotation
              ? Optional.of(Schema.Type.STRING)
              : Optional.empty();
    };
  }

  private boolean isText() {
    return logical instanceof StringLogicalTypeAnnotation
        || logical instanceof EnumLogicalTypeAnnotation
        || logical instanceof JsonLogicalTypeAnnotation
        || (logical == null && type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY);
  }

  /** The column's value in a row; null where it has none. */
  @Nullable Object read(Group row) {
    if (row.getFieldRepetitionCount(index) == 0) {
      return null;
    }
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> row.getBoolean(index, 0);
      case FLOAT -> row.getFloat(index, 0);
      case DOUBLE -> row.getDouble(index, 0);
      case INT32 ->
          whole(
              unsigned()
                  ? Integer.toUnsignedLong(row.getInteger(index, 0))
                  : row.getInteger(index, 0));
      case INT64 -> whole(row.getLong(index, 0));
      case INT96 -> instant(NanoTime.fromBinary(row.getInt96(index, 0)));
      case BINARY, FIXED_LEN_BYTE_ARRAY -> ofBytes(row.getBinary(index, 0));
    };
  }

  private boolean unsigned() {
    return logical instanceof IntLogicalTypeAnnotation number && !number.isSigned();
  }

  private Object ofBytes(Binary binary) {
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return binary.length() == 0 || binary.length() > Decimals.MOST_DIGITS
          ? new Unreadable("is a decimal of %d bytes".formatted(binary.length()))
          : new BigDecimal(new BigInteger(binary.getBytes()), decimal.getScale());
    }
    if (logical instanceof UUIDLogicalTypeAnnotation) {
      ByteBuffer bytes = binary.toByteBuffer();
      return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }
    if (!isText()) {
      return new Unreadable("is of Parquet's type %s, which no field takes".formatted(type));
    }
    if (binary.length() > MOST_BYTES) {
      return new Unreadable("is a text longer than %,d bytes".formatted(MOST_BYTES));
    }
    try {
      return UTF_8.newDecoder().decode(binary.toByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      return new Unreadable("is a text that is not UTF-8");
    }
  }

  private Object whole(long value) {
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      Instant time = Instant.EPOCH.plus(value, unit(timestamp.getUnit()));
      return timestamp.isAdjustedToUTC() ? time : LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    }
    if (logical instanceof DateLogicalTypeAnnotation) {
      return LocalDate.ofEpochDay(value);
    }
    if (logical instanceof TimeLogicalTypeAnnotation time) {
      ChronoUnit unit = unit(time.getUnit());
      return 0 <= value && value < ChronoUnit.DAYS.getDuration().dividedBy(unit.getDuration())
          ? LocalTime.MIDNIGHT.plus(value, unit)
          : new Unreadable("is %d %s into a day, beyond its end".formatted(value, unit));
    }
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return BigDecimal.valueOf(value, decimal.getScale());
    }
    return unsigned() && value < 0 ? new BigInteger(Long.toUnsignedString(value)) : value;
  }

  private static ChronoUnit unit(TimeUnit unit) {
    return ChronoUnit.valueOf(unit.name().toUpperCase(Locale.ROOT));
  }

  /** The time of Spark's and Hive's older files: a Julian day and nanoseconds. */
  private static Instant instant(NanoTime time) {
    return LocalDate.EPOCH
        .with(JulianFields.JULIAN_DAY, time.getJulianDay())
        .atStartOfDay(ZoneOffset.UTC)
        .toInstant()
        .plusNanos(time.getTimeOfDayNanos());
  }
}
