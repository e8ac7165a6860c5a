package io.leat.pipeline.expression;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an Avro record as variables. Records within records become names with dots. A
 * nullable field has the type of its other branch.
 */
final class AvroVariables {
  /** A type of CEL and the way from the value that Avro's generic reader makes of it. */
  private record Mapping(CelType type, Function<Object, Object> convert) {}

  private static final String UNREADABLE =
      ", which expressions cannot read; expected a number, a text, a bool or a timestamp, or a list or map of these";

  private final List<Variable> variables = new ArrayList<>();
  private final Map<String, String> unreadable = new LinkedHashMap<>();

  private final boolean nullIsValue;

  /** Where null is the unknown; a prefix, {@code "event."} or nothing, stands before each name. */
  static AvroVariables of(Schema record, String prefix) {
    return new AvroVariables(record, prefix, false);
  }

  /** Where null is CEL's null, and what may be null is of any type. */
  static AvroVariables withNulls(Schema record, String prefix) {
    return new AvroVariables(record, prefix, true);
  }

  private AvroVariables(Schema record, String prefix, boolean nullIsValue) {
    this.nullIsValue = nullIsValue;
    if (record.getType() != Schema.Type.RECORD) {
      throw new IllegalArgumentException(
          "An event's schema is a record; found " + record.getType().getName());
    }
    add(record, prefix, new int[0], false, 0);
  }

  /**
   * A value as CEL has it.
   *
   * @throws IllegalArgumentException if its type is none of CEL's
   */
  static Object toCel(Schema schema, Object value) {
    Mapping mapping = mapping(schema);
    if (mapping == null) {
      throw new IllegalArgumentException("expressions cannot read " + describe(schema));
    }
    return mapping.convert().apply(value);
  }

  List<Variable> variables() {
    return variables;
  }

  /**
   * Fields that expressions cannot read, each with what completes the sentence {@code it is ...}.
   */
  Map<String, String> unreadable() {
    return unreadable;
  }

  private void add(Schema record, String prefix, int[] path, boolean below, int depth) {
    for (Schema.Field field : record.getFields()) {
      String name = prefix + field.name();
      int[] fieldPath = append(path, field.pos());
      Schema schema = withoutNull(field.schema());
      boolean nullable = below || field.schema().isNullable();
      if (schema.getType() == Schema.Type.RECORD && depth < 8) {
        if (nullIsValue && nullable) { // so that it can be compared with null
          Variable.Reader reader = reader(fieldPath, found -> Map.of());
          variables.add(new Variable(name, SimpleType.DYN, input -> orNull(reader.read(input))));
        }
        add(schema, name + ".", fieldPath, nullable, depth + 1);
        continue;
      }
      Mapping mapping = mapping(schema);
      if (mapping == null) {
        unreadable.put(name, describe(schema) + UNREADABLE);
      } else {
        Variable.Reader reader = reader(fieldPath, mapping.convert());
        variables.add(
            nullIsValue && nullable
                ? new Variable(name, SimpleType.DYN, input -> orNull(reader.read(input)))
                : new Variable(name, mapping.type(), reader));
      }
    }
  }

  private static Object orNull(@Nullable Object value) {
    return value == null ? NullValue.NULL_VALUE : value;
  }

  private static Variable.Reader reader(int[] path, Function<Object, Object> convert) {
    return input -> {
      Object value = input.event();
      for (int position : path) {
        if (value == null) {
          return null;
        }
        value = ((GenericRecord) value).get(position);
      }
      return value == null ? null : convert.apply(value);
    };
  }

  private static @Nullable Mapping mapping(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      switch (logical.getName()) {
        case "timestamp-millis":
          return timestamp(1_000);
        case "timestamp-micros":
          return timestamp(1_000_000);
        case "timestamp-nanos":
          return timestamp(1_000_000_000);
        case "date":
          return new Mapping(SimpleType.TIMESTAMP, AvroVariables::midnight);
        case "uuid":
          return text();
        default:
          return null;
      }
    }
    return switch (schema.getType()) {
      case INT, LONG ->
          new Mapping(
              SimpleType.INT,
              value -> value instanceof Long ? value : ((Number) value).longValue());
      case FLOAT, DOUBLE ->
          new Mapping(
              SimpleType.DOUBLE,
              value -> value instanceof Double ? value : ((Number) value).doubleValue());
      case BOOLEAN -> new Mapping(SimpleType.BOOL, value -> value);
      case STRING, ENUM -> text();
      case BYTES -> new Mapping(SimpleType.BYTES, value -> bytes((ByteBuffer) value));
      case FIXED ->
          new Mapping(SimpleType.BYTES, value -> CelByteString.of(((GenericFixed) value).bytes()));
      case ARRAY -> list(mapping(schema.getElementType()));
      case MAP -> map(mapping(schema.getValueType()));
      case RECORD, UNION, NULL -> null;
    };
  }

  private static Mapping text() {
    return new Mapping(SimpleType.STRING, Object::toString);
  }

  private static @Nullable Mapping list(@Nullable Mapping element) {
    return element == null
        ? null
        : new Mapping(
            ListType.create(element.type()),
            value -> ((Collection<?>) value).stream().map(element.convert()).toList());
  }

  private static @Nullable Mapping map(@Nullable Mapping element) {
    return element == null
        ? null
        : new Mapping(
            MapType.create(SimpleType.STRING, element.type()),
            value -> {
              Map<String, Object> converted = new HashMap<>();
              ((Map<?, ?>) value)
                  .forEach(
                      (key, item) -> converted.put(key.toString(), element.convert().apply(item)));
              return converted;
            });
  }

  private static Mapping timestamp(long perSecond) {
    return new Mapping(
        SimpleType.TIMESTAMP,
        value -> {
          if (value instanceof Instant instant) {
            return instant;
          }
          long units = ((Number) value).longValue();
          return Instant.ofEpochSecond(
              Math.floorDiv(units, perSecond),
              Math.floorMod(units, perSecond) * (1_000_000_000 / perSecond));
        });
  }

  private static Instant midnight(Object value) {
    LocalDate date =
        value instanceof LocalDate local
            ? local
            : LocalDate.ofEpochDay(((Number) value).longValue());
    return date.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static CelByteString bytes(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return CelByteString.of(copy);
  }

  /** The other branch of a nullable union of two; any other schema as it is. */
  private static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION || !schema.isNullable()) {
      return schema;
    }
    List<Schema> others =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    return others.size() == 1 ? others.get(0) : schema;
  }

  private static String describe(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    return logical != null
        ? "a " + logical.getName()
        : switch (schema.getType()) {
          case UNION -> "a union of several types";
          case ARRAY -> "an array of records, unions or nullable values";
          case MAP -> "a map to records, unions or nullable values";
          case RECORD -> "a record nested too deep";
          case NULL -> "always null";
          default -> throw new AssertionError(schema);
        };
  }

  private static int[] append(int[] path, int position) {
    int[] longer = Arrays.copyOf(path, path.length + 1);
    longer[path.length] = position;
    return longer;
  }
}
