package io.leat.models.explanation;

import io.leat.models.explanation.Column.Operation;
import io.leat.models.explanation.Column.Type;
import io.leat.models.explanation.OnnxGraph.Node;
import io.leat.pipeline.model.ModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The operators before a model whose every output column is made of one input column, so that what
 * a column contributes is its feature's. Stateless.
 */
final class Preprocessing {
  /** Supported operators; those of the model are {@link ModelOperator}'s. */
  static final Set<String> OPERATORS =
      Set.of(
          "Add",
          "ArrayFeatureExtractor",
          "Cast",
          "Concat",
          "Div",
          "FeatureVectorizer",
          "Flatten",
          "Gather",
          "Identity",
          "Imputer",
          "IsNaN",
          "LabelEncoder",
          "Mul",
          "OneHotEncoder",
          "Reshape",
          "Scaler",
          "Squeeze",
          "Sub",
          "Unsqueeze",
          "Where");

  /**
   * What runs through a graph before its model.
   *
   * @param list columns, at least one
   * @param type of all of them
   */
  record Columns(List<Column> list, Type type) implements GraphWalk.Value {
    Columns {
      list = List.copyOf(list);
    }

    int size() {
      return list.size();
    }
  }

  private Preprocessing() {}

  /**
   * The columns that an operator makes.
   *
   * @param inputs columns and constants, in the operator's order
   * @throws ModelException if it mixes features, or does what is not supported
   */
  static Columns apply(Node node, List<GraphWalk.Value> inputs) {
    return switch (node.operator()) {
      case "Identity", "Flatten" -> columns(node, inputs, 0);
      case "Cast" -> cast(node, columns(node, inputs, 0), (int) node.number("to", 0));
      case "Reshape", "Squeeze", "Unsqueeze" -> reshaped(node, inputs);
      case "Concat" -> concatenated(node, inputs);
      case "FeatureVectorizer" -> cast(node, concatenated(node, inputs), OnnxTensor.FLOAT);
      case "Gather", "ArrayFeatureExtractor" -> gathered(node, inputs);
      case "Scaler" -> scaled(node, columns(node, inputs, 0));
      case "Imputer" -> imputed(node, columns(node, inputs, 0));
      case "OneHotEncoder" -> oneHot(node, columns(node, inputs, 0));
      case "LabelEncoder" -> encoded(node, columns(node, inputs, 0));
      case "Add" -> arithmetic(node, inputs, Operation.ADD);
      case "Sub" -> arithmetic(node, inputs, Operation.SUBTRACT);
      case "Mul" -> arithmetic(node, inputs, Operation.MULTIPLY);
      case "Div" -> arithmetic(node, inputs, Operation.DIVIDE);
      case "IsNaN" ->
          new Columns(
              columns(node, inputs, 0).list().stream().<Column>map(Column.IsMissing::new).toList(),
              Type.WHOLE);
      case "Where" -> chosen(node, inputs);
      default -> throw refused(node, "comes before the model");
    };
  }

  /** The type of columns of an element type; empty where it is none of the supported. */
  static Optional<Type> type(int elements) {
    return switch (elements) {
      case OnnxTensor.FLOAT -> Optional.of(Type.FLOAT);
      case OnnxTensor.DOUBLE -> Optional.of(Type.DOUBLE);
      case OnnxTensor.INT8, OnnxTensor.UINT8, OnnxTensor.INT32, OnnxTensor.INT64, OnnxTensor.BOOL ->
          Optional.of(Type.WHOLE);
      case OnnxTensor.STRING -> Optional.of(Type.TEXT);
      default -> Optional.empty();
    };
  }

  static ModelException refused(Node node, String why) {
    return new ModelException(
        "the model cannot be explained: %s %s. Supported are TreeEnsembleClassifier, TreeEnsembleRegressor, TreeEnsemble, LinearClassifier, LinearRegressor, Gemm and MatMul, one of them, after %s of single features."
            .formatted(node.shown(), why, String.join(", ", OPERATORS.stream().sorted().toList())));
  }

  static Columns columns(Node node, List<GraphWalk.Value> inputs, int input) {
    if (input < inputs.size() && inputs.get(input) instanceof Columns columns) {
      return columns;
    }
    throw refused(node, "takes something other than columns of features");
  }

