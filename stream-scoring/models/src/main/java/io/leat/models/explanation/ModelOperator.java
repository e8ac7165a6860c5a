package io.leat.models.explanation;

import io.leat.models.explanation.OnnxGraph.Node;
import io.leat.models.explanation.Preprocessing.Columns;
import io.leat.pipeline.model.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The operator that is the model: what it adds up, and what its margins are called.
 *
 * @param model made of the operator's weights
 * @param columns what it takes
 * @param outputs what each margin is of: a label, or its index
 * @param isLinked whether the operator's own output has been through a function already
 */
record ModelOperator(
    MarginModel model, List<Column> columns, List<String> outputs, boolean isLinked) {
  static final Set<String> OPERATORS =
      Set.of(
          "TreeEnsembleClassifier",
          "TreeEnsembleRegressor",
          "TreeEnsemble",
          "LinearClassifier",
          "LinearRegressor",
          "Gemm",
          "MatMul");

  /** Functions that change no margin, being applied to it; ONNX's names. */
  private static final List<String> POST_TRANSFORMS =
      List.of("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");

  /** ONNX's names; AVERAGE is 0 and SUM 1 where they are numbered. */
  private static final List<String> AGGREGATES = List.of("AVERAGE", "SUM", "MIN", "MAX");

  ModelOperator {
    outputs = List.copyOf(outputs);
    columns = List.copyOf(columns);
  }

  /**
   * Reads the operator.
   *
   * @param inputs columns first, then constants
   * @param background rows of features; null for what the graph says itself
   * @throws ModelException if it cannot be explained
   */
  static ModelOperator of(
      Node node, List<GraphWalk.Value> inputs, @Nullable List<FeatureRow> background) {
    Columns columns = asNumbers(node, Preprocessing.columns(node, inputs, 0));
    double[][] rows = background == null ? null : evaluated(columns, background);
    return switch (node.operator()) {
      case "TreeEnsembleClassifier" -> classifier(node, columns, rows);
      case "TreeEnsembleRegressor" -> {
        int targets = (int) node.number("n_targets", 1);
        yield trees(
            node,
            columns,
            TreeNodes.read(node, "target"),
            numbered(targets),
            baseValues(node, targets),
            AGGREGATES.indexOf(node.text("aggregate_function", "SUM")),
            rows);
      }
      case "TreeEnsemble" -> {
        int targets = (int) node.number("n_targets", 1);
        yield trees(
            node,
            columns,
            TreeNodes.readVersion5(node),
            numbered(targets),
            new double[targets],
            (int) node.number("aggregate_function", 1),
            rows);
      }
      case "LinearClassifier" -> linearClassifier(node, columns, rows);
      case "LinearRegressor" -> {
        int targets = (int) node.number("targets", 1);
        double[] intercepts = node.numbers("intercepts");
        yield new ModelOperator(
            new LinearModel(
                rows(node, node.numbers("coefficients"), targets, columns.size()),
                intercepts.length == 0 ? new double[targets] : intercepts,
                rows),
            columns.list(),
            numbered(targets),
            isLinked(node));
      }
      case "Gemm" -> gemm(node, columns, inputs, rows);
      case "MatMul" -> {
        double[][] weights = weights(node, columns, inputs, false, 1);
        yield new ModelOperator(
            new LinearModel(weights, new double[weights.length], rows),
            columns.list(),
            numbered(weights.length),
            false);
      }
      default -> throw new IllegalArgumentException(node.operator());
    };
  }

  /** Operators of ai.onnx.ml work on floats where they are given whole numbers. */
  private static Columns asNumbers(Node node, Columns columns) {
    return switch (columns.type()) {
      case FLOAT, DOUBLE -> columns;
      case WHOLE ->
          new Columns(
              columns.list().stream()
                  .<Column>map(column -> new Column.Cast(column, Column.Type.FLOAT))
                  .toList(),
              Column.Type.FLOAT);
      case TEXT -> throw Preprocessing.refused(node, "takes texts");
    };
  }

  private static double[][] evaluated(Columns columns, List<FeatureRow> background) {
    return background.stream()
        .map(row -> columns.list().stream().mapToDouble(column -> column.number(row)).toArray())
        .toArray(double[][]::new);
  }

  private static ModelOperator classifier(
      Node node, Columns columns, double @Nullable [][] background) {
    List<String> labels = labels(node, "classlabels_int64s");
    // ONNX Runtime takes a single column of weights as the score of the second of two labels.
    boolean binary =
        labels.size() == 2 && Arrays.stream(node.integers("class_ids")).allMatch(id -> id == 0);
    int bases = node.numbers(baseName(node)).length;
    if (labels.size() == 2 && bases == 2) {
      throw Preprocessing.refused(
          node, "has two labels and two base values, which ONNX Runtime does not simply add");
    }
    double[] baseValues = binary ? baseValues(node, 1) : baseValuesOfClasses(node, labels.size());
    ModelOperator read =
        trees(
            node,
            columns,
            TreeNodes.read(node, "class"),
            binary ? labels.subList(1, 2) : labels,
            baseValues,
            AGGREGATES.indexOf("SUM"),
            background);
    return binary ? new ModelOperator(read.model(), read.columns(), read.outputs(), true) : read;
  }

  private static ModelOperator trees(
      Node node,
      Columns columns,
      TreeNodes nodes,
      List<String> outputs,
      double[] baseValues,
      int aggregate,
      double @Nullable [][] background) {
    if (aggregate != AGGREGATES.indexOf("SUM") && aggregate != AGGREGATES.indexOf("AVERAGE")) {
      throw Preprocessing.refused(
          node, "takes the least or the largest of its trees; expected their sum or average");
    }
    nodes.check(columns.size(), outputs.size());
    return new ModelOperator(
        TreeEnsemble.of(nodes, baseValues, aggregate == AGGREGATES.indexOf("AVERAGE"), background),
        columns.list(),
        outputs,
        isLinked(node));
  }

  private static String baseName(Node node) {
    return node.has("base_values_as_tensor") ? "base_values_as_tensor" : "base_values";
  }

  private static double[] baseValues(Node node, int margins) {
    double[] found = node.numbers(baseName(node));
    if (found.length != 0 && found.length != margins) {
      throw Preprocessing.refused(
          node, "has %d base values for %d margins".formatted(found.length, margins));
    }
    return Arrays.copyOf(found, margins);
  }

  /** Of two classes a single base value is the first's. */
  private static double[] baseValuesOfClasses(Node node, int classes) {
    double[] found = node.numbers(baseName(node));
    return found.length == 1 ? Arrays.copyOf(found, classes) : baseValues(node, classes);
  }

  private static ModelOperator linearClassifier(
      Node node, Columns columns, double @Nullable [][] background) {
    List<String> labels = labels(node, "classlabels_ints");
    double[] coefficients = node.numbers("coefficients");
    int margins = coefficients.length / columns.size();
    double[] intercepts = node.numbers("intercepts");
    boolean binary = labels.size() == 2 && margins == 1;
    return new ModelOperator(
        new LinearModel(
            rows(node, coefficients, margins, columns.size()),
            intercepts.length == 0 ? new double[margins] : intercepts,
            background),
        columns.list(),
        binary ? labels.subList(1, 2) : labels.size() == margins ? labels : numbered(margins),
        binary || isLinked(node));
  }

  private static ModelOperator gemm(
      Node node, Columns columns, List<GraphWalk.Value> inputs, double @Nullable [][] background) {
    if (node.number("transA", 0) != 0) {
      throw Preprocessing.refused(node, "turns rows into columns");
    }
    double[][] weights =
        weights(node, columns, inputs, node.number("transB", 0) != 0, node.real("alpha", 1));
    double[] intercepts = new double[weights.length];
    if (inputs.size() > 2) {
      double[] added = constant(node, inputs, 2).numbers();
      if (added.length != 1 && added.length != intercepts.length) {
        throw Preprocessing.refused(node, "adds something other than a number a column");
      }
      for (int margin = 0; margin < intercepts.length; margin++) {
        intercepts[margin] = added[added.length == 1 ? 0 : margin] * node.real("beta", 1);
      }
    }
    return new ModelOperator(
        new LinearModel(weights, intercepts, background),
        columns.list(),
        numbered(weights.length),
        false);
  }

  private static OnnxTensor constant(Node node, List<GraphWalk.Value> inputs, int input) {
    if (inputs.get(input) instanceof GraphWalk.Constant constant) {
      return constant.tensor();
    }
    throw Preprocessing.refused(node, "multiplies features by each other");
  }

  /** A row a margin, out of a matrix of a row a column, or transposed. */
  private static double[][] weights(
      Node node, Columns columns, List<GraphWalk.Value> inputs, boolean transposed, double alpha) {
    double[] matrix = constant(node, inputs, 1).numbers();
    int margins = matrix.length / columns.size();
    if (margins == 0 || margins * columns.size() != matrix.length) {
      throw Preprocessing.refused(
          node, "has %d weights for %d columns".formatted(matrix.length, columns.size()));
    }
    double[][] weights = new double[margins][columns.size()];
    for (int margin = 0; margin < margins; margin++) {
      for (int column = 0; column < columns.size(); column++) {
        weights[margin][column] =
            alpha
                * matrix[transposed ? margin * columns.size() + column : column * margins + margin];
      }
    }
    return weights;
  }

  private static double[][] rows(Node node, double[] numbers, int rows, int columns) {
    if (rows == 0 || numbers.length != rows * columns) {
      throw Preprocessing.refused(
          node,
          "has %d coefficients for %d margins of %d columns"
              .formatted(numbers.length, rows, columns));
    }
    double[][] matrix = new double[rows][];
    for (int row = 0; row < rows; row++) {
      matrix[row] = Arrays.copyOfRange(numbers, row * columns, (row + 1) * columns);
    }
    return matrix;
  }

  private static List<String> labels(Node node, String whole) {
    List<String> texts = node.texts("classlabels_strings");
    return texts.isEmpty()
        ? Arrays.stream(node.integers(whole)).mapToObj(Integer::toString).toList()
        : texts;
  }

  private static List<String> numbered(int margins) {
    return IntStream.range(0, margins).mapToObj(Integer::toString).toList();
  }

  private static boolean isLinked(Node node) {
    boolean numbered = node.operator().equals("TreeEnsemble");
    String name = numbered ? "" : node.text("post_transform", "NONE");
    int found = numbered ? (int) node.number("post_transform", 0) : POST_TRANSFORMS.indexOf(name);
    return Optional.of(found)
            .filter(index -> index >= 0 && index < POST_TRANSFORMS.size())
            .orElseThrow(
                () ->
                    Preprocessing.refused(
                        node, "has the post_transform %s".formatted(numbered ? found : name)))
        > 0;
  }
}
