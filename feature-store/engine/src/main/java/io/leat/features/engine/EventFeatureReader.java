package io.leat.features.engine;

import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a field of an event as a feature: Long, Double, Boolean, String or null.
 *
 * <p>Int, long and dates (days) are Long; timestamps are Long in milliseconds, finer ones rounded
 * down; float, double and decimals are Double, and null where not finite; strings, enums and uuids
 * are String.
 */
final class EventFeatureReader {
  private final int position;
  private final long unitsPerMilli;
  private final int scale;

  /**
   * @throws IllegalArgumentException if the schema has no such field or its type is no scalar
   */
  EventFeatureReader(Schema schema, String name) {
    Schema.Field field = NumericField.field(schema, name);
    long units = 1;
    int decimalScale = 0;
    for (Schema branch : NumericField.branches(field.schema())) {
      LogicalType logical = branch.getLogicalType();
      switch (branch.getType()) {
        case INT, LONG -> units = unitsPerMilli(logical);
        case FLOAT, DOUBLE, BOOLEAN, STRING, ENUM -> {}
        case BYTES, FIXED -> {
          if (!(logical instanceof LogicalTypes.Decimal decimal)) {
            throw notScalar(schema, name, branch);
          }
          decimalScale = decimal.getScale();
        }
        case NULL, RECORD, ARRAY, MAP, UNION -> throw notScalar(schema, name, branch);
      }
    }
    this.position = field.pos();
    this.unitsPerMilli = units;
    this.scale = decimalScale;
  }

  @Nullable Object read(GenericRecord event) {
    Object value = event.get(position);
    if (value == null || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Long || value instanceof Integer) {
      return Math.floorDiv(((Number) value).longValue(), unitsPerMilli);
    }
    if (value instanceof CharSequence || value instanceof GenericEnumSymbol) {
      return value.toString();
    }
    double number = NumericField.toDouble(value, scale);
    return Double.isFinite(number) ? number : null;
  }

  /** How many units of a timestamp are a millisecond; 1 for every other integer. */
  static long unitsPerMilli(@Nullable LogicalType logical) {
    return switch (logical == null ? "" : logical.getName()) {
      case "timestamp-micros", "local-timestamp-micros" -> 1_000;
      case "timestamp-nanos", "local-timestamp-nanos" -> 1_000_000;
      default -> 1;
    };
  }

  private static IllegalArgumentException notScalar(Schema schema, String name, Schema found) {
    return new IllegalArgumentException(
        "event.%s of %s is %s; a feature is a number, a boolean, a string or a timestamp"
            .formatted(name, schema.getFullName(), found.getType().getName()));
  }
}
