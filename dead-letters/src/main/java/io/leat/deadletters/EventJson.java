package io.leat.deadletters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * An event as JSON for a person, as contracts of format JSON take it: times in ISO 8601, bytes in
 * base64, decimals as numbers.
 */
final class EventJson {
  private static final JsonNodeFactory NODES = new JsonNodeFactory(true);

  private EventJson() {}

  static ObjectNode of(GenericRecord record) {
    ObjectNode object = NODES.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      object.set(field.name(), value(record.get(field.pos()), field.schema()));
    }
    return object;
  }

  private static JsonNode value(@Nullable Object value, Schema schema) {
    if (value == null) {
      return NODES.nullNode();
    }
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      JsonNode converted = logical(value, logical);
      if (converted != null) {
        return converted;
      }
    }
    return switch (schema.getType()) {
      case UNION ->
          value(value, schema.getTypes().get(GenericData.get().resolveUnion(schema, value)));
      case RECORD -> of((GenericRecord) value);
      case ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        ((List<?>) value).forEach(item -> array.add(value(item, schema.getElementType())));
        yield array;
      }
      case MAP -> {
        ObjectNode object = NODES.objectNode();
        ((Map<?, ?>) value)
            .forEach((key, item) -> object.set(key.toString(), value(item, schema.getValueType())));
        yield object;
      }
      case STRING, ENUM -> NODES.textNode(value.toString());
      case INT, LONG -> NODES.numberNode(((Number) value).longValue());
      case FLOAT -> NODES.numberNode((Float) value);
      case DOUBLE -> NODES.numberNode((Double) value);
      case BOOLEAN -> NODES.booleanNode((Boolean) value);
      case BYTES, FIXED -> NODES.textNode(Base64.getEncoder().encodeToString(bytes(value)));
      case NULL -> NODES.nullNode();
    };
  }

  /** Null where the plain type decides. */
  private static @Nullable JsonNode logical(Object value, LogicalType logical) {
    if (logical instanceof LogicalTypes.Decimal decimal) {
      byte[] number = bytes(value);
      return number.length == 0 // no number, which may be why the event is shown
          ? null
          : NODES.numberNode(new BigDecimal(new BigInteger(number), decimal.getScale()));
    }
    if (!(value instanceof Number number)) {
      return null;
    }
    long units = number.longValue();
    return switch (logical.getName()) {
      case "timestamp-millis" -> NODES.textNode(Instant.ofEpochMilli(units).toString());
      case "timestamp-micros" ->
          NODES.textNode(Instant.EPOCH.plus(units, ChronoUnit.MICROS).toString());
      case "timestamp-nanos" ->
          NODES.textNode(Instant.EPOCH.plus(units, ChronoUnit.NANOS).toString());
      case "date" -> NODES.textNode(LocalDate.ofEpochDay(units).toString());
      default -> null;
    };
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
}
