package io.leat.ingestion.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes Avro's generic values of JSON, and says of every place that does not fit what was found and
 * what was expected.
 *
 * <p>Numbers fit where nothing of them is lost; times are ISO 8601 texts or whole numbers in the
 * field's own unit; bytes and fixed are base64, a decimal is a number or a text. A field that is
 * absent takes its default, or null where it may be null. Of a union the first branch that fits is
 * taken.
 */
final class JsonToAvro {
  private static final int LONGEST_QUOTE = 60;

  private final List<String> problems;
  private final Predicate<String> quotable;

  JsonToAvro(List<String> problems, Predicate<String> quotable) {
    this.problems = problems;
    this.quotable = quotable;
  }

  GenericRecord record(ObjectNode object, Schema schema) {
    return record(object, schema, "");
  }

  private GenericRecord record(JsonNode object, Schema schema, String path) {
    GenericRecord record = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      String fieldPath = path.isEmpty() ? field.name() : path + "." + field.name();
      JsonNode value = object.get(field.name());
      if (value == null) {
        record.put(field.pos(), absent(field, fieldPath));
      } else {
        record.put(field.pos(), value(value, field.schema(), fieldPath));
      }
    }
    return record;
  }

  private @Nullable Object absent(Schema.Field field, String path) {
    if (field.hasDefaultValue()) {
      return GenericData.get().getDefaultValue(field);
    }
    if (!field.schema().isNullable()) {
      problems.add("%s is absent; expected %s".formatted(path, describe(field.schema())));
    }
    return null;
  }

  /**
   * The value as a schema has it; null, and a problem, where it does not fit.
   *
   * @param path where it stands, for messages
   */
  @Nullable Object value(JsonNode value, Schema schema, String path) {
    if (schema.getType() == Schema.Type.UNION) {
      return union(value, schema, path);
    }
    Object converted = null;
    try {
      converted = convert(value, schema, path);
    } catch (ArithmeticException | DateTimeException | IllegalArgumentException | IOException e) {
      // told below: the value does not fit
    }
    if (converted == null && schema.getType() != Schema.Type.NULL && !isContainer(value, schema)) {
      problems.add("%s is %s; expected %s".formatted(path, found(value, path), describe(schema)));
    }
    return converted;
  }

  private static boolean isContainer(JsonNode value, Schema schema) {
    return switch (schema.getType()) {
      case RECORD, MAP -> value.isObject();
      case ARRAY -> value.isArray();
      default -> false;
    };
  }

  private @Nullable Object union(JsonNode value, Schema union, String path) {
    if (value.isNull() && union.isNullable()) {
      return null;
    }
    List<Schema> branches =
        union.getTypes().stream().filter(type -> type.getType() != Schema.Type.NULL).toList();
    if (branches.size() == 1) {
      return value(value, branches.get(0), path);
    }
    for (Schema branch : branches) {
      List<String> misfits = new ArrayList<>(0);
      Object converted = new JsonToAvro(misfits, quotable).value(value, branch, path);
      if (misfits.isEmpty()) {
        return converted;
      }
    }
    problems.add("%s is %s; expected %s".formatted(path, found(value, path), describe(union)));
    return null;
  }

  /** Null, or an exception, where the value does not fit. */
  private @Nullable Object convert(JsonNode value, Schema schema, String path) throws IOException {
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      Object converted = logical(value, schema, logical);
      if (converted != null) {
        return converted;
      }
    }
    return switch (schema.getType()) {
      case STRING -> value.isTextual() && isWhole(value.textValue()) ? value.textValue() : null;
      case BOOLEAN -> value.isBoolean() ? value.booleanValue() : null;
      case INT -> value.isNumber() ? value.decimalValue().intValueExact() : null;
      case LONG -> value.isNumber() ? value.decimalValue().longValueExact() : null;
      case FLOAT -> value.isNumber() ? finite(value.floatValue()) : null;
      case DOUBLE -> value.isNumber() ? finite(value.doubleValue()) : null;
      case ENUM ->
          value.isTextual() && schema.hasEnumSymbol(value.textValue())
              ? new GenericData.EnumSymbol(schema, value.textValue())
              : null;
      case BYTES -> value.isTextual() ? ByteBuffer.wrap(value.binaryValue()) : null;
      case FIXED -> value.isTextual() ? fixed(value.binaryValue(), schema) : null;
      case RECORD -> value.isObject() ? record(value, schema, path) : null;
      case ARRAY -> value.isArray() ? array(value, schema, path) : null;
      case MAP -> value.isObject() ? map(value, schema, path) : null;
      case NULL, UNION -> null;
    };
  }

  private List<@Nullable Object> array(JsonNode value, Schema schema, String path) {
    List<@Nullable Object> items = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      items.add(value(value.get(i), schema.getElementType(), path + "[" + i + "]"));
    }
    return items;
  }

  private Map<String, @Nullable Object> map(JsonNode value, Schema schema, String path) {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    value
        .properties()
        .forEach(
            entry ->
                entries.put(
                    entry.getKey(),
                    value(entry.getValue(), schema.getValueType(), path + "." + entry.getKey())));
    return entries;
  }

  /** A text or number of a logical type; null where the plain type decides. */
  private static @Nullable Object logical(JsonNode value, Schema schema, LogicalType logical) {
    if (logical instanceof LogicalTypes.Decimal decimal) {
      BigDecimal number =
          value.isTextual() ? new BigDecimal(value.textValue()) : value.decimalValue();
      BigDecimal scaled = number.setScale(decimal.getScale());
      if (scaled.precision() > decimal.getPrecision() || !(value.isTextual() || value.isNumber())) {
        throw new IllegalArgumentException();
      }
      byte[] unscaled = scaled.unscaledValue().toByteArray();
      return schema.getType() == Schema.Type.FIXED
          ? fixed(widened(unscaled, schema.getFixedSize()), schema)
          : ByteBuffer.wrap(unscaled);
    }
    if (!value.isTextual()) {
      return null;
    }
    String text = value.textValue();
    return switch (logical.getName()) {
      case "timestamp-millis" -> ChronoUnit.MILLIS.between(Instant.EPOCH, instant(text));
      case "timestamp-micros" -> ChronoUnit.MICROS.between(Instant.EPOCH, instant(text));
      case "timestamp-nanos" -> ChronoUnit.NANOS.between(Instant.EPOCH, instant(text));
      case "date" -> Math.toIntExact(LocalDate.parse(text).toEpochDay());
      case "time-millis" -> (int) (LocalTime.parse(text).toNanoOfDay() / 1_000_000);
      case "time-micros" -> LocalTime.parse(text).toNanoOfDay() / 1_000;
      case "uuid" -> UUID.fromString(text).toString().equalsIgnoreCase(text) ? text : null;
      default -> null;
    };
  }

  /** Whether a text has no half of a surrogate pair, which UTF-8 cannot hold. */
  private static boolean isWhole(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static Instant instant(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  private static @Nullable Double finite(double number) {
    return Double.isFinite(number) ? number : null;
  }

  private static @Nullable Float finite(float number) {
    return Float.isFinite(number) ? number : null;
  }

  private static GenericData.Fixed fixed(byte[] bytes, Schema schema) {
    if (bytes.length != schema.getFixedSize()) {
      throw new IllegalArgumentException();
    }
    return new GenericData.Fixed(schema, bytes);
  }

  /** Two's complement in as many bytes as asked for. */
  private static byte[] widened(byte[] bytes, int size) {
    if (bytes.length > size) {
      return bytes;
    }
    byte[] wide = new byte[size];
    java.util.Arrays.fill(wide, 0, size - bytes.length, (byte) (bytes[0] < 0 ? -1 : 0));
    System.arraycopy(bytes, 0, wide, size - bytes.length, bytes.length);
    return wide;
  }

  private String found(JsonNode value, String path) {
    String kind =
        switch (value.getNodeType()) {
          case STRING -> "the text";
          case NUMBER -> "the number";
          case BOOLEAN -> "the bool";
          case ARRAY -> "a list";
          case OBJECT -> "an object";
          case NULL -> "null";
          case BINARY, MISSING, POJO -> "nothing that JSON has";
        };
    if (!value.isValueNode() || value.isNull()) {
      return kind;
    }
    if (!quotable.test(path.replaceAll("\\[\\d+]", ""))) {
      return kind.replace("the ", "a ");
    }
    String text = value.asText();
    return kind
        + " '"
        + (text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...")
        + "'";
  }

  private static String describe(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (schema.getType() == Schema.Type.UNION) {
      return schema.getTypes().stream()
          .map(JsonToAvro::describe)
          .reduce((a, b) -> a + " or " + b)
          .orElse("nothing");
    }
    if (logical != null) {
      return logical.getName();
    }
    return schema.getType() == Schema.Type.ENUM
        ? "one of " + String.join(", ", schema.getEnumSymbols())
        : schema.getType().getName();
  }
}
