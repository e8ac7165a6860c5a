package io.leat.features.offline;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of Avro values in a table: the column's type, and the value in Flink's internal
 * form.
 *
 * <p>Timestamps are {@code timestamptz}, local timestamps {@code timestamp}, dates {@code date},
 * decimals of up to 38 digits {@code decimal}; enums are strings; times of day stay the numbers
 * that they are. A union of several types, and a record that contains itself, have no column type:
 * they are strings of JSON.
 */
public final class AvroColumns {
  private static final int MOST_DIGITS = 38;

  private AvroColumns() {}

  /** A value in Flink's internal form. */
  @FunctionalInterface
  interface Conversion {
    @Nullable Object apply(Object value);
  }

  /** The columns of a record, in its order; all may be null. */
  static List<Types.NestedField> columns(Schema record, AtomicInteger ids) {
    return fields(record, ids, new ArrayDeque<>());
  }

  /** The other branch of a union with null; the schema itself otherwise. */
  public static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? branches.get(0) : schema;
  }

  private static List<Types.NestedField> fields(
      Schema record, AtomicInteger ids, Deque<String> within) {
    within.push(record.getFullName());
    List<Types.NestedField> columns = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      columns.add(
          Types.NestedField.optional(
              ids.incrementAndGet(), field.name(), type(field.schema(), ids, within), field.doc()));
    }
    within.pop();
    return columns;
  }

  private static Type type(Schema nullable, AtomicInteger ids, Deque<String> within) {
    Schema schema = withoutNull(nullable);
    return switch (schema.getType()) {
      case BOOLEAN -> Types.BooleanType.get();
      case INT ->
          schema.getLogicalType() instanceof LogicalTypes.Date
              ? Types.DateType.get()
              : Types.IntegerType.get();
      case LONG -> longType(schema.getLogicalType());
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      case BYTES, FIXED ->
          decimal(schema)
              .<Type>map(d -> Types.DecimalType.of(d.getPrecision(), d.getScale()))
              .orElse(Types.BinaryType.get());
      case ARRAY -> {
        int id = ids.incrementAndGet();
        yield Types.ListType.ofOptional(id, type(schema.getElementType(), ids, within));
      }
      case MAP -> {
        int key = ids.incrementAndGet();
        int value = ids.incrementAndGet();
        yield Types.MapType.ofOptional(
            key, value, Types.StringType.get(), type(schema.getValueType(), ids, within));
      }
      case RECORD ->
          within.contains(schema.getFullName()) || schema.getFields().isEmpty()
              ? Types.StringType.get()
              : Types.StructType.of(fields(schema, ids, within));
      case STRING, ENUM, UNION, NULL -> Types.StringType.get();
    };
  }

  private static Type longType(@Nullable LogicalType logical) {
    if (logical instanceof LogicalTypes.TimestampMillis
        || logical instanceof LogicalTypes.TimestampMicros) {
      return Types.TimestampType.withZone();
    }
    if (logical instanceof LogicalTypes.LocalTimestampMillis
        || logical instanceof LogicalTypes.LocalTimestampMicros) {
      return Types.TimestampType.withoutZone();
    }
    return Types.LongType.get();
  }

  private static Optional<LogicalTypes.Decimal> decimal(Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
            && decimal.getPrecision() <= MOST_DIGITS
        ? Optional.of(decimal)
        : Optional.empty();
  }

  /**
   * The way from values of a schema, with logical types raw, into a column whose type is the
   * schema's own or a wider one.
   */
  static Conversion conversion(Schema nullable, Type column) {
    Schema schema = withoutNull(nullable);
    return switch (column.typeId()) {
      case BOOLEAN, INTEGER, DATE, FLOAT -> value -> value;
      case LONG -> value -> ((Number) value).longValue();
      case DOUBLE -> value -> ((Number) value).doubleValue();
      case TIMESTAMP ->
          schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                  || schema.getLogicalType() instanceof LogicalTypes.LocalTimestampMillis
              ? value -> TimestampData.fromEpochMillis((Long) value)
              : value -> ofMicros((Long) value);
      case DECIMAL -> decimalConversion(schema, (Types.DecimalType) column);
      case BINARY -> AvroColumns::bytes;
      case LIST -> {
        Conversion element = conversion(schema.getElementType(), column.asListType().elementType());
        yield value ->
            new GenericArrayData(
                ((List<?>) value).stream().map(item -> orNull(item, element)).toArray());
      }
      case MAP -> {
        Conversion mapped = conversion(schema.getValueType(), column.asMapType().valueType());
        yield value -> {
          Map<Object, @Nullable Object> map = new HashMap<>();
          ((Map<?, ?>) value)
              .forEach(
                  (key, item) ->
                      map.put(StringData.fromString(key.toString()), orNull(item, mapped)));
          return new GenericMapData(map);
        };
      }
      case STRUCT -> struct(schema, column.asStructType());
      case STRING ->
          switch (schema.getType()) {
            case STRING, ENUM -> value -> StringData.fromString(value.toString());
            default -> value -> StringData.fromString(GenericData.get().toString(value));
          };
      default -> throw new IllegalArgumentException("no Avro value belongs into a " + column);
    };
  }

  private static Conversion struct(Schema record, Types.StructType struct) {
    int width = struct.fields().size();
    int[] positions = new int[width];
    Conversion[] conversions = new Conversion[width];
    for (int i = 0; i < width; i++) {
      Types.NestedField column = struct.fields().get(i);
      Schema.Field field = record.getField(column.name());
      positions[i] = field == null ? -1 : field.pos();
      conversions[i] = field == null ? value -> value : conversion(field.schema(), column.type());
    }
    return value -> {
      GenericRowData row = new GenericRowData(width);
      for (int i = 0; i < width; i++) {
        if (positions[i] >= 0) {
          row.setField(i, orNull(((IndexedRecord) value).get(positions[i]), conversions[i]));
        }
      }
      return row;
    };
  }

  private static @Nullable Object orNull(@Nullable Object value, Conversion conversion) {
    return value == null ? null : conversion.apply(value);
  }

  private static Conversion decimalConversion(Schema schema, Types.DecimalType column) {
    int scale = decimal(schema).orElseThrow().getScale();
    return value ->
        Objects.requireNonNull(
            DecimalData.fromBigDecimal(
                new BigDecimal(new BigInteger(bytes(value)), scale),
                column.precision(),
                column.scale()),
            "a decimal of more digits than its column");
  }

  private static byte[] bytes(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static TimestampData ofMicros(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
  }
}
