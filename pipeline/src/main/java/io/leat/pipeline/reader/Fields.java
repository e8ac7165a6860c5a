package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.yaml.Value;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/** Questions about the fields of an event's schema. */
final class Fields {
  private static final Set<Schema.Type> NUMBERS =
      Set.of(Schema.Type.INT, Schema.Type.LONG, Schema.Type.FLOAT, Schema.Type.DOUBLE);
  private static final Set<Schema.Type> KEYS =
      Set.of(Schema.Type.STRING, Schema.Type.INT, Schema.Type.LONG);
  private static final Set<Schema.Type> TEXTS = Set.of(Schema.Type.STRING, Schema.Type.ENUM);

  private Fields() {}

  /** The field of that name; reports, where it is named, one that the schema lacks. */
  static Optional<Schema.Field> find(Value reference, String name, Schema schema, String event) {
    Schema.Field field = schema.getField(name);
    if (field == null) {
      List<String> names = schema.getFields().stream().map(Schema.Field::name).toList();
      reference.problem(
          "no field %s in the event %s; it has %s.%s",
          name, event, String.join(", ", names), Suggestions.didYouMean(name, names));
    }
    return Optional.ofNullable(field);
  }

  /** Whether values are plain numbers or bools. */
  static boolean isNumeric(Schema.Field field) {
    Schema schema = value(field);
    return schema.getLogicalType() == null
        && (NUMBERS.contains(schema.getType()) || schema.getType() == Schema.Type.BOOLEAN);
  }

  /** Whether values may be places of a vector: numbers, bools, texts. */
  static boolean isScalar(Schema.Field field) {
    return isNumeric(field) || TEXTS.contains(value(field).getType());
  }

  /** Whether values can name something: strings, ints, longs. */
  static boolean isKey(Schema.Field field) {
    Schema schema = value(field);
    return KEYS.contains(schema.getType())
        && (schema.getLogicalType() == null || schema.getType() == Schema.Type.STRING);
  }

  /** Whether values say when something happened, in milliseconds or microseconds. */
  static boolean isTime(Schema.Field field) {
    Schema schema = value(field);
    return schema.getLogicalType() != null
        && Set.of("timestamp-millis", "timestamp-micros")
            .contains(schema.getLogicalType().getName());
  }

  static boolean isNullable(Schema.Field field) {
    return field.schema().isNullable();
  }

  /** The field's type in words: {@code a nullable long (timestamp-millis)}. */
  static String describe(Schema.Field field) {
    Schema schema = value(field);
    return "of type "
        + (isNullable(field) ? "nullable " : "")
        + schema.getType().getName()
        + (schema.getLogicalType() == null ? "" : " (" + schema.getLogicalType().getName() + ")");
  }

  /** The other branch of a nullable union of two; any other schema as it is. */
  static Schema value(Schema.Field field) {
    Schema schema = field.schema();
    if (schema.getType() != Schema.Type.UNION || !schema.isNullable()) {
      return schema;
    }
    List<Schema> others =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    return others.size() == 1 ? others.get(0) : schema;
  }
}
