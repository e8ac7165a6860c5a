package io.leat.ingestion.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.schemas.Decimals;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the values of Kafka Connect's JSON are, by the schema that stands beside them: its logical
 * types ({@code org.apache.kafka.connect.data}) and Debezium's ({@code io.debezium.data}, {@code
 * io.debezium.time}). A text of digits may be base64 of a decimal, and a whole number a time in any
 * unit: only the schema says.
 */
final class ConnectTypes {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Base64 of more bytes than the longest number has. */
  private static final int MOST_BYTES = Decimals.MOST_DIGITS;

  private ConnectTypes() {}

  /**
   * A value whose type is known.
   *
   * @param raw as it stands in the JSON
   * @param value a BigDecimal, Instant, LocalDate, LocalTime, String, or byte[]; null where the raw
   *     value is none of its type
   * @param type the schema's name for it
   */
  record Typed(JsonNode raw, @Nullable Object value, String type) {}

  /** The schema of a struct's field; null where it has none. */
  static @Nullable JsonNode field(@Nullable JsonNode struct, String name) {
    if (struct != null) {
      for (JsonNode field : struct.path("fields")) {
        if (field.path("field").asText().equals(name)) {
          return field;
        }
      }
    }
    return null;
  }

  /**
   * The value with what its schema says of it.
   *
   * @param schema null where there is none: the value stays as it is
   */
  static JsonNode typed(JsonNode value, @Nullable JsonNode schema) {
    if (schema == null || value.isNull()) {
      return value;
    }
    String name = schema.path("name").asText("");
    String type = schema.path("type").asText("");
    if (name.equals("io.debezium.data.VariableScaleDecimal") && value.isObject()) {
      return known(value, variable(value), name);
    }
    return switch (type) {
      case "struct" -> value instanceof ObjectNode object ? struct(object, schema) : value;
      case "array" -> value instanceof ArrayNode array ? array(array, schema) : value;
      case "map" -> value instanceof ObjectNode object ? map(object, schema) : value;
      case "bytes" -> bytes(value, schema, name);
      case "string" -> value.isTextual() ? known(value, value.textValue(), "string") : value;
      default -> time(value, name);
    };
  }

  /**
   * A part of a change: its moments count what their names say, whatever unit the field counts in
   * that takes them.
   *
   * @param path its names from the envelope on, {@code source.ts_ms}
   */
  static JsonNode moment(JsonNode value, String path) {
    return switch (path.substring(path.lastIndexOf('.') + 1)) {
      case "ts_ms" -> time(value, "io.debezium.time.Timestamp");
      case "ts_us" -> time(value, "io.debezium.time.MicroTimestamp");
      case "ts_ns" -> time(value, "io.debezium.time.NanoTimestamp");
      default -> value;
    };
  }

  private static JsonNode known(JsonNode raw, @Nullable Object value, String type) {
    return NODES.pojoNode(new Typed(raw, value, type));
  }

  private static ObjectNode struct(ObjectNode object, JsonNode schema) {
    Map<String, JsonNode> schemas = new HashMap<>();
    schema.path("fields").forEach(field -> schemas.put(field.path("field").asText(), field));
    ObjectNode fields = NODES.objectNode();
    object
        .properties()
        .forEach(
            field ->
                fields.set(field.getKey(), typed(field.getValue(), schemas.get(field.getKey()))));
    return fields;
  }

  private static ArrayNode array(ArrayNode array, JsonNode schema) {
    ArrayNode items = NODES.arrayNode();
    array.forEach(item -> items.add(typed(item, schema.get("items"))));
    return items;
  }

  private static ObjectNode map(ObjectNode object, JsonNode schema) {
    ObjectNode entries = NODES.objectNode();
    object
        .properties()
        .forEach(
            entry -> entries.set(entry.getKey(), typed(entry.getValue(), schema.get("values"))));
    return entries;
  }

  private static JsonNode bytes(JsonNode value, JsonNode schema, String name) {
    boolean decimal = name.equals("org.apache.kafka.connect.data.Decimal");
    if (value.isNumber() && decimal) { // the converter's decimal.format is NUMERIC
      return value;
    }
    byte[] bytes = decoded(value);
    if (!decimal) {
      return known(value, bytes, name.isEmpty() ? "bytes" : name);
    }
    String scale = schema.path("parameters").path("scale").asText();
    return known(value, bytes == null || !isScale(scale) ? null : unscaled(bytes, scale), name);
  }

  private static @Nullable BigDecimal variable(JsonNode value) {
    byte[] bytes = decoded(value.path("value"));
    String scale = value.path("scale").asText();
    return bytes == null || !isScale(scale) ? null : unscaled(bytes, scale);
  }

  private static boolean isScale(String text) {
    return text.matches("-?[0-9]{1,4}");
  }

  private static @Nullable BigDecimal unscaled(byte[] bytes, String scale) {
    return bytes.length == 0 || bytes.length > MOST_BYTES
        ? null
        : new BigDecimal(new BigInteger(bytes), Integer.parseInt(scale));
  }

  private static byte @Nullable [] decoded(JsonNode value) {
    try {
      return value.isTextual() ? value.binaryValue() : null;
    } catch (IOException e) {
      return null; // no base64, and so no bytes
    }
  }

  private static JsonNode time(JsonNode value, String name) {
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      return value;
    }
    long units = value.longValue();
    return switch (name) {
      case "org.apache.kafka.connect.data.Date", "io.debezium.time.Date" ->
          known(value, LocalDate.ofEpochDay(value.intValue()), name);
      case "org.apache.kafka.connect.data.Time", "io.debezium.time.Time" ->
          known(value, timeOfDay(units, 1_000), name);
      case "io.debezium.time.MicroTime" -> known(value, timeOfDay(units, 1_000_000), name);
      case "io.debezium.time.NanoTime" -> known(value, timeOfDay(units, 1_000_000_000), name);
      case "org.apache.kafka.connect.data.Timestamp", "io.debezium.time.Timestamp" ->
          known(value, instant(units, 1_000), name);
      case "io.debezium.time.MicroTimestamp" -> known(value, instant(units, 1_000_000), name);
      case "io.debezium.time.NanoTimestamp" -> known(value, instant(units, 1_000_000_000), name);
      default -> value;
    };
  }

  private static Instant instant(long units, long perSecond) {
    return Instant.ofEpochSecond(
        Math.floorDiv(units, perSecond),
        Math.floorMod(units, perSecond) * (1_000_000_000 / perSecond));
  }

  private static @Nullable LocalTime timeOfDay(long units, long perSecond) {
    return units < 0 || units >= 86_400 * perSecond
        ? null
        : LocalTime.ofNanoOfDay(units * (1_000_000_000 / perSecond));
  }
}
