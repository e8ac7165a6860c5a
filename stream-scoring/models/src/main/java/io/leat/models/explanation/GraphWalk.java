package io.leat.models.explanation;

import io.leat.models.explanation.Column.Type;
import io.leat.models.explanation.OnnxGraph.Input;
import io.leat.models.explanation.OnnxGraph.Node;
import io.leat.models.explanation.Preprocessing.Columns;
import io.leat.pipeline.model.ModelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows a graph from its inputs to its outputs: operators on single columns, then one model, then
 * functions of its margins. Used once a graph.
 */
final class GraphWalk {
  /** Operators after the model, which make scores and labels of margins. */
  private static final Set<String> AFTER =
      Set.of(
          "Add",
          "ArgMax",
          "ArrayFeatureExtractor",
          "Cast",
          "Clip",
          "Concat",
          "Div",
          "Exp",
          "Flatten",
          "Gather",
          "Greater",
          "GreaterOrEqual",
          "Identity",
          "LabelEncoder",
          "Less",
          "LessOrEqual",
          "LogSoftmax",
          "Mul",
          "Neg",
          "Normalizer",
          "Reshape",
          "Sigmoid",
          "Slice",
          "Softmax",
          "Squeeze",
          "Sub",
          "Unsqueeze",
          "Where",
          "ZipMap");

  private static final Set<String> UNCHANGED =
      Set.of("Cast", "Flatten", "Identity", "Reshape", "Squeeze");

  /** What a name in the graph stands for. */
  sealed interface Value permits Columns, Constant, Margins, Derived {}

  /** The same for all rows. */
  record Constant(OnnxTensor tensor) implements Value {}

  /** The model's margins, each times a factor and moved. */
  record Margins(double[] factors, double[] shifts) implements Value {}

  /** A score or a label, made of margins. */
  record Derived() implements Value {}

  /** A graph that can be explained. */
  record Explained(ModelOperator operator, Margins margins) {}

  private final @Nullable List<FeatureRow> background;
  private final Map<String, Value> values = new HashMap<>();
  private Optional<ModelOperator> model = Optional.empty();
  private Optional<Margins> margins = Optional.empty();

  private GraphWalk(@Nullable List<FeatureRow> background) {
    this.background = background;
  }

  /**
   * Follows a graph.
   *
   * @param features how many features a row has
   * @param background rows to average over; null for what the graph says itself
   * @throws ModelException if the graph takes another number of features, or has what is not
   *     supported
   */
  static Explained of(OnnxGraph graph, int features, @Nullable List<FeatureRow> background) {
    GraphWalk walk = new GraphWalk(background);
    graph.constants().forEach((name, tensor) -> walk.values.put(name, new Constant(tensor)));
    walk.inputs(graph.inputs(), features);
    Set<Node> needed = needed(graph);
    for (Node node : graph.nodes()) {
      if (needed.contains(node)) {
        walk.follow(node);
      }
    }
    for (String output : graph.outputs()) {
      if (walk.values.get(output) instanceof Margins found) {
        walk.finished(found);
      }
    }
    ModelOperator operator =
        walk.model.orElseThrow(
            () ->
                new ModelException(
                    "the model cannot be explained: its graph has none of %s"
                        .formatted(ModelOperator.OPERATORS.stream().sorted().toList())));
    return new Explained(
        operator, walk.margins.orElseGet(() -> unchanged(operator.model().margins())));
  }

  /** The nodes that any output is made of. */
  private static Set<Node> needed(OnnxGraph graph) {
    Map<String, Node> makers = new HashMap<>();
    graph.nodes().forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
    Set<Node> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<String> names = new ArrayDeque<>(graph.outputs());
    while (!names.isEmpty()) {
      Node maker = makers.get(names.pop());
      if (maker != null && needed.add(maker)) {
        maker.inputs().forEach(names::push);
      }
    }
    return needed;
  }

