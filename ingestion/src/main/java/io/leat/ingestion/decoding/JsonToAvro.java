package io.leat.ingestion.decoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.leat.ingestion.decoding.ConnectTypes.Typed;
import io.leat.schemas.Decimals;
import io.leat.schemas.Nesting;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes Avro's generic values of JSON, and says of every place that does not fit what was found and
 * what was expected.
 *
 * <p>Numbers fit where nothing of them is lost ({@link Decimals}); times are ISO 8601 texts or
 * whole numbers in the field's own unit; bytes and fixed are base64, a decimal is a number or a
 * text. A field that is absent takes its default, or null where it may be null; it may stand under
 * one of its aliases. Of a union the first branch that fits is taken, of numbers the first that
 * holds them exactly; a text is base64 only where the union has no string.
 */
final class JsonToAvro {
  private static final int LONGEST_QUOTE = 60;

  /**
   * More values than the largest record holds. Unions of records that hold unions are tried branch
   * by branch at every level, which doubles the work with each.
   */
  private static final int MOST_STEPS = 5_000_000;

  private final List<String> problems;
  private final Predicate<String> quotable;
  private final LogicalValues logicals;
  private final AtomicInteger steps;
  private int level;

  /** Keys of objects so far that no field took. */
  private int passedOver;

  JsonToAvro(List<String> problems, Predicate<String> quotable, LogicalValues logicals) {
    this(problems, quotable, logicals, new AtomicInteger());
  }

  private JsonToAvro(
      List<String> problems,
      Predicate<String> quotable,
      LogicalValues logicals,
      AtomicInteger steps) {
    this.problems = problems;
    this.quotable = quotable;
    this.logicals = logicals;
    this.steps = steps;
  }

