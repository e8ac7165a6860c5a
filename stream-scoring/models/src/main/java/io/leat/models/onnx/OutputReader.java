package io.leat.models.onnx;

import io.leat.common.Lookups;
import io.leat.models.onnx.RunOutput.Elements;
import io.leat.models.onnx.RunOutput.Maps;
import io.leat.models.onnx.RunOutput.Numbers;
import io.leat.models.onnx.Signature.ClassMaps;
import io.leat.models.onnx.Signature.Other;
import io.leat.models.onnx.Signature.Tensor;
import io.leat.models.onnx.Signature.Value;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Reads what a model's definition names out of what a run gave. Immutable. */
final class OutputReader {
  private static final String SCORE = "score";

  private final String name;
  private final Model.Output place;
  private final int column;
  private final Object key;

  /**
   * @param name what the definition calls it
   * @throws ModelException if the graph has no such output, or nothing of that kind in it
   */
  OutputReader(String name, Model.Output place, Signature signature) {
    this.name = name;
    this.place = place;
    Value value =
        signature
            .output(place.output())
            .orElseThrow(
                () ->
                    new ModelException(
                        "the model has no output %s; it has %s. Name one of them under outputs.%s."
                            .formatted(
                                place.output(),
                                signature.outputs().stream().map(Value::name).toList(),
                                name)));
    boolean score = name.equals(SCORE);
    if (value instanceof Other
        || (score && value instanceof Tensor tensor && !tensor.type().isReal())) {
      throw new ModelException(
          "output %s; expected %s. Name another output under outputs.%s."
              .formatted(
                  value, score ? "float or double numbers" : "a tensor or a list of maps", name));
    }
    if (value instanceof ClassMaps && score && place.element().isEmpty()) {
      throw new ModelException(
          "output %s; expected the class whose number is the score. Write it in brackets, as in %s[1]."
              .formatted(value, place.output()));
    }
    this.column =
        value instanceof Tensor ? number(value).map(Math::toIntExact).orElse(score ? 0 : -1) : -1;
    this.key =
        value instanceof ClassMaps maps && maps.classes() == ElementType.INT64
            ? number(value).orElse(0L)
            : place.element().orElse("");
  }

  private Optional<Long> number(Value value) {
    try {
      return place.element().map(Long::valueOf);
    } catch (NumberFormatException e) {
      throw new ModelException(
          "output %s, and outputs.%s is %s; expected a whole number in the brackets"
              .formatted(value, name, place),
          e);
    }
  }

  /** Name of the graph's output. */
  String output() {
    return place.output();
  }

  /** What keeps this from being read; empty where nothing does. */
  Optional<String> problem(RunOutput given) {
    if (given instanceof Elements elements && column >= elements.width()) {
      return Optional.of(
          "output %s has %d columns a row; expected more than %d. Correct outputs.%s."
              .formatted(place.output(), elements.width(), column, name));
    }
    if (given instanceof Maps maps && place.element().isPresent()) {
      return maps.rows().stream()
          .filter(row -> !row.containsKey(key))
          .findFirst()
          .map(
              row ->
                  "output %s has no class %s; it has %s. Correct outputs.%s."
                      .formatted(place.output(), key, row.keySet(), name));
    }
    return Optional.empty();
  }

  double real(RunOutput given, int row) {
    return given instanceof Numbers numbers
        ? numbers.real(row * numbers.width() + column)
        : ((Number) value(given, row)).doubleValue();
  }

  /** Double, Long, Boolean, String, a list of those, or a map from class to Double. */
  Object value(RunOutput given, int row) {
    if (given instanceof Maps maps) {
      Map<?, ?> classes = maps.rows().get(row);
      return place.element().isPresent() ? real(Lookups.required(classes, key)) : all(classes);
    }
    Elements elements = (Elements) given;
    int first = row * elements.width();
    if (column >= 0 || elements.width() == 1) {
      return elements.get(first + Math.max(column, 0));
    }
    return IntStream.range(first, first + elements.width()).mapToObj(elements::get).toList();
  }

  private static Map<String, Double> all(Map<?, ?> classes) {
    Map<String, Double> all = new TreeMap<>();
    classes.forEach((name, value) -> all.put(name.toString(), real(value)));
    return all;
  }

  private static Double real(Object number) {
    return ((Number) number).doubleValue();
  }
}
