package io.leat.features.server;

import io.leat.features.engine.Micros;
import io.leat.features.server.RequestException.Kind;
import io.leat.schemas.Decimals;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/** Fields of an event that a request gives, one value a row. Stateless. */
final class RequestFields {
  private RequestFields() {}

  /** The types that a value of this schema can have, null apart. */
  static List<Schema> branches(Schema schema) {
    return schema.isUnion()
        ? schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList()
        : List.of(schema);
  }

  /** Whether a request can give the field: a number, a boolean, a text, a time. */
  static boolean canBeGiven(Schema.Field field) {
    List<Schema> branches = branches(field.schema());
    return branches.size() == 1
        && switch (branches.get(0).getType()) {
          case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, ENUM -> true;
          case NULL, BYTES, FIXED, RECORD, ARRAY, MAP, UNION -> false;
        };
  }

  /**
   * A value as Avro's generic records hold it, logical types raw.
   *
   * @param field one that {@link #canBeGiven}
   * @param given String, Long, BigInteger, Double, Boolean or null; a time is a text after RFC 3339
   *     or a number in the field's unit
   * @throws RequestException if the field cannot hold it
   */
  static @Nullable Object value(Schema.Field field, @Nullable Object given)
      throws RequestException {
    if (given == null) {
      return null;
    }
    Schema schema = branches(field.schema()).get(0);
    Object value =
        switch (schema.getType()) {
          case INT ->
              given instanceof Long number && number.intValue() == number
                  ? (Object) number.intValue()
                  : null;
          case LONG ->
              given instanceof String text && isTime(schema)
                  ? units(schema, OnlineRequest.exactTime(text))
                  : given instanceof Long ? given : null;
          case FLOAT, DOUBLE -> given instanceof Number number ? binary(schema, number) : null;
          case BOOLEAN -> given instanceof Boolean ? given : null;
          case STRING -> given instanceof String ? given : null;
          case ENUM ->
              given instanceof String symbol && schema.hasEnumSymbol(symbol)
                  ? new GenericData.EnumSymbol(schema, symbol)
                  : null;
          case NULL, BYTES, FIXED, RECORD, ARRAY, MAP, UNION -> null;
        };
    if (value == null) {
      throw new RequestException(
          Kind.MALFORMED,
          "entities.%s holds %s; the event's field is %s.",
          field.name(),
          given instanceof String ? "'" + given + "'" : given,
          schema.getType() == Schema.Type.ENUM
              ? "one of " + String.join(", ", schema.getEnumSymbols())
              : schema.getType().getName());
    }
    return value;
  }

  /** The float or double that is the number; null where none is. */
  private static @Nullable Object binary(Schema schema, Number number) {
    boolean single = schema.getType() == Schema.Type.FLOAT;
    double real = number.doubleValue();
    if (number instanceof Double && (!single || !Double.isFinite(real))) {
      return single ? (Object) (float) real : number;
    }
    try {
      BigDecimal decimal = new BigDecimal(number.toString());
      return single ? (Object) Decimals.toFloat(decimal) : (Object) Decimals.toDouble(decimal);
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  /** A time in the field's unit; null where it is finer. */
  private static @Nullable Object units(Schema schema, Instant time) {
    ChronoUnit unit = isMicros(schema) ? ChronoUnit.MICROS : ChronoUnit.MILLIS;
    return time.equals(time.truncatedTo(unit)) ? unit.between(Instant.EPOCH, time) : null;
  }

  /** A key of the row as the event's field holds it. */
  static @Nullable Object key(Schema.Field field, @Nullable Object key) throws RequestException {
    boolean text = branches(field.schema()).get(0).getType() == Schema.Type.STRING;
    return value(field, key != null && text ? key.toString() : key);
  }

  /** A time as the field holds it. */
  static long time(Schema.Field field, Instant time) {
    return time(branches(field.schema()).get(0), time);
  }

  private static long time(Schema schema, Instant time) {
    return isMicros(schema) ? Micros.of(time) : time.toEpochMilli();
  }

  private static boolean isTime(Schema schema) {
    LogicalType type = schema.getLogicalType();
    return isMicros(schema) || (type != null && type.getName().equals("timestamp-millis"));
  }

  private static boolean isMicros(Schema schema) {
    LogicalType type = schema.getLogicalType();
    return type != null && type.getName().equals("timestamp-micros");
  }
}
