package io.leat.models.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a graph takes and gives, as its file says.
 *
 * @param inputs in the graph's order
 * @param outputs in the graph's order
 */
public record Signature(List<Value> inputs, List<Value> outputs) {
  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** An input or an output. */
  public sealed interface Value {
    String name();
  }

  /**
   * @param shape sizes of the dimensions, -1 where the file leaves one free; empty where it is a
   *     single element or the file does not say
   */
  public record Tensor(String name, ElementType type, List<Long> shape) implements Value {
    public Tensor {
      shape = List.copyOf(shape);
    }

    @Override
    public String toString() {
      return "%s is %s %s".formatted(name, type, shape);
    }
  }

  /**
   * A list of maps, one a row, from class to probability, as ZipMap gives it.
   *
   * @param classes INT64 or STRING
   * @param values FLOAT or DOUBLE
   */
  public record ClassMaps(String name, ElementType classes, ElementType values) implements Value {
    @Override
    public String toString() {
      return "%s is a list of maps from %s to %s".formatted(name, classes, values);
    }
  }

  /**
   * What no feature can be fed to, and nothing can be read from.
   *
   * @param found what it is, in ONNX Runtime's words
   */
  public record Other(String name, String found) implements Value {
    @Override
    public String toString() {
      return "%s is %s".formatted(name, found);
    }
  }

  /** The output of a name. */
  public Optional<Value> output(String name) {
    return outputs.stream().filter(output -> output.name().equals(name)).findFirst();
  }

  /**
   * Whether a name that a model was exported with means a feature: it is the feature's full name,
   * that with _ in place of dots, or its last part.
   */
  public static boolean isNameOf(String name, String feature) {
    return feature.equals(name)
        || feature.replace('.', '_').equals(name)
        || feature.substring(feature.lastIndexOf('.') + 1).equals(name);
  }

  static Signature of(Collection<NodeInfo> inputs, Collection<NodeInfo> outputs) {
    return new Signature(
        inputs.stream().map(Signature::value).toList(),
        outputs.stream().map(Signature::value).toList());
  }

  private static Value value(NodeInfo node) {
    String name = node.getName();
    if (node.getInfo() instanceof TensorInfo tensor) {
      List<Long> shape = Arrays.stream(tensor.getShape()).boxed().toList();
      return ElementType.of(tensor.type)
          .<Value>map(type -> new Tensor(name, type, shape))
          .orElseGet(() -> new Other(name, "%s %s".formatted(tensor.type, shape)));
    }
    if (node.getInfo() instanceof SequenceInfo sequence && sequence.isSequenceOfMaps()) {
      MapInfo map = sequence.mapInfo;
      Optional<ElementType> classes = ElementType.of(map.keyType);
      Optional<ElementType> values = ElementType.of(map.valueType).filter(ElementType::isReal);
      if (classes.isPresent() && values.isPresent()) {
        return new ClassMaps(name, classes.get(), values.get());
      }
    }
    return new Other(name, String.valueOf(node.getInfo()));
  }
}