  private void inputs(List<Input> inputs, int features) {
    int feature = 0;
    for (Input input : inputs) {
      int width = input.width().orElse(inputs.size() == 1 ? features : 1);
      Type type =
          Preprocessing.type(input.type())
              .orElseThrow(
                  () ->
                      new ModelException(
                          "the model cannot be explained: its input %s is no tensor of numbers or texts"
                              .formatted(input.name())));
      List<Column> columns = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        columns.add(new Column.OfFeature(feature++, type));
      }
      if (width > 0) {
        values.put(input.name(), new Columns(columns, type));
      }
    }
    if (feature != features) {
      throw new ModelException(
          "the model takes %d features; expected %d, which are named".formatted(feature, features));
    }
  }

  private void follow(Node node) {
    if (node.operator().equals("Constant")) {
      constant(node);
      return;
    }
    List<Value> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      if (!name.isEmpty()) {
        Value value = values.get(name);
        if (value == null) {
          throw Preprocessing.refused(node, "takes %s, which cannot be followed".formatted(name));
        }
        inputs.add(value);
      }
    }
    if (inputs.stream().allMatch(input -> input instanceof Constant)) {
      throw Preprocessing.refused(node, "computes with constants alone");
    }
    boolean before = inputs.stream().anyMatch(input -> input instanceof Columns);
    boolean after =
        inputs.stream().anyMatch(input -> input instanceof Margins || input instanceof Derived);
    if (before && after) {
      throw Preprocessing.refused(node, "mixes the model's output with features");
    }
    if (after) {
      after(node, inputs);
    } else if (ModelOperator.OPERATORS.contains(node.operator())) {
      model(node, inputs);
    } else {
      values.put(node.outputs().get(0), Preprocessing.apply(node, inputs));
    }
  }

  private void constant(Node node) {
    OnnxTensor tensor =
        node.tensor("value")
            .orElseGet(
                () -> {
                  for (String name : List.of("value_floats", "value_ints")) {
                    if (node.has(name)) {
                      double[] numbers = node.numbers(name);
                      return new OnnxTensor(OnnxTensor.FLOAT, numbers, List.of());
                    }
                  }
                  double number =
                      node.has("value_int")
                          ? node.number("value_int", 0)
                          : node.real("value_float", 0);
                  return new OnnxTensor(OnnxTensor.FLOAT, new double[] {number}, List.of());
                });
    values.put(node.outputs().get(0), new Constant(tensor));
  }

  private void model(Node node, List<Value> inputs) {
    if (model.isPresent()) {
      throw Preprocessing.refused(node, "is a second model beside the first");
    }
    ModelOperator read = ModelOperator.of(node, inputs, background);
    model = Optional.of(read);
    Margins unchanged = unchanged(read.model().margins());
    boolean classifier = node.operator().endsWith("Classifier");
    if (read.isLinked()) {
      finished(unchanged);
    }
    Value scores = read.isLinked() ? new Derived() : unchanged;
    values.put(node.outputs().get(0), classifier ? new Derived() : scores);
    if (classifier && node.outputs().size() > 1) {
      values.put(node.outputs().get(1), scores);
    }
  }

  private void after(Node node, List<Value> inputs) {
    if (!AFTER.contains(node.operator())) {
      throw Preprocessing.refused(node, "comes after the model");
    }
    Value made = new Derived();
    if (inputs.size() == 2
        && inputs.get(0) instanceof Margins found
        && inputs.get(1) instanceof Constant constant) {
      made = moved(node, found, constant.tensor().numbers(), false);
    } else if (inputs.size() == 2
        && inputs.get(1) instanceof Margins found
        && inputs.get(0) instanceof Constant constant) {
      made = moved(node, found, constant.tensor().numbers(), true);
    } else if (inputs.get(0) instanceof Margins found && UNCHANGED.contains(node.operator())) {
      made = found;
    }
    if (made instanceof Derived) {
      for (Value input : inputs) {
        if (input instanceof Margins found) {
          finished(found);
        }
      }
    }
    for (String output : node.outputs()) {
      values.put(output, made);
    }
  }

  /** Margins after arithmetic with constants; other operators make scores of them. */
  private static Value moved(Node node, Margins margins, double[] constants, boolean first) {
    if (UNCHANGED.contains(node.operator())) {
      return margins;
    }
    boolean linear =
        switch (node.operator()) {
          case "Add", "Sub", "Mul" -> true;
          case "Div" -> !first;
          default -> false;
        };
    int count = margins.factors().length;
    if (!linear) {
      return new Derived();
    }
    if (constants.length != 1 && constants.length != count) {
      throw Preprocessing.refused(
          node, "has %d constants for %d margins".formatted(constants.length, count));
    }
    double[] factors = margins.factors().clone();
    double[] shifts = margins.shifts().clone();
    for (int i = 0; i < count; i++) {
      double constant = constants[constants.length == 1 ? 0 : i];
      double factor =
          switch (node.operator()) {
            case "Mul" -> constant;
            case "Div" -> 1 / constant;
            case "Sub" -> first ? -1 : 1;
            default -> 1;
          };
      double shift =
          switch (node.operator()) {
            case "Add" -> constant;
            case "Sub" -> first ? constant : -constant;
            default -> 0;
          };
      factors[i] *= factor;
      shifts[i] = shifts[i] * factor + shift;
    }
    return new Margins(factors, shifts);
  }

  /** These are the margins that are explained. */
  private void finished(Margins found) {
    boolean other =
        margins.isPresent()
            && !(Arrays.equals(margins.get().factors(), found.factors())
                && Arrays.equals(margins.get().shifts(), found.shifts()));
    if (other) {
      throw new ModelException(
          "the model cannot be explained: its outputs are made of its margins in several ways");
    }
    margins = Optional.of(found);
  }

  private static Margins unchanged(int count) {
    double[] factors = new double[count];
    Arrays.fill(factors, 1);
    return new Margins(factors, new double[count]);
  }
}
