package io.leat.scoring.server;

import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.TensorValue;
import io.leat.scoring.engine.LoadedVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A version's graph fed with tensors as a request has them, whatever the model's definition makes
 * of features. Stateless.
 */
final class GraphInference {
  private GraphInference() {}

  /**
   * What of a graph's inputs has a name.
   *
   * @throws RequestException if nothing has
   */
  static Signature.Tensor input(LoadedVersion version, String name) throws RequestException {
    List<Signature.Tensor> inputs = Datatypes.tensors(version.model().signature().inputs());
    Optional<Signature.Tensor> found =
        inputs.stream().filter(input -> input.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      throw RequestException.malformed(
          "The model has no input %s; it has %s.",
          name, inputs.stream().map(Signature.Tensor::name).toList());
    }
    return found.get();
  }

  /**
   * Runs the graph.
   *
   * @param wanted names of outputs; none for all that are tensors
   * @return the outputs, in the order in which they are wanted
   * @throws RequestException if an input lacks, or there is no such output
   */
  static Map<String, TensorValue> run(
      LoadedVersion version, Map<String, TensorValue> inputs, List<String> wanted)
      throws RequestException, InferenceException {
    Signature signature = version.model().signature();
    for (Signature.Tensor input : Datatypes.tensors(signature.inputs())) {
      if (!inputs.containsKey(input.name())) {
        throw RequestException.malformed(
            "The request has no input %s, which is %s %s.",
            input.name(), Datatypes.name(input.type()), input.shape());
      }
    }
    List<String> tensors =
        Datatypes.tensors(signature.outputs()).stream().map(Signature.Tensor::name).toList();
    for (String output : wanted) {
      if (!tensors.contains(output)) {
        throw RequestException.malformed(
            "The model has no output %s that is a tensor; it has %s.", output, tensors);
      }
    }
    return version.model().run(inputs, wanted.isEmpty() ? tensors : wanted);
  }

  /** Puts a tensor among the inputs of a request. */
  static void put(Map<String, TensorValue> inputs, String name, TensorValue tensor)
      throws RequestException {
    if (inputs.put(name, tensor) != null) {
      throw RequestException.malformed("Input %s stands twice in the request.", name);
    }
  }

  /** An empty map for inputs, in the request's order. */
  static Map<String, TensorValue> inputs() {
    return new LinkedHashMap<>();
  }
}