  private static OnnxTensor constant(Node node, List<GraphWalk.Value> inputs, int input) {
    if (input < inputs.size() && inputs.get(input) instanceof GraphWalk.Constant constant) {
      return constant.tensor();
    }
    throw refused(node, "takes no constant where one is expected");
  }

  private static Columns cast(Node node, Columns columns, int elements) {
    Type type = type(elements).orElseThrow(() -> refused(node, "casts to a type it cannot follow"));
    if ((type == Type.TEXT) != (columns.type() == Type.TEXT)) {
      throw refused(node, "casts between text and numbers");
    }
    return type == columns.type()
        ? columns
        : new Columns(
            columns.list().stream().<Column>map(column -> new Column.Cast(column, type)).toList(),
            type);
  }

  /** Rows stay rows; columns may be grouped otherwise. */
  private static Columns reshaped(Node node, List<GraphWalk.Value> inputs) {
    Columns columns = columns(node, inputs, 0);
    if (!node.operator().equals("Reshape")) {
      if (columns.size() != 1) {
        throw refused(node, "changes the shape of several columns");
      }
      return columns;
    }
    double[] shape = constant(node, inputs, 1).numbers();
    boolean matrix =
        shape.length == 2
            && (shape[1] == columns.size() || (shape[1] == -1 && shape[0] != -1))
            && shape[0] <= 0;
    if (!matrix) {
      throw refused(node, "gives something other than a row of columns a row");
    }
    return columns;
  }

  private static Columns concatenated(Node node, List<GraphWalk.Value> inputs) {
    if (node.operator().equals("Concat") && node.number("axis", 1) == 0) {
      throw refused(node, "joins rows");
    }
    List<Column> joined = new ArrayList<>();
    Type type = columns(node, inputs, 0).type();
    for (int input = 0; input < inputs.size(); input++) {
      Columns columns = columns(node, inputs, input);
      if ((columns.type() == Type.TEXT) != (type == Type.TEXT)) {
        throw refused(node, "joins text and numbers");
      }
      joined.addAll(columns.list());
    }
    return new Columns(joined, type);
  }

  private static Columns gathered(Node node, List<GraphWalk.Value> inputs) {
    Columns columns = columns(node, inputs, 0);
    if (node.operator().equals("Gather") && node.number("axis", 0) == 0) {
      throw refused(node, "takes single rows");
    }
    List<Column> gathered = new ArrayList<>();
    for (double index : constant(node, inputs, 1).numbers()) {
      int at = (int) index < 0 ? (int) index + columns.size() : (int) index;
      if (at < 0 || at >= columns.size()) {
        throw refused(node, "takes column %d of %d".formatted((int) index, columns.size()));
      }
      gathered.add(columns.list().get(at));
    }
    return new Columns(gathered, columns.type());
  }

  /** A value for each column out of one for all or one a column. */
  private static double each(Node node, double[] values, int column, int columns) {
    if (values.length != 1 && values.length != columns) {
      throw refused(node, "has %d numbers for %d columns".formatted(values.length, columns));
    }
    return values[values.length == 1 ? 0 : column];
  }

  private static Columns scaled(Node node, Columns columns) {
    double[] offsets = node.numbers("offset");
    double[] scales = node.numbers("scale");
    Type type = columns.type() == Type.DOUBLE ? Type.DOUBLE : Type.FLOAT;
    return cast(
        node,
        each(
            columns,
            type,
            (column, i) ->
                new Column.Arithmetic(
                    new Column.Arithmetic(
                        column,
                        Operation.SUBTRACT,
                        each(node, offsets, i, columns.size()),
                        false,
                        type),
                    Operation.MULTIPLY,
                    each(node, scales, i, columns.size()),
                    false,
                    type)),
        OnnxTensor.FLOAT);
  }

  private static Columns imputed(Node node, Columns columns) {
    boolean whole = node.has("imputed_value_int64s");
    double[] by = node.numbers(whole ? "imputed_value_int64s" : "imputed_value_floats");
    double replaced =
        whole ? node.number("replaced_value_int64", 0) : node.real("replaced_value_float", 0);
    return each(
        columns,
        columns.type(),
        (column, i) ->
            new Column.Chosen(
                Double.isNaN(replaced)
                    ? new Column.IsMissing(column)
                    : new Column.IsNumber(column, replaced),
                new Column.Fixed(column.feature(), each(node, by, i, columns.size())),
                column));
  }

