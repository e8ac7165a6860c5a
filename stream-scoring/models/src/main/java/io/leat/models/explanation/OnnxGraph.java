package io.leat.models.explanation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model's file says of its graph. Messages and the numbers of their fields: onnx.proto of
 * ONNX 1.17.
 *
 * @param nodes in the file's order, in which each comes after those whose outputs it takes
 * @param constants tensors of the graph by name
 * @param inputs without those that are constants
 * @param outputs names
 */
record OnnxGraph(
    List<Node> nodes, Map<String, OnnxTensor> constants, List<Input> inputs, List<String> outputs) {

  /**
   * What a graph takes.
   *
   * @param type element type, a number of {@link OnnxTensor}
   * @param width columns; empty where the graph leaves it open
   */
  record Input(String name, int type, Optional<Integer> width) {}

  /** An operator of the graph. */
  record Node(
      String operator,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {

    boolean has(String attribute) {
      return attributes.containsKey(attribute);
    }

    long number(String attribute, long absent) {
      Attribute found = attributes.get(attribute);
      return found == null ? absent : found.number();
    }

    float real(String attribute, float absent) {
      Attribute found = attributes.get(attribute);
      return found == null ? absent : found.real();
    }

    String text(String attribute, String absent) {
      Attribute found = attributes.get(attribute);
      return found == null ? absent : found.text();
    }

    /** Numbers of any type: integers, floats or a tensor; none where it is absent. */
    double[] numbers(String attribute) {
      Attribute found = attributes.get(attribute);
      return found == null ? new double[0] : found.numbers();
    }

    /** Whole numbers; none where it is absent. */
    int[] integers(String attribute) {
      double[] numbers = numbers(attribute);
      int[] integers = new int[numbers.length];
      for (int i = 0; i < numbers.length; i++) {
        integers[i] = (int) numbers[i];
      }
      return integers;
    }

    /** Texts; none where it is absent. */
    List<String> texts(String attribute) {
      Attribute found = attributes.get(attribute);
      return found == null ? List.of() : found.texts();
    }

    Optional<OnnxTensor> tensor(String attribute) {
      return Optional.ofNullable(attributes.get(attribute)).flatMap(Attribute::tensor);
    }

    /** For messages: the operator, and its output, by which tools show it. */
    String shown() {
      return "%s (output %s)".formatted(operator, outputs.isEmpty() ? "none" : outputs.get(0));
    }
  }

  /** An AttributeProto, read when it is asked. */
  record Attribute(UnknownFieldSet fields) {
    private long number() {
      return fields.getField(3).getVarintList().stream().reduce(0L, (first, last) -> last);
    }

    private float real() {
      return Float.intBitsToFloat(
          fields.getField(2).getFixed32List().stream().reduce(0, (first, last) -> last));
    }

    private String text() {
      return string(fields, 4);
    }

    private List<String> texts() {
      return strings(fields.getField(9));
    }

    private double[] numbers() {
      Optional<OnnxTensor> tensor = tensor();
      if (tensor.isPresent()) {
        return tensor.get().numbers();
      }
      double[] floats = OnnxTensor.floats(fields.getField(7));
      return floats.length > 0 ? floats : OnnxTensor.integers(fields.getField(8));
    }

    private Optional<OnnxTensor> tensor() {
      return fields.getField(5).getLengthDelimitedList().stream()
          .reduce((first, last) -> last)
          .map(bytes -> OnnxTensor.of(parse(bytes)));
    }
  }

  /**
   * Parses a model that holds all its weights.
   *
   * @throws ModelException if the bytes are no ONNX model
   */
  static OnnxGraph read(byte[] model) {
    UnknownFieldSet graph = message(parse(ByteString.copyFrom(model)), 7);
    Map<String, OnnxTensor> constants = new HashMap<>();
    for (UnknownFieldSet tensor : messages(graph, 5)) {
      constants.put(string(tensor, 8), OnnxTensor.of(tensor));
    }
    List<Input> inputs =
        messages(graph, 11).stream()
            .filter(input -> !constants.containsKey(string(input, 1)))
            .map(OnnxGraph::input)
            .toList();
    return new OnnxGraph(
        messages(graph, 1).stream().map(OnnxGraph::node).toList(),
        constants,
        inputs,
        messages(graph, 12).stream().map(output -> string(output, 1)).toList());
  }

  private static Node node(UnknownFieldSet node) {
    Map<String, Attribute> attributes = new HashMap<>();
    for (UnknownFieldSet attribute : messages(node, 5)) {
      attributes.put(string(attribute, 1), new Attribute(attribute));
    }
    return new Node(
        string(node, 4), strings(node.getField(1)), strings(node.getField(2)), attributes);
  }

  private static Input input(UnknownFieldSet input) {
    UnknownFieldSet tensor = message(message(input, 2), 1);
    int type = tensor.getField(1).getVarintList().stream().reduce(0L, (a, b) -> b).intValue();
    List<UnknownFieldSet> shape = messages(message(tensor, 2), 1);
    if (shape.size() < 2) {
      return new Input(string(input, 1), type, Optional.of(1));
    }
    List<Long> width = shape.get(shape.size() - 1).getField(1).getVarintList();
    return new Input(
        string(input, 1),
        type,
        width.stream().filter(size -> size > 0).reduce((a, b) -> b).map(Long::intValue));
  }

  private static UnknownFieldSet message(UnknownFieldSet outer, int field) {
    UnknownFieldSet.Builder merged = UnknownFieldSet.newBuilder();
    messages(outer, field).forEach(merged::mergeFrom);
    return merged.build();
  }

  private static List<UnknownFieldSet> messages(UnknownFieldSet outer, int field) {
    List<UnknownFieldSet> messages = new ArrayList<>();
    for (ByteString bytes : outer.getField(field).getLengthDelimitedList()) {
      messages.add(parse(bytes));
    }
    return messages;
  }

  static String string(UnknownFieldSet fields, int field) {
    return fields.getField(field).getLengthDelimitedList().stream()
        .reduce((first, last) -> last)
        .map(bytes -> bytes.toString(UTF_8))
        .orElse("");
  }

  static List<String> strings(Field field) {
    return field.getLengthDelimitedList().stream().map(bytes -> bytes.toString(UTF_8)).toList();
  }

  private static UnknownFieldSet parse(ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelException("the file is no ONNX model: " + e.getMessage(), e);
    }
  }

  /** What cannot happen to bytes that lie in memory, but for a broken file. */
  static ModelException broken(IOException e) {
    return new ModelException("the file is no ONNX model: " + e.getMessage(), e);
  }
}
