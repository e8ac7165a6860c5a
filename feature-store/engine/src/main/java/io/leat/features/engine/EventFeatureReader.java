package io.leat.features.engine;

import io.leat.schemas.NullReason;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a field of an event as a feature: Long, Double, Boolean, String or null.
 *
 * <p>Int and long are Long; float and double are Double, and null where not finite; strings, enums
 * and uuids are String.
 */
final class EventFeatureReader {
  private final int position;

  /**
   * @throws IllegalArgumentException if the schema has no such field or its type is no scalar
   */
  EventFeatureReader(Schema schema, String name) {
    Schema.Field field = NumericField.field(schema, name);
    for (Schema branch : NumericField.branches(field.schema())) {
      switch (branch.getType()) {
        case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, ENUM -> {}
        case NULL, BYTES, FIXED, RECORD, ARRAY, MAP, UNION ->
            throw new IllegalArgumentException(
                "event.%s of %s is %s; a feature is a number, a boolean or a string"
                    .formatted(name, schema.getFullName(), branch.getType().getName()));
      }
    }
    this.position = field.pos();
  }

  /** The value, or why there is none. */
  Object valueOrReason(GenericRecord event) {
    Object value = read(event);
    return value != null
        ? value
        : event.get(position) == null ? NullReason.NULL_IN_EVENT : NullReason.NOT_FINITE;
  }

  @Nullable Object read(GenericRecord event) {
    Object value = event.get(position);
    if (value == null || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    if (value instanceof CharSequence || value instanceof GenericEnumSymbol) {
      return value.toString();
    }
    double number = NumericField.toDouble(value);
    return Double.isFinite(number) ? number + 0.0 : null; // zero is never negative
  }
}