  /** What is wrong with the whole event: it is nested too deep. */
  static final class TooDeepException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooDeepException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * The event of an object.
   *
   * @throws TooDeepException if it has more levels than {@link Nesting#MOST_LEVELS}
   */
  GenericRecord record(ObjectNode object, Schema schema) {
    return record(object, schema, "");
  }

  private GenericRecord record(JsonNode object, Schema schema, String path) {
    enter(path);
    GenericRecord record = new GenericData.Record(schema);
    passedOver += object.size();
    for (Schema.Field field : schema.getFields()) {
      String fieldPath = path.isEmpty() ? field.name() : path + "." + field.name();
      JsonNode value = given(object, field, schema, fieldPath);
      if (value == null) {
        record.put(field.pos(), absent(field, fieldPath));
      } else {
        passedOver--;
        record.put(field.pos(), value(value, field.schema(), fieldPath));
      }
    }
    level--;
    return record;
  }

  private void enter(String path) {
    if (++level > Nesting.MOST_LEVELS) {
      throw new TooDeepException(
          "%s is nested deeper than %d levels".formatted(root(path), Nesting.MOST_LEVELS));
    }
  }

  /** The field at the top that a place lies below: a deep one's path is too long to read. */
  private static String root(String path) {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    return path.substring(0, end);
  }

  /** What stands under the field's name or one of its aliases; null where nothing does. */
  private @Nullable JsonNode given(
      JsonNode object, Schema.Field field, Schema schema, String path) {
    JsonNode value = object.get(field.name());
    String name = field.name();
    for (String alias : field.aliases()) {
      JsonNode other = schema.getField(alias) == null ? object.get(alias) : null;
      if (other != null && value != null) {
        problems.add(
            "%s is given under two names, %s and %s; expected one".formatted(path, name, alias));
      }
      if (other != null) {
        value = other;
        name = alias;
      }
    }
    return value;
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
    if (steps.incrementAndGet() > MOST_STEPS) {
      throw new TooDeepException(
          "%s holds unions nested so deep that %d attempts did not tell their branches"
              .formatted(root(path), MOST_STEPS));
    }
    if (schema.getType() == Schema.Type.UNION) {
      return union(value, schema, path);
    }
    JsonNode raw = raw(value);
    Object converted = null;
    String why = "";
    try {
      converted = convert(raw, typed(value), schema, path);
    } catch (DateTimeException | IOException e) {
      why = ""; // told below: the value does not fit
    } catch (ArithmeticException | IllegalArgumentException e) {
      why = reason(e, raw, path);
    }
    if (converted == null && schema.getType() != Schema.Type.NULL && !isContainer(raw, schema)) {
      problems.add(
          "%s is %s; expected %s%s".formatted(path, found(raw, path), describe(schema), why));
    }
    return converted;
  }

  /** Our own words; Java's of a text that is no number quote it. */
  private String reason(RuntimeException e, JsonNode raw, String path) {
    boolean ours = !(e instanceof NumberFormatException) || raw.isNumber();
    return ours && e.getMessage() != null && isQuotable(path) ? " (" + e.getMessage() + ")" : "";
  }

  private static JsonNode raw(JsonNode value) {
    Typed typed = typed(value);
    return typed == null ? value : typed.raw();
  }

  private static @Nullable Typed typed(JsonNode value) {
    return value instanceof POJONode node && node.getPojo() instanceof Typed typed ? typed : null;
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
    boolean hasTexts =
        raw(value).isTextual()
            && branches.stream().anyMatch(b -> b.getType() == Schema.Type.STRING);
    Object closest = null;
    List<Attempt> partial = new ArrayList<>(0);
    for (Schema branch : branches) {
      if (hasTexts && isBinary(branch)) {
        continue; // many a text looks like base64
      }
      List<String> misfits = new ArrayList<>(0);
      JsonToAvro attempt = new JsonToAvro(misfits, quotable, logicals, steps);
      attempt.level = level;
      Object converted = attempt.value(value, branch, path);
      if (misfits.isEmpty()) {
        if (attempt.passedOver > 0) {
          partial.add(new Attempt(converted, branch, attempt.passedOver));
          continue;
        }
        if (!isRounded(value, converted)) {
          return converted;
        }
        if (closest == null || converted instanceof Double) {
          closest = converted;
        }
      }
    }
    if (closest == null && partial.size() == 1) {
      passedOver += partial.get(0).passedOver();
      return partial.get(0).converted();
    }
    if (closest == null) {
      problems.add(
          partial.isEmpty()
              ? "%s is %s; expected %s".formatted(path, found(raw(value), path), describe(union))
              : "%s is an object of which each of %s leaves keys unread; expected the keys of one of them"
                  .formatted(
                      path, partial.stream().map(Attempt::branch).map(Schema::getName).toList()));
    }
    return closest;
  }

  /** What a branch of a union made of a value of which some keys were left over. */
  private record Attempt(@Nullable Object converted, Schema branch, int passedOver) {}

  /** Whether texts are base64 of it. */
  private static boolean isBinary(Schema branch) {
    return (branch.getType() == Schema.Type.BYTES || branch.getType() == Schema.Type.FIXED)
        && branch.getLogicalType() == null;
  }

  /** Whether a binary number stands for a decimal one that it is only close to, as 0.1 is. */
  private static boolean isRounded(JsonNode value, @Nullable Object converted) {
    if (!(converted instanceof Double || converted instanceof Float)) {
      return false;
    }
    BigDecimal held = new BigDecimal(((Number) converted).doubleValue());
    Typed typed = typed(value);
    BigDecimal number =
        typed != null && typed.value() instanceof BigDecimal decimal
            ? decimal
            : raw(value).decimalValue();
    return held.compareTo(number) != 0;
  }

  /** Null, or an exception, where the value does not fit. */
  private @Nullable Object convert(
      JsonNode value, @Nullable Typed typed, Schema schema, String path) throws IOException {
    if (schema.getLogicalType() != null) {
      Object converted = logicals.of(value, typed, schema);
      if (converted != null) {
        return converted;
      }
    }
    BigDecimal number =
        typed != null && typed.value() instanceof BigDecimal decimal
            ? decimal
            : value.isNumber() ? value.decimalValue() : null;
    return switch (schema.getType()) {
      case STRING -> isText(value, typed) ? value.textValue() : null;
      case BOOLEAN -> value.isBoolean() ? value.booleanValue() : null;
      case INT -> number == null ? null : Decimals.toInt(number);
      case LONG -> number == null ? null : Decimals.toLong(number);
      case FLOAT -> number == null ? null : Decimals.toFloat(number);
      case DOUBLE -> number == null ? null : Decimals.toDouble(number);
      case ENUM ->
          isText(value, typed) && schema.hasEnumSymbol(value.textValue())
              ? new GenericData.EnumSymbol(schema, value.textValue())
              : null;
      case BYTES -> value.isTextual() ? ByteBuffer.wrap(binary(value, typed)) : null;
      case FIXED -> value.isTextual() ? LogicalValues.fixed(binary(value, typed), schema) : null;
      case RECORD -> value.isObject() ? record(value, schema, path) : null;
      case ARRAY -> value.isArray() ? array(value, schema, path) : null;
      case MAP -> value.isObject() ? map(value, schema, path) : null;
      case NULL, UNION -> null;
    };
  }

  /** What a text is base64 of, unless a schema beside it says that it is a text. */
  private static byte[] binary(JsonNode value, @Nullable Typed typed) throws IOException {
    if (typed != null && !(typed.value() instanceof byte[])) {
      throw new IllegalArgumentException("its schema says " + typed.type());
    }
    return value.binaryValue();
  }

  /** Whether it is a text, and none that stands for bytes or a number. */
  private static boolean isText(JsonNode value, @Nullable Typed typed) {
    return value.isTextual() && (typed == null || typed.isText()) && isWhole(value.textValue());
  }

  private List<@Nullable Object> array(JsonNode value, Schema schema, String path) {
    enter(path);
    List<@Nullable Object> items = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      items.add(value(value.get(i), schema.getElementType(), path + "[" + i + "]"));
    }
    level--;
    return items;
  }

  private Map<String, @Nullable Object> map(JsonNode value, Schema schema, String path) {
    enter(path);
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    value
        .properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              if (!isWhole(key)) {
                problems.add(path + " has a key with half of a character; expected UTF-8");
              }
              entries.put(key, value(entry.getValue(), schema.getValueType(), path + "." + key));
            });
    level--;
    return entries;
  }

  /** Whether a text has no half of a surrogate pair, which UTF-8 cannot hold. */
  private static boolean isWhole(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private boolean isQuotable(String path) {
    return quotable.test(path.replaceAll("\\[\\d+]", ""));
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
    if (!isQuotable(path)) {
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