  private static Columns oneHot(Node node, Columns columns) {
    List<Column> hot = new ArrayList<>();
    for (Column column : columns.list()) {
      if (columns.type() == Type.TEXT) {
        for (String category : node.texts("cats_strings")) {
          hot.add(new Column.IsText(column, category));
        }
      } else {
        for (double category : node.numbers("cats_int64s")) {
          hot.add(new Column.IsNumber(new Column.Cast(column, Type.WHOLE), category));
        }
      }
    }
    if (hot.isEmpty()) {
      throw refused(node, "has no categories of its input's type");
    }
    return new Columns(hot, Type.FLOAT);
  }

  private static Columns encoded(Node node, Columns columns) {
    boolean oldest = node.has("classes_strings");
    List<Double> values =
        oldest
            ? IntStream.range(0, node.texts("classes_strings").size())
                .mapToObj(Double::valueOf)
                .toList()
            : numbers(node, "values_floats", "values_int64s", "values_tensor");
    if (values.isEmpty()) {
      throw refused(node, "makes texts, or nothing");
    }
    boolean floats =
        node.has("values_floats")
            || node.tensor("values_tensor").filter(t -> t.type() == OnnxTensor.FLOAT).isPresent();
    double absent =
        node.tensor("default_tensor")
            .map(tensor -> tensor.numbers()[0])
            .orElseGet(
                () ->
                    floats
                        ? (double) node.real("default_float", -0f)
                        : (double) node.number("default_int64", -1));
    Type type = floats ? Type.FLOAT : Type.WHOLE;
    if (columns.type() != Type.TEXT) {
      List<Double> keys = numbers(node, "keys_floats", "keys_int64s", "keys_tensor");
      require(node, keys.size(), values.size());
      return each(columns, type, (column, i) -> new Column.OfNumber(column, keys, values, absent));
    }
    List<String> keys =
        oldest
            ? node.texts("classes_strings")
            : node.tensor("keys_tensor").map(OnnxTensor::texts).orElse(node.texts("keys_strings"));
    require(node, keys.size(), values.size());
    Map<String, Double> table = new HashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      table.put(keys.get(i), values.get(i));
    }
    return each(columns, type, (column, i) -> new Column.OfText(column, table, absent));
  }

  private static void require(Node node, int keys, int values) {
    if (keys != values) {
      throw refused(node, "has %d keys of its input's type for %d values".formatted(keys, values));
    }
  }

  private static List<Double> numbers(Node node, String... attributes) {
    for (String attribute : attributes) {
      if (node.has(attribute)) {
        List<Double> numbers = new ArrayList<>();
        for (double number : node.numbers(attribute)) {
          numbers.add(number);
        }
        return numbers;
      }
    }
    return List.of();
  }

  private static Columns arithmetic(Node node, List<GraphWalk.Value> inputs, Operation operation) {
    boolean first = inputs.get(0) instanceof GraphWalk.Constant;
    Columns columns = columns(node, inputs, first ? 1 : 0);
    double[] constants = constant(node, inputs, first ? 0 : 1).numbers();
    return each(
        columns,
        columns.type(),
        (column, i) ->
            new Column.Arithmetic(
                column,
                operation,
                each(node, constants, i, columns.size()),
                first,
                columns.type()));
  }

  private static Columns chosen(Node node, List<GraphWalk.Value> inputs) {
    Columns conditions = columns(node, inputs, 0);
    Type type =
        inputs.get(1) instanceof Columns columns ? columns.type() : columns(node, inputs, 2).type();
    return each(
        conditions,
        type,
        (condition, i) ->
            new Column.Chosen(
                condition,
                alternative(node, inputs.get(1), condition, i, conditions.size()),
                alternative(node, inputs.get(2), condition, i, conditions.size())));
  }

  private static Column alternative(
      Node node, GraphWalk.Value value, Column condition, int i, int columns) {
    if (value instanceof GraphWalk.Constant constant) {
      return new Column.Fixed(
          condition.feature(), each(node, constant.tensor().numbers(), i, columns));
    }
    if (value instanceof Columns other && other.size() == columns) {
      Column column = other.list().get(i);
      if (column.feature() == condition.feature()) {
        return column;
      }
    }
    throw refused(node, "chooses between features");
  }

  /** Makes a column of a column and its index. */
  private interface Made {
    Column of(Column column, int i);
  }

  private static Columns each(Columns columns, Type type, Made made) {
    List<Column> list = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      list.add(made.of(columns.list().get(i), i));
    }
    return new Columns(list, type);
  }
}
