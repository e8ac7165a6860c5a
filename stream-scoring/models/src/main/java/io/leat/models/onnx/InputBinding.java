package io.leat.models.onnx;

import io.leat.models.onnx.Signature.Tensor;
import io.leat.models.onnx.Signature.Value;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelInput;
import io.leat.pipeline.model.ModelInput.Reason;
import io.leat.pipeline.model.ModelInput.Refusal;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which feature goes where in a graph's inputs. Immutable. */
final class InputBinding {
  private static final int MATRIX = 2;

  private final List<Input> inputs;
  private final List<String> features;
  private final List<List<Place>> places;
  private final ModelInput values;
  private final List<Object> neutral;
  private final boolean text;

  /** Whether there is one input, of floats, which takes the features in the service's order. */
  private final boolean floatsInOrder;

  /** A graph's input and the features that it takes, in order. */
  private record Input(Tensor tensor, List<String> features) {}

  /** A column of an input. */
  private record Place(int input, int column, ElementType type) {}

  private InputBinding(List<Input> inputs, List<String> features, Model.Nulls nulls) {
    this.inputs = inputs;
    this.features = features;
    this.places = features.stream().map(this::placesOf).toList();
    this.values = new ModelInput(features, nulls, feature -> takesDefault(feature, nulls));
    this.text = features.stream().anyMatch(this::isText);
    this.floatsInOrder =
        inputs.size() == 1
            && inputs.get(0).tensor().type() == ElementType.FLOAT
            && inputs.get(0).features().equals(features);
    this.neutral =
        features.stream()
            .map(feature -> isText(feature) ? nulls.texts().getOrDefault(feature, "") : (Object) 0L)
            .toList();
  }

  /**
   * Finds the features of each input, and holds their types against its own.
   *
   * @param types of the service's features, by full name, in order
   * @throws ModelException with what does not fit
   */
  static InputBinding of(Model model, Map<String, Optional<ValueType>> types, Signature signature) {
    List<String> features = List.copyOf(types.keySet());
    List<Input> inputs = new ArrayList<>();
    for (Value value : signature.inputs()) {
      if (!(value instanceof Tensor tensor)) {
        throw new ModelException(
            "input %s; expected a tensor of FLOAT, DOUBLE, INT32, INT64, BOOL or STRING. Export the model with inputs of those types."
                .formatted(value));
      }
      requireFreeBatch(tensor);
      inputs.add(new Input(tensor, featuresOf(tensor, model, features, signature)));
    }
    inputs.forEach(InputBinding::requireWidth);
    for (String declared : model.inputs().keySet()) {
      if (inputs.stream().noneMatch(input -> input.tensor().name().equals(declared))) {
        throw new ModelException(
            "the model has no input %s; it has %s. Name one of them under inputs."
                .formatted(declared, names(signature)));
      }
    }
    InputBinding binding = new InputBinding(inputs, features, model.nulls());
    binding.requireAllRead();
    types.forEach((feature, type) -> type.ifPresent(known -> binding.requireType(feature, known)));
    model.nulls().byFeature().forEach(binding::requireDefault);
    return binding;
  }

  private static List<String> featuresOf(
      Tensor tensor, Model model, List<String> features, Signature signature) {
    List<String> declared = model.inputs().get(tensor.name());
    if (declared != null) {
      for (String feature : declared) {
        if (!features.contains(feature)) {
          throw new ModelException(
              "input %s is declared to take %s; the service has %s. Correct inputs."
                  .formatted(tensor.name(), feature, features));
        }
      }
      return declared;
    }
    if (signature.inputs().size() == 1) {
      return features;
    }
    List<String> same =
        features.stream().filter(feature -> Signature.isNameOf(tensor.name(), feature)).toList();
    if (same.size() != 1) {
      throw new ModelException(
          "the model has the inputs %s, and %s of the service's features %s has the name of %s. Say which features it takes, as in inputs: { %s: [%s] }"
              .formatted(
                  names(signature),
                  same.isEmpty() ? "none" : "more than one",
                  features,
                  tensor.name(),
                  tensor.name(),
                  features.get(0)));
    }
    return same;
  }

  private static void requireFreeBatch(Tensor tensor) {
    List<Long> shape = tensor.shape();
    if (shape.isEmpty() || shape.size() > MATRIX) {
      throw new ModelException(
          "input %s; expected [-1], [-1, 1] or [-1, columns], a row a vector. -1 is free. Flatten what a row has, and shape it within the model."
              .formatted(tensor));
    }
    if (shape.get(0) >= 0) {
      throw new ModelException(
          "input %s; expected its first dimension to be free (-1): a row a vector, of as many as come. Export the model so: dynamic_shapes={'%s': {0: torch.export.Dim('batch')}} (torch.onnx.export), a type of the shape [None, %s] (skl2onnx, onnxmltools)."
              .formatted(tensor, tensor.name(), shape.size() == MATRIX ? shape.get(1) : ""));
    }
  }

