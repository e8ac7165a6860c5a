package io.leat.ingestion.decoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.schemas.Decimals;
import io.leat.schemas.TypeNames;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the values of Kafka Connect's JSON and Avro are, by the schema that stands beside them: its
 * logical types ({@code org.apache.kafka.connect.data}) and Debezium's ({@code io.debezium.data},
 * {@code io.debezium.time}). A text of digits may be base64 of a decimal, and a whole number a time
 * in any unit: only the schema says.
 */
final class ConnectTypes {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Base64 of more bytes than the longest number has. */
  private static final int MOST_BYTES = Decimals.MOST_DIGITS;

  private static final String ISO_DATE = "io.debezium.time.IsoDate";
  private static final String ISO_TIME = "io.debezium.time.IsoTime";
  private static final String ISO_TIMESTAMP = "io.debezium.time.IsoTimestamp";
  private static final String DECIMAL = "org.apache.kafka.connect.data.Decimal";
  private static final String VARIABLE_SCALE = "io.debezium.data.VariableScaleDecimal";

  /** Kafka Connect's property of a type in Avro that says what it means. */
  static final String CONNECT_NAME = "connect.name";

  /** Names of types that Avro's logical types have no like of. */
  private static final Set<String> WITHOUT_LOGICAL_TYPE =
      Set.of(
          ISO_DATE,
          ISO_TIME,
          ISO_TIMESTAMP,
          "io.debezium.time.ZonedTimestamp",
          "io.debezium.time.NanoTime",
          DECIMAL,
          VARIABLE_SCALE);

  /** Avro's logical types by Debezium's names of the same. */
  private static final Map<String, String> MOMENTS =
      Map.of(
          "date", "io.debezium.time.Date",
          "time-millis", "io.debezium.time.Time",
          "time-micros", "io.debezium.time.MicroTime",
          "timestamp-millis", "io.debezium.time.Timestamp",
          "timestamp-micros", "io.debezium.time.MicroTimestamp",
          "timestamp-nanos", "io.debezium.time.NanoTimestamp");

  private ConnectTypes() {}

  /**
   * A value whose type is known.
   *
   * @param raw as it stands in the JSON
   * @param value a BigDecimal, Instant, LocalDate, LocalTime, String, or byte[]; null where the raw
   *     value is none of its type
   * @param type the schema's name for it
   */
  record Typed(JsonNode raw, @Nullable Object value, String type) {
    /** Whether it is a text, and none that stands for bytes or a number. */
    boolean isText() {
      return raw.isTextual()
          && value != null
          && !(value instanceof byte[])
          && !(value instanceof BigDecimal);
    }
  }

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
    if (name.equals(VARIABLE_SCALE) && value.isObject()) {
      return known(value, variable(value), name);
    }
    return switch (type) {
      case "struct" -> value instanceof ObjectNode object ? struct(object, schema) : value;
      case "array" -> value instanceof ArrayNode array ? array(array, schema) : value;
      case "map" -> value instanceof ObjectNode object ? map(object, schema) : value;
      case "bytes" -> bytes(value, schema, name);
      case "string" -> value.isTextual() ? text(value, name) : value;
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

  /** Whether an Avro type says by Kafka Connect's name what no logical type says. */
  static boolean isKnownByName(Schema schema) {
    String name = schema.getProp(CONNECT_NAME);
    return name != null && WITHOUT_LOGICAL_TYPE.contains(name);
  }

  /**
   * An Avro value with what its schema says of it.
   *
   * @param schema its own; may be a union
   */
  static JsonNode ofAvro(@Nullable Object value, Schema schema) {
    if (value == null) {
      return NODES.nullNode();
    }
    if (schema.isUnion()) {
      Schema branch = schema.getTypes().get(GenericData.get().resolveUnion(schema, value));
      return ofAvro(value, branch);
    }
    LogicalType logical = schema.getLogicalType();
    String name = Objects.requireNonNullElse(schema.getProp(CONNECT_NAME), "");
    return switch (schema.getType()) {
      case STRING -> text(NODES.textNode(value.toString()), name);
      case ENUM -> NODES.textNode(value.toString());
      case BOOLEAN -> NODES.booleanNode((Boolean) value);
      case FLOAT, DOUBLE -> NODES.numberNode(((Number) value).doubleValue());
      case INT, LONG -> {
        JsonNode number = NODES.numberNode(((Number) value).longValue());
        String moment = logical == null ? name : MOMENTS.get(logical.getName());
        yield moment == null ? known(number, null, logical.getName()) : time(number, moment);
      }
      case BYTES, FIXED -> ofBytes(bytes(value), schema, name);
      case RECORD ->
          name.equals(VARIABLE_SCALE) && value instanceof GenericRecord record
              ? known(
                  NODES.objectNode(),
                  unscaled(
                      bytes(Objects.requireNonNull(record.get("value"))),
                      String.valueOf(record.get("scale"))),
                  name)
              : known(NODES.objectNode(), null, TypeNames.of(schema));
      case ARRAY -> known(NODES.arrayNode(), null, TypeNames.of(schema));
      case MAP, NULL, UNION -> known(NODES.objectNode(), null, TypeNames.of(schema));
    };
  }

  private static JsonNode ofBytes(byte[] bytes, Schema schema, String name) {
    JsonNode raw = NODES.binaryNode(bytes);
    JsonNode text = NODES.textNode(raw.asText());
    if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
      return known(text, unscaled(bytes, Integer.toString(decimal.getScale())), "decimal");
    }
    return name.equals(DECIMAL)
        ? known(
            text,
            schema.getObjectProp("connect.parameters") instanceof Map<?, ?> parameters
                    && isScale(String.valueOf(parameters.get("scale")))
                ? unscaled(bytes, String.valueOf(parameters.get("scale")))
                : null,
            name)
        : known(text, bytes, TypeNames.of(schema));
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
    boolean decimal = name.equals(DECIMAL);
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

  /** A text, or what it says where its schema's name is that of a time that Debezium writes so. */
  private static JsonNode text(JsonNode value, String name) {
    String text = value.textValue();
    // Of columns without a zone; Debezium appends the Z.
    String local = text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
    Object read = text;
    try {
      read =
          switch (name) {
            case ISO_DATE -> LocalDate.parse(local);
            case ISO_TIME -> LocalTime.parse(local);
            case ISO_TIMESTAMP -> LocalDateTime.parse(local).toInstant(ZoneOffset.UTC);
            default -> text;
          };
    } catch (DateTimeException e) {
      read = text; // as which it is validated
    }
    return known(value, read, name.isEmpty() ? "string" : name);
  }

  private static JsonNode time(JsonNode value, String name) {
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      return value;
    }
    long units = value.longValue();
    return switch (name) {
      case "org.apache.kafka.connect.data.Date", "io.debezium.time.Date" ->
          known(value, units == (int) units ? LocalDate.ofEpochDay(units) : null, name);
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
