package io.leat.scoring.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.models.onnx.ElementType;
import io.leat.models.onnx.TensorValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors in JSON: flat or nested arrays, row by row. {@code NaN}, {@code Infinity} and {@code
 * -Infinity} are read and written bare, as Python's clients do, which is not strict JSON.
 * Stateless.
 */
final class JsonTensors {
  static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonTensors() {}

  /**
   * The object that a body, or the part of it that is JSON, is.
   *
   * @throws RequestException if it is none
   */
  static ObjectNode object(byte[] body, int from, int length) throws RequestException {
    if (parse(body, from, length) instanceof ObjectNode object) {
      return object;
    }
    throw RequestException.malformed("The body is no JSON object.");
  }

  /**
   * @throws RequestException if it is no JSON
   */
  static JsonNode parse(byte[] body) throws RequestException {
    return parse(body, 0, body.length);
  }

  private static JsonNode parse(byte[] body, int from, int length) throws RequestException {
    try {
      return MAPPER.readTree(body, from, length);
    } catch (JsonProcessingException e) {
      throw RequestException.malformed("The body is not JSON: %s.", e.getOriginalMessage());
    } catch (IOException e) {
      throw RequestException.malformed("The body cannot be read: %s.", e.getMessage());
    }
  }

  static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /**
   * A text of an object.
   *
   * @throws RequestException if it is absent, or none
   */
  static String text(ObjectNode of, String field, String what) throws RequestException {
    JsonNode node = of.get(field);
    if (node == null || !node.isTextual()) {
      throw RequestException.malformed("%s has no text %s.", what, field);
    }
    return node.textValue();
  }

  /** Whole numbers from 0, such as a shape. */
  static List<Long> sizes(JsonNode node, String what) throws RequestException {
    List<Long> sizes = new ArrayList<>();
    boolean right = node != null && node.isArray();
    for (int i = 0; right && i < node.size(); i++) {
      right = node.get(i).isIntegralNumber() && node.get(i).canConvertToLong();
      sizes.add(node.get(i).longValue());
    }
    if (!right) {
      throw RequestException.malformed("%s has no shape; expected a list of whole numbers.", what);
    }
    return sizes;
  }

  /** The shape of nested arrays, by the first of each level; a scalar's is empty. */
  static List<Long> shapeOf(JsonNode data) {
    List<Long> shape = new ArrayList<>();
    JsonNode level = data;
    while (level != null && level.isArray()) {
      shape.add((long) level.size());
      level = level.get(0);
    }
    return shape;
  }

  /**
   * Elements out of flat or nested arrays.
   *
   * @param name of the input, for messages
   * @param shape that the elements have
   * @param size elements of the shape
   * @param lenient whether numbers are cast as data frames' are: whole numbers among reals, reals
   *     rounded to float whatever their size, null as NaN
   * @throws RequestException if there are more or fewer, arrays differ in length, or the type has
   *     not the value
   */
  static TensorValue tensor(
      String name, ElementType type, List<Long> shape, int size, JsonNode data, boolean lenient)
      throws RequestException {
    List<JsonNode> flat = new ArrayList<>();
    boolean isFlat = data.isArray() && (data.isEmpty() || !data.get(0).isArray());
    flatten(name, data, isFlat ? List.of((long) data.size()) : shape, 0, flat);
    if (flat.size() != size) {
      throw RequestException.malformed(
          "Input %s has %d elements; its shape %s has %d.", name, flat.size(), shape, size);
    }
    Object elements =
        switch (type) {
          case FLOAT -> new float[size];
          case DOUBLE -> new double[size];
          case INT32 -> new int[size];
          case INT64 -> new long[size];
          case BOOL -> new byte[size];
          case STRING -> new String[size];
        };
    for (int i = 0; i < size; i++) {
      if (!put(type, elements, i, flat.get(i), lenient)) {
        throw RequestException.malformed(
            "Input %s has %s at place %d; expected %s.",
            name, shown(flat.get(i)), i, Datatypes.name(type));
      }
    }
    return TensorValue.of(type, shape, elements);
  }