  private static void requireWidth(Input input) {
    List<Long> shape = input.tensor().shape();
    int width = input.features().size();
    boolean fits = shape.size() == MATRIX ? shape.get(1) < 0 || shape.get(1) == width : width == 1;
    if (!fits) {
      throw new ModelException(
          "input %s; expected %s, for the features %s. Train it on those, or say under inputs which it takes."
              .formatted(
                  input.tensor(),
                  width == 1 ? "[-1], [-1, 1]" : List.of(-1, width),
                  input.features()));
    }
  }

  private void requireAllRead() {
    List<String> unread = features.stream().filter(name -> placesOf(name).isEmpty()).toList();
    if (!unread.isEmpty()) {
      throw new ModelException(
          "no input of the model takes the features %s; it has %s. Take them out of the service, or say under inputs which input takes them."
              .formatted(unread, inputs.stream().map(input -> input.tensor().toString()).toList()));
    }
  }

  private void requireType(String feature, ValueType type) {
    for (Place place : placesOf(feature)) {
      String input = inputs.get(place.input()).tensor().name();
      boolean text = type == ValueType.STRING;
      if (text && place.type() != ElementType.STRING) {
        throw new ModelException(
            "feature %s is text, and input %s takes %s. Export the model with an input of text (StringTensorType([None, 1]) in skl2onnx), derive a number from the feature, or take it out of the service."
                .formatted(feature, input, place.type()));
      }
      if (!text && place.type() == ElementType.STRING) {
        throw new ModelException(
            "feature %s is %s, and input %s takes text. Export the model with an input of numbers for it, or say under inputs which features %s takes."
                .formatted(feature, type, input, input));
      }
    }
  }

  private void requireDefault(String feature, double value) {
    for (Place place : placesOf(feature)) {
      if (!place.type().takes(value)) {
        throw new ModelException(
            "nulls: %s of %s has no equal in %s, which input %s takes. Name another, or none: then a vector with that null is not scored."
                .formatted(
                    Double.isNaN(value) ? "missing (NaN)" : value,
                    feature,
                    place.type(),
                    inputs.get(place.input()).tensor().name()));
      }
    }
  }

  private boolean takesDefault(String feature, Model.Nulls nulls) {
    return nulls
        .defaultValue()
        .filter(value -> placesOf(feature).stream().allMatch(place -> place.type().takes(value)))
        .isPresent();
  }

  private List<Place> placesOf(String feature) {
    List<Place> found = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Input input = inputs.get(i);
      for (int column = 0; column < input.features().size(); column++) {
        if (input.features().get(column).equals(feature)) {
          found.add(new Place(i, column, input.tensor().type()));
        }
      }
    }
    return found;
  }

  private boolean isText(String feature) {
    return placesOf(feature).stream().anyMatch(place -> place.type() == ElementType.STRING);
  }

  private static List<String> names(Signature signature) {
    return signature.inputs().stream().map(Value::name).toList();
  }

  /** Whether some feature is text. */
  boolean hasText() {
    return text;
  }

  int width() {
    return features.size();
  }

  /** Values that every model can be tried with: zeros, and of texts their defaults or nothing. */
  List<Object> neutral() {
    return neutral;
  }

  /** Features in the order in which the graph's inputs take them. */
  List<String> inGraphOrder() {
    return inputs.stream().flatMap(input -> input.features().stream()).toList();
  }

  /** The way from a vector's values to what the model reads. */
  ModelInput values() {
    return values;
  }

  String name(int input) {
    return inputs.get(input).tensor().name();
  }

  /** Places for a batch, one an input. */
  List<InputTensor> tensors(int rows) {
    return inputs.stream()
        .map(input -> new InputTensor(input.tensor(), input.features().size(), rows))
        .toList();
  }

  /**
   * Writes a vector's values into a row of the inputs.
   *
   * @return why the vector is no input of the model; the row is unspecified then
   */
  Optional<Refusal> write(
      List<? extends @Nullable Object> vector, List<InputTensor> tensors, int row) {
    Optional<Refusal> refusal = values.refuseWidth(vector);
    for (int feature = 0; refusal.isEmpty() && feature < vector.size(); feature++) {
      if (floatsInOrder) { // most models take such, so it is worth a way of its own
        feature = tensors.get(0).putFinite(row, feature, vector);
      }
      if (feature < vector.size()) {
        refusal =
            values.write(
                feature, vector.get(feature), (place, one) -> put(place, one, tensors, row));
      }
    }
    return refusal;
  }

  private Optional<Refusal> put(int feature, Object value, List<InputTensor> tensors, int row) {
    for (Place place : places.get(feature)) {
      if (!tensors.get(place.input()).put(row, place.column(), value)) {
        return Optional.of(refusal(feature, value, place));
      }
    }
    return Optional.empty();
  }

  private Refusal refusal(int feature, Object value, Place place) {
    String name = features.get(feature);
    return value instanceof CharSequence
        ? ModelInput.notANumber(name)
        : new Refusal(
            Reason.NOT_EXACT,
            Optional.of(name),
            "feature %s is %s, which has no equal in %s, what input %s of the model takes"
                .formatted(name, value, place.type(), name(place.input())));
  }
}
