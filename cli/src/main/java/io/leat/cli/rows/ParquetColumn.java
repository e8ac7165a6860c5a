package io.leat.cli.rows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.JulianFields;
import java.util.Locale;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * Reads one column's values as what its logical type says they are: a timestamp of any unit is an
 * {@link Instant} (one without a zone is taken for UTC), a date a {@link LocalDate}, a time of day
 * a {@link LocalTime}, a decimal a {@link BigDecimal}; else text, number or boolean.
 */
final class ParquetColumn {
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
      case BINARY, FIXED_LEN_BYTE_ARRAY ->
          logical instanceof DecimalLogicalTypeAnnotation decimal
              ? new BigDecimal(
                  new BigInteger(row.getBinary(index, 0).getBytes()), decimal.getScale())
              : row.getBinary(index, 0).toStringUsingUTF8();
    };
  }

  private boolean unsigned() {
    return logical instanceof IntLogicalTypeAnnotation number && !number.isSigned();
  }

  private Object whole(long value) {
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      return Instant.EPOCH.plus(value, unit(timestamp.getUnit()));
    }
    if (logical instanceof DateLogicalTypeAnnotation) {
      return LocalDate.ofEpochDay(value);
    }
    if (logical instanceof TimeLogicalTypeAnnotation time) {
      return LocalTime.MIDNIGHT.plus(value, unit(time.getUnit()));
    }
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return BigDecimal.valueOf(value, decimal.getScale());
    }
    return value;
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
