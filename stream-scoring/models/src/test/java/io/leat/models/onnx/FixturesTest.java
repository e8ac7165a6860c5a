package io.leat.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.models.onnx.Signature.ClassMaps;
import io.leat.models.onnx.Signature.Tensor;
import io.leat.models.onnx.Signature.Value;
import io.leat.pipeline.definition.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models of other libraries, and what ONNX Runtime for Python and the libraries themselves gave on
 * the same rows: {@code interop/models} makes them.
 */
class FixturesTest {
  static Stream<String> names() {
    return Fixture.names().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyOutputIsThatOfOnnxRuntimeForPythonToTheLastBit(String name) throws Exception {
    Fixture fixture = Fixture.read(name);
    try (OnnxModel model = fixture.open();
        Inference inference = model.inference(1)) {
      for (int row = 0; row < fixture.rows().size(); row++) {
        Prediction prediction = predict(inference, List.of(fixture.rows().get(row))).get(0);
        for (String output : fixture.outputs()) {
          assertThat(flat(prediction.outputs().get(output)))
              .as("%s of row %d", output, row)
              .isEqualTo(flat(fixture.expected("outputs", output, row)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyNumberIsThatOfTheLibraryItself(String name) throws Exception {
    Fixture fixture = Fixture.read(name);
    int compared = 0;
    try (OnnxModel model = fixture.open();
        Inference inference = model.inference(1)) {
      for (int row = 0; row < fixture.rows().size(); row++) {
        Prediction prediction = predict(inference, List.of(fixture.rows().get(row))).get(0);
        for (String output : fixture.libraryOutputs()) {
          List<Object> found = flat(prediction.outputs().get(output));
          List<Object> expected = flat(fixture.expected("library", output, row));
          assertThat(found).hasSameSizeAs(expected);
          for (int i = 0; i < found.size(); i++) {
            compared++;
            if (expected.get(i) instanceof Number number) {
              double wanted = number.doubleValue();
              assertThat(((Number) found.get(i)).doubleValue())
                  .as("%s of row %d", output, row)
                  .isCloseTo(wanted, within(fixture.tolerance() * Math.abs(wanted)));
            } else {
              assertThat(found.get(i)).isEqualTo(expected.get(i));
            }
          }
        }
      }
    }
    assertThat(compared).isPositive();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aBatchChangesNoBit(String name) throws Exception {
    Fixture fixture = Fixture.read(name);
    List<List<Object>> rows = fixture.rows();
    try (OnnxModel model = fixture.open();
        Inference single = model.inference(1);
        Inference batches = model.inference(rows.size())) {
      List<Prediction> expected = new ArrayList<>();
      for (List<Object> row : rows) {
        expected.addAll(predict(single, List.of(row)));
      }
      for (int size : List.of(1, 2, 7, 32, rows.size())) {
        List<Prediction> found = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += size) {
          found.addAll(predict(batches, rows.subList(from, Math.min(from + size, rows.size()))));
        }
        assertThat(found).as("in batches of %d", size).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theSignatureSaysWhatTheFixtureFeeds(String name) {
    Fixture fixture = Fixture.read(name);
    try (OnnxModel model = fixture.open()) {
      assertThat(model.signature().inputs())
          .extracting(Value::name)
          .containsExactlyElementsOf(fixture.inputs().keySet());
      assertThat(model.signature().inputs())
          .allSatisfy(
              input -> {
                List<Long> shape = ((Tensor) input).shape();
                assertThat(shape.get(0)).isEqualTo(-1);
                if (shape.size() == 2) {
                  assertThat(shape.get(1)).isEqualTo(fixture.inputs().get(input.name()).size());
                }
              });
      assertThat(model.signature().outputs())
          .extracting(Value::name)
          .containsExactlyElementsOf(fixture.outputs());
    }
  }

  private static List<Prediction> predict(Inference inference, List<List<Object>> rows)
      throws InferenceException {
    for (List<Object> row : rows) {
      assertThat(inference.add(row)).isEmpty();
    }
    return inference.run();
  }

  /** Elements in order; of a map those of its classes in the order of their names. */
  private static List<Object> flat(Object value) {
    if (value instanceof JsonNode node) {
      if (node.isObject()) {
        Map<String, Object> classes = new TreeMap<>();
        node.properties().forEach(field -> classes.put(field.getKey(), field.getValue()));
        return classes.values().stream().flatMap(item -> flat(item).stream()).toList();
      }
      if (node.isArray()) {
        List<Object> items = new ArrayList<>();
        node.forEach(item -> items.addAll(flat(item)));
        return items;
      }
      return List.of(Fixture.value(node));
    }
    if (value instanceof Map<?, ?> classes) {
      return List.copyOf(new TreeMap<>(classes).values());
    }
    return value instanceof List<?> items ? List.copyOf(items) : List.of(value);
  }

  /** A place in the graph's outputs that can be a score. */
  static Model.Output score(Signature signature, Fixture fixture) {
    for (Value output : signature.outputs()) {
      if (output instanceof Tensor tensor && tensor.type().isReal()) {
        return new Model.Output(output.name(), 0);
      }
      if (output instanceof ClassMaps) {
        String first = fixture.expected("outputs", output.name(), 0).fieldNames().next();
        return new Model.Output(output.name(), Optional.of(first));
      }
    }
    throw new AssertionError("no output of numbers: " + signature);
  }
}
