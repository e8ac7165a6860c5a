package io.leat.models.explanation;

import io.leat.pipeline.model.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Explains scores of one model: for a row of features, what each feature contributes to the raw
 * margin (before sigmoid, softmax or exp), so that the contributions and the base value add up to
 * it.
 *
 * <ul>
 *   <li>Trees: path-dependent TreeSHAP, as XGBoost's {@code pred_contribs}, LightGBM's {@code
 *       pred_contrib} and shap's {@code TreeExplainer} give it; see {@link TreeShap}.
 *   <li>Linear models: weight times distance from the mean.
 * </ul>
 *
 * <p>What is made of one feature (scaled, imputed, one-hot columns) counts for that feature.
 *
 * <p>Confined to one thread, which {@link #forAnotherThread} makes cheap; nothing is allocated by
 * {@link #explain}.
 */
public final class Explainer {
  private final List<String> features;
  private final List<String> outputs;
  private final MarginModel model;
  private final GraphWalk.Margins margins;
  private final Column[] columns;
  private final int[] featureOfColumn;
  private final MarginModel.Evaluator evaluator;
  private final double[] values;

  private Explainer(
      List<String> features,
      List<String> outputs,
      MarginModel model,
      GraphWalk.Margins margins,
      Column[] columns) {
    this.features = features;
    this.outputs = outputs;
    this.model = model;
    this.margins = margins;
    this.columns = columns;
    this.featureOfColumn = Arrays.stream(columns).mapToInt(Column::feature).toArray();
    this.evaluator = model.evaluator(featureOfColumn, features.size() + 1);
    this.values = new double[columns.length];
  }

  /**
   * An explainer whose base value is what the graph itself says: the training rows' average of
   * trees, which need their covers in {@code nodes_hitrates}; of a linear model, its value where
   * all columns are 0.
   *
   * @param model an ONNX model that holds all its weights
   * @param features names, in the order of the input's columns, or of the inputs
   * @throws ModelException if the model cannot be explained; the message says which operator is in
   *     the way
   */
  public static Explainer of(byte[] model, List<String> features) {
    return of(GraphWalk.of(OnnxGraph.read(model), features.size(), null), features);
  }

  /**
   * An explainer whose base value is an average over given rows.
   *
   * @param background at least one row: covers of trees are counted over them, means of linear
   *     columns taken
   * @throws ModelException as {@link #of(byte[], List)}
   */
  public static Explainer of(byte[] model, List<String> features, List<FeatureRow> background) {
    if (background.isEmpty()) {
      throw new IllegalArgumentException("a background has rows");
    }
    return of(GraphWalk.of(OnnxGraph.read(model), features.size(), background), features);
  }

  private static Explainer of(GraphWalk.Explained graph, List<String> features) {
    return new Explainer(
        List.copyOf(features),
        graph.operator().outputs(),
        graph.operator().model(),
        graph.margins(),
        graph.operator().columns().toArray(Column[]::new));
  }

  /** The same with buffers of its own. */
  public Explainer forAnotherThread() {
    return new Explainer(features, outputs, model, margins, columns);
  }

  /** Names, in the order of contributions. */
  public List<String> features() {
    return features;
  }

  /**
   * What each margin is of: a classifier's labels (of two labels with one margin, the second), else
   * indices.
   */
  public List<String> outputs() {
    return outputs;
  }

  /** What base values are averages over. */
  public Baseline baseline() {
    return model.baseline();
  }

  /** The margin's average over the baseline. */
  public double baseValue(int output) {
    return model.base(output) * margins.factors()[output] + margins.shifts()[output];
  }

  /** The length of what {@link #explain} fills. */
  public int length() {
    return outputs.size() * (features.size() + 1);
  }

  /**
   * Explains a row.
   *
   * @param row of as many features as the explainer has
   * @param contributions of length {@link #length}, filled as XGBoost and LightGBM do: for each
   *     output its features' contributions, then its base value. Their sum is the margin
   */
  public void explain(FeatureRow row, double[] contributions) {
    if (row.size() != features.size() || contributions.length != length()) {
      throw new IllegalArgumentException(
          "a row of %d features and %d contributions; expected %d and %d"
              .formatted(row.size(), contributions.length, features.size(), length()));
    }
    for (int column = 0; column < columns.length; column++) {
      values[column] = columns[column].number(row);
    }
    Arrays.fill(contributions, 0);
    evaluator.add(values, contributions);
    int stride = features.size() + 1;
    for (int output = 0; output < outputs.size(); output++) {
      double factor = margins.factors()[output];
      for (int feature = 0; factor != 1 && feature < features.size(); feature++) {
        contributions[output * stride + feature] *= factor;
      }
      contributions[output * stride + features.size()] = baseValue(output);
    }
  }

  /**
   * The features that moved a margin most.
   *
   * @param contributions as {@link #explain} filled them
   * @param count how many at most
   * @return by absolute value from the largest on; equal ones in the features' order
   */
  public List<Contribution> topK(double[] contributions, int output, int count) {
    int from = output * (features.size() + 1);
    List<Contribution> all = new ArrayList<>(features.size());
    for (int feature = 0; feature < features.size(); feature++) {
      all.add(new Contribution(features.get(feature), contributions[from + feature]));
    }
    all.sort(
        Comparator.comparingDouble((Contribution contribution) -> Math.abs(contribution.value()))
            .reversed());
    return List.copyOf(all.subList(0, Math.min(count, all.size())));
  }
}
