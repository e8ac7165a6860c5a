package io.leat.features.offline.replay;

import io.leat.features.offline.AvroColumns;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The way back from a table's columns to Avro values, as the stream's consumers decode them: with
 * logical types raw. Undoes what the offline job did when it wrote the row.
 */
final class AvroValues {
  private AvroValues() {}

  /** Makes an Avro value of one in Flink's internal form. */
  @FunctionalInterface
  interface Conversion {
    Object apply(Object internal);
  }

  /**
   * The way from a column to values of a schema; empty where the column does not hold enough to go
   * back: a union of several types and a record within itself are kept as text for people.
   *
   * @throws IllegalArgumentException if the column is of a type that the schema never had
   */
  static Optional<Conversion> conversion(Schema nullable, Type column) {
    Schema schema = AvroColumns.withoutNull(nullable);
    return switch (schema.getType()) {
      case BOOLEAN -> Optional.of(value -> value);
      case INT -> Optional.of(value -> Math.toIntExact(((Number) value).longValue()));
      case LONG -> Optional.of(ofLong(schema));
      case FLOAT -> Optional.of(value -> exactFloat(((Number) value).doubleValue()));
      case DOUBLE -> Optional.of(value -> ((Number) value).doubleValue());
      case STRING -> Optional.of(Object::toString);
      case ENUM -> Optional.of(value -> new GenericData.EnumSymbol(schema, value.toString()));
      case BYTES -> Optional.of(value -> ByteBuffer.wrap(bytes(value)));
      case FIXED -> Optional.of(value -> fixed(schema, value));
      case ARRAY -> array(schema, expect(schema, column, Type.TypeID.LIST).asListType());
      case MAP -> map(schema, expect(schema, column, Type.TypeID.MAP).asMapType());
      case RECORD ->
          column.typeId() == Type.TypeID.STRING
              ? Optional.empty()
              : record(schema, expect(schema, column, Type.TypeID.STRUCT).asStructType())
                  .map(read -> value -> read.apply((RowData) value));
      case UNION, NULL -> Optional.empty();
    };
  }

  /**
   * The float that a double is; a column is wider than its field where a later contract widened it.
   *
   * @throws ArithmeticException if no float is this number
   */
  private static float exactFloat(double value) {
    float narrow = (float) value;
    if (Double.compare(narrow, value) != 0) {
      throw new ArithmeticException("no float is this number");
    }
    return narrow;
  }

  /** Reads the fields of a record that a struct has columns of; leaves the others null. */
  interface RecordConversion {
    GenericRecord apply(RowData row);
  }

  private static Optional<RecordConversion> record(Schema schema, Types.StructType struct) {
    List<FieldConversion> fields = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      Types.NestedField column = struct.field(field.name());
      if (column == null) {
        continue;
      }
      Optional<FieldConversion> conversion =
          FieldConversion.of(field, column, struct.fields().indexOf(column));
      if (conversion.isEmpty()) {
        return Optional.empty();
      }
      fields.add(conversion.get());
    }
    return Optional.of(
        row -> {
          GenericRecord record = new GenericData.Record(schema);
          fields.forEach(field -> field.read(row, record));
          return record;
        });
  }

  /** The way of one column into one field. */
  record FieldConversion(Schema.Field field, RowData.FieldGetter getter, Conversion conversion) {
    /**
     * @param place of the column in its row
     * @return empty where the column does not hold enough
     */
    static Optional<FieldConversion> of(Schema.Field field, Types.NestedField column, int place) {
      return AvroValues.conversion(field.schema(), column.type())
          .map(
              conversion ->
                  new FieldConversion(
                      field,
                      RowData.createFieldGetter(FlinkSchemaUtil.convert(column.type()), place),
                      conversion));
    }

    void read(RowData row, GenericRecord record) {
      Object value = getter.getFieldOrNull(row);
      if (value != null) {
        record.put(field.pos(), convert(value));
      }
    }

    private Object convert(Object value) {
      try {
        return conversion.apply(value);
      } catch (ArithmeticException e) {
        throw new BeyondTypeException(field, value, e);
      }
    }
  }

  /** A value that the table holds and a field of the contract cannot. */
  static final class BeyondTypeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BeyondTypeException(Schema.Field field, Object value, ArithmeticException cause) {
      super(
          "%s holds %s, which %s cannot hold"
              .formatted(
                  field.name(), value, AvroColumns.withoutNull(field.schema()).getType().getName()),
          cause);
    }
  }

  private static Type expect(Schema schema, Type column, Type.TypeID expected) {
    if (column.typeId() != expected) {
      throw new IllegalArgumentException(
          "a column of type %s holds no %s".formatted(column, schema.getType().getName()));
    }
    return column;
  }

  private static Conversion ofLong(Schema schema) {
    boolean millis =
        schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
            || schema.getLogicalType() instanceof LogicalTypes.LocalTimestampMillis;
    return value -> {
      if (value instanceof TimestampData time) {
        return millis
            ? time.getMillisecond()
            : time.getMillisecond() * 1_000 + time.getNanoOfMillisecond() / 1_000;
      }
      return ((Number) value).longValue();
    };
  }

  private static Optional<Conversion> array(Schema schema, Types.ListType column) {
    ArrayData.ElementGetter getter =
        ArrayData.createElementGetter(FlinkSchemaUtil.convert(column.elementType()));
    return conversion(schema.getElementType(), column.elementType())
        .map(conversion -> value -> list((ArrayData) value, getter, conversion));
  }

  private static Optional<Conversion> map(Schema schema, Types.MapType column) {
    ArrayData.ElementGetter keys =
        ArrayData.createElementGetter(FlinkSchemaUtil.convert(column.keyType()));
    ArrayData.ElementGetter values =
        ArrayData.createElementGetter(FlinkSchemaUtil.convert(column.valueType()));
    return conversion(schema.getValueType(), column.valueType())
        .map(
            conversion ->
                value -> {
                  MapData map = (MapData) value;
                  List<@Nullable Object> names = list(map.keyArray(), keys, Object::toString);
                  List<@Nullable Object> items = list(map.valueArray(), values, conversion);
                  Map<Object, @Nullable Object> result = new HashMap<>();
                  for (int i = 0; i < names.size(); i++) {
                    result.put(names.get(i), items.get(i));
                  }
                  return result;
                });
  }

  private static List<@Nullable Object> list(
      ArrayData array, ArrayData.ElementGetter getter, Conversion conversion) {
    List<@Nullable Object> list = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      Object element = getter.getElementOrNull(array, i);
      list.add(element == null ? null : conversion.apply(element));
    }
    return list;
  }

  private static byte[] bytes(Object value) {
    return value instanceof DecimalData decimal ? decimal.toUnscaledBytes() : (byte[]) value;
  }

  /** Of a decimal, the number in as many bytes as the type has. */
  private static GenericData.Fixed fixed(Schema schema, Object value) {
    byte[] bytes = bytes(value);
    byte[] wide = new byte[schema.getFixedSize()];
    if (value instanceof DecimalData) {
      Arrays.fill(wide, (byte) (new BigInteger(bytes).signum() < 0 ? -1 : 0));
    }
    System.arraycopy(bytes, 0, wide, wide.length - bytes.length, bytes.length);
    return new GenericData.Fixed(schema, wide);
  }
}
