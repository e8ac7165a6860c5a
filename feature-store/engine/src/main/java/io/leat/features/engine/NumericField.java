package io.leat.features.engine;

import io.leat.features.aggregation.InputValue;
import java.util.List;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * A numeric or boolean field of a record, read as a double.
 *
 * <p>Int and float are widened exactly, booleans are 0 and 1. Longs beyond 2^53 are the nearest
 * double and what that lacks.
 */
final class NumericField {
  private final int position;

  /**
   * @throws IllegalArgumentException if the schema has no such field or it is neither numeric nor
   *     boolean
   */
  NumericField(Schema schema, String name) {
    Schema.Field field = field(schema, name);
    this.position = field.pos();
    for (Schema branch : branches(field.schema())) {
      switch (branch.getType()) {
        case INT, LONG, FLOAT, DOUBLE, BOOLEAN -> {}
        case NULL, STRING, ENUM, BYTES, FIXED, RECORD, ARRAY, MAP, UNION ->
            throw notNumeric(schema, name, branch);
      }
    }
  }

  /**
   * Reads the field's number, which is passed over where it is null or not finite. Zero is never
   * negative.
   *
   * @return whether there is a number
   */
  boolean read(GenericRecord event, InputValue into) {
    Object value = event.get(position);
    if (value == null) {
      return false;
    }
    double number = toDouble(value);
    into.number = number + 0.0;
    into.rest = value instanceof Long whole ? rest(whole, number) : 0;
    return Double.isFinite(number);
  }

  /** What the double nearest to a whole number lacks of it. */
  private static double rest(long whole, double nearest) {
    return nearest == 0x1p63 ? (whole - Long.MAX_VALUE) - 1 : whole - (long) nearest;
  }

  static double toDouble(Object value) {
    return value instanceof Boolean bool ? (bool ? 1 : 0) : ((Number) value).doubleValue();
  }

  /** The field of that name; throws {@link IllegalArgumentException} where there is none. */
  static Schema.Field field(Schema schema, String name) {
    Schema.Field field = schema.getField(name);
    if (field == null) {
      throw new IllegalArgumentException(
          "event %s has no field %s; it has %s"
              .formatted(
                  schema.getFullName(),
                  name,
                  String.join(", ", schema.getFields().stream().map(Schema.Field::name).toList())));
    }
    return field;
  }

  /** The types that a value of this schema can have, null apart. */
  static List<Schema> branches(Schema schema) {
    return schema.getType() != Schema.Type.UNION
        ? List.of(schema)
        : schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
  }

  private static IllegalArgumentException notNumeric(Schema schema, String name, Schema found) {
    return new IllegalArgumentException(
        "field %s of event %s is %s; an aggregation needs a number or a boolean"
            .formatted(name, schema.getFullName(), describe(found)));
  }

  private static String describe(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    return schema.getType().getName() + (logical == null ? "" : " (" + logical.getName() + ")");
  }
}