  private static void flatten(
      String name, JsonNode node, List<Long> shape, int depth, List<JsonNode> flat)
      throws RequestException {
    if (!node.isArray()) {
      if (depth != shape.size()) {
        throw nesting(name, shape);
      }
      flat.add(node);
      return;
    }
    if (depth >= shape.size() || node.size() != shape.get(depth)) {
      throw nesting(name, shape);
    }
    for (JsonNode item : node) {
      flatten(name, item, shape, depth + 1, flat);
    }
  }

  private static RequestException nesting(String name, List<Long> shape) {
    return RequestException.malformed(
        "The data of input %s is not nested as its shape %s says; expected that, or one flat list.",
        name, shape);
  }

  private static boolean put(
      ElementType type, Object elements, int place, JsonNode value, boolean lenient) {
    switch (type) {
      case FLOAT -> {
        float single = value.isNull() && lenient ? Float.NaN : (float) value.doubleValue();
        ((float[]) elements)[place] = single;
        return (value.isNumber() || (value.isNull() && lenient))
            && (lenient || !Float.isInfinite(single) || Double.isInfinite(value.doubleValue()));
      }
      case DOUBLE -> {
        ((double[]) elements)[place] = value.isNull() && lenient ? Double.NaN : value.doubleValue();
        return value.isNumber() || (value.isNull() && lenient);
      }
      case INT32 -> {
        ((int[]) elements)[place] = value.intValue();
        return isWhole(value, lenient) && value.canConvertToInt();
      }
      case INT64 -> {
        ((long[]) elements)[place] = value.longValue();
        return isWhole(value, lenient) && value.canConvertToLong();
      }
      case BOOL -> {
        boolean one = value.canConvertToInt() && value.intValue() == 1;
        ((byte[]) elements)[place] = (byte) (value.booleanValue() || one ? 1 : 0);
        return value.isBoolean()
            || (value.isIntegralNumber()
                && (one || (value.canConvertToInt() && value.intValue() == 0)));
      }
      case STRING -> {
        ((String[]) elements)[place] = value.textValue();
        return value.isTextual();
      }
    }
    throw new IllegalStateException("each type is above");
  }

  /** Data frames with gaps make 7.0 of 7. */
  private static boolean isWhole(JsonNode value, boolean lenient) {
    return value.isIntegralNumber()
        || (lenient && value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue()));
  }

  private static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  /** One element. */
  static JsonNode node(Object element) {
    if (element instanceof Float number) {
      return JSON.numberNode(number);
    } else if (element instanceof Double number) {
      return JSON.numberNode(number);
    } else if (element instanceof Integer number) {
      return JSON.numberNode(number);
    } else if (element instanceof Long number) {
      return JSON.numberNode(number);
    } else if (element instanceof Boolean truth) {
      return JSON.booleanNode(truth);
    }
    return JSON.textNode(element.toString());
  }

  /** All elements, one after the other. */
  static ArrayNode flat(TensorValue tensor) {
    ArrayNode flat = JSON.arrayNode(tensor.size());
    for (int i = 0; i < tensor.size(); i++) {
      flat.add(node(tensor.get(i)));
    }
    return flat;
  }

  /** Arrays nested as the shape says; a scalar alone. */
  static JsonNode nested(TensorValue tensor) {
    return nested(tensor, 0, 0, tensor.size());
  }

  /** The elements of one row, nested; alone where there is one. */
  static JsonNode row(TensorValue tensor, int row) {
    int width = Math.toIntExact(tensor.size() / tensor.shape().get(0));
    return width == 1 ? node(tensor.get(row)) : nested(tensor, 1, row * width, width);
  }

  private static JsonNode nested(TensorValue tensor, int depth, int from, int count) {
    if (depth == tensor.shape().size()) {
      return node(tensor.get(from));
    }
    int parts = Math.toIntExact(tensor.shape().get(depth));
    ArrayNode array = JSON.arrayNode(parts);
    for (int i = 0; i < parts; i++) {
      array.add(nested(tensor, depth + 1, from + i * (count / parts), count / parts));
    }
    return array;
  }
}
