package io.leat.retraining.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Gradient boosted trees by XGBoost (Chen and Guestrin, KDD 2016), on histograms. On one thread and
 * with the seed set anew each round, so that the same rows give the same trees.
 *
 * <p>Trees begin from what is known without features: the logarithm of the odds of a true label,
 * the mean of numbers; of several classes nothing. Of numbers they learn the distance from the
 * mean, which single precision holds better.
 */
final class BoostedTrees implements Learner {
  static final List<Hyperparameter> HYPERPARAMETERS =
      List.of(
          Hyperparameter.whole(
              "max_depth", 6, 1, 16, "Most splits between a tree's root and a leaf."),
          Hyperparameter.real(
              "learning_rate", 0.1, 1e-4, 1, "What a tree's values are multiplied by."),
          Hyperparameter.real(
              "min_child_weight", 1, 0, 1e9, "Least sum of second derivatives in a leaf."),
          Hyperparameter.real("subsample", 1, 0.01, 1, "Share of the rows that a tree sees."),
          Hyperparameter.real(
              "colsample_bytree", 1, 0.01, 1, "Share of the features that a tree sees."),
          Hyperparameter.real("reg_lambda", 1, 0, 1e9, "What the squares of leaves' values cost."),
          Hyperparameter.real("reg_alpha", 0, 0, 1e9, "What leaves' absolute values cost."),
          Hyperparameter.real("gamma", 0, 0, 1e9, "Least gain of a split."),
          Hyperparameter.whole("max_bin", 256, 2, 65_536, "Most bins of a feature's histogram."),
          Hyperparameter.whole("max_rounds", 500, 1, 10_000, "Most trees a margin."),
          Hyperparameter.whole(
              "early_stopping_rounds",
              30,
              1,
              10_000,
              "Rounds without a better loss on later rows after which no more follow."));

  /** From few and shallow to many and deep; the last two see a share of rows and features. */
  static final List<Map<String, Double>> DEFAULT_GRID =
      List.of(
          Map.of("max_depth", 3.0),
          Map.of("max_depth", 6.0),
          Map.of(
              "max_depth",
              5.0,
              "min_child_weight",
              10.0,
              "subsample",
              0.8,
              "colsample_bytree",
              0.8),
          Map.of(
              "max_depth",
              8.0,
              "learning_rate",
              0.05,
              "min_child_weight",
              20.0,
              "subsample",
              0.8,
              "colsample_bytree",
              0.8));

  /** What XGBoost is told by other means, or not at all. */
  private static final List<String> OURS = List.of("max_rounds", "early_stopping_rounds");

  @Override
  public BoostedModel fit(
      TrainingSet set, Kind kind, Hyperparameters hyperparameters, long seed, int rounds)
      throws TrainingException {
    int count = rounds == 0 ? hyperparameters.whole("max_rounds") : rounds;
    float[] base = base(set, kind);
    return run(
        () -> {
          try (Boosting boosting =
              new Boosting(set, set.part(0, 0), kind, base, hyperparameters, seed)) {
            for (int round = 0; round < count; round++) {
              boosting.next(round);
            }
            return BoostedModel.read(boosting.booster.toByteArray("json"), base);
          }
        });
  }

  /** Boosts all folds side by side, and stops where they are best together. */
  @Override
  public Validation validate(
      List<TrainingSet.Split> folds, Kind kind, Hyperparameters hyperparameters, long seed)
      throws TrainingException {
    int most = hyperparameters.whole("max_rounds");
    int patience = hyperparameters.whole("early_stopping_rounds");
    return run(
        () -> {
          List<Boosting> boostings = new ArrayList<>();
          try {
            for (TrainingSet.Split fold : folds) {
              boostings.add(
                  new Boosting(
                      fold.training(),
                      fold.holdOut(),
                      kind,
                      base(fold.training(), kind),
                      hyperparameters,
                      seed));
            }
            double least = Double.POSITIVE_INFINITY;
            Validation best = new Validation(1, List.of());
            for (int round = 0; round < most && round < best.rounds() + patience; round++) {
              List<double[][]> margins = new ArrayList<>();
              double loss = 0;
              for (Boosting boosting : boostings) {
                boosting.next(round);
                double[][] found = boosting.margins();
                margins.add(found);
                loss += boosting.loss(found);
              }
              if (best.margins().isEmpty() || loss < least) {
                least = loss;
                best = new Validation(round + 1, margins);
              }
            }
            return best;
          } finally {
            boostings.forEach(Boosting::close);
          }
        });
  }

  /** What margins are where no feature says anything. */
  private static float[] base(TrainingSet set, Kind kind) {
    return switch (kind.type()) {
      case BINARY ->
          new float[] {
            (float) Math.log((set.positives() + 0.5) / (set.size() - set.positives() + 0.5))
          };
      case MULTICLASS -> new float[kind.classes()]; // XGBoost's Java part takes one a row
      case REGRESSION -> new float[] {(float) (Arrays.stream(set.labels()).sum() / set.size())};
    };
  }

  /** What may fail in XGBoost. */
  private interface Work<T> {
    T run() throws XGBoostError;
  }

  private static <T> T run(Work<T> work) throws TrainingException {
    try {
      return work.run();
    } catch (XGBoostError e) {
      throw new IllegalStateException("XGBoost: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new TrainingException(
          "XGBoost's native library cannot be loaded (%s). It runs on Linux with glibc and libgomp.so.1 (package libgomp1), macOS with libomp, and Windows; train with another algorithm elsewhere."
              .formatted(e));
    }
  }

  /** One ensemble in the making, with rows that it is measured on. */
  private static final class Boosting implements AutoCloseable {
    private final Kind kind;
    private final TrainingSet later;
    private final float[] base;
    private final DMatrix training;
    private final DMatrix validation;
    final Booster booster;

    Boosting(
        TrainingSet set,
        TrainingSet later,
        Kind kind,
        float[] base,
        Hyperparameters hyperparameters,
        long seed)
        throws XGBoostError {
      this.kind = kind;
      this.later = later;
      this.base = base;
      this.training = matrix(set, kind, base);
      this.validation = later.size() == 0 ? training : matrix(later, kind, base);
      // Without rounds: only this way knows the matrices of which it keeps what it predicted.
      this.booster =
          XGBoost.train(
              training,
              parameters(kind, hyperparameters, seed),
              0,
              Map.of("validation", validation),
              null,
              null);
    }

    void next(int round) throws XGBoostError {
      booster.update(training, round);
    }

    double[][] margins() throws XGBoostError {
      float[][] found = booster.predict(validation, true);
      double offset = kind.type() == Kind.Type.REGRESSION ? base[0] : 0;
      double[][] margins = new double[found.length][];
      for (int i = 0; i < found.length; i++) {
        margins[i] = new double[found[i].length];
        for (int k = 0; k < found[i].length; k++) {
          margins[i][k] = found[i][k] + offset;
        }
      }
      return margins;
    }

    /** What the folds' losses add up to: a sum over rows. */
    double loss(double[][] margins) {
      double sum = 0;
      for (int i = 0; i < margins.length; i++) {
        sum += kind.loss(margins[i], later.rows().get(i).label());
      }
      return sum;
    }

    @Override
    public void close() {
      booster.dispose();
      training.dispose();
      validation.dispose();
    }
  }

  static DMatrix matrix(TrainingSet set, Kind kind, float[] base) throws XGBoostError {
    int width = set.features().size();
    int rows = set.size();
    float[] values = new float[rows * width];
    float[] labels = new float[rows];
    boolean centred = kind.type() == Kind.Type.REGRESSION;
    for (int i = 0; i < rows; i++) {
      TrainingSet.Row row = set.rows().get(i);
      System.arraycopy(row.values(), 0, values, i * width, width);
      labels[i] = (float) (row.label() - (centred ? base[0] : 0));
    }
    DMatrix matrix = new DMatrix(values, rows, width, Float.NaN);
    matrix.setLabel(labels);
    if (kind.type() == Kind.Type.BINARY) {
      float[] margins = new float[rows];
      Arrays.fill(margins, base[0]);
      matrix.setBaseMargin(margins);
    }
    return matrix;
  }

  private static Map<String, Object> parameters(
      Kind kind, Hyperparameters hyperparameters, long seed) {
    Map<String, Object> parameters = new HashMap<>();
    hyperparameters
        .values()
        .forEach(
            (name, value) -> {
              if (!OURS.contains(name)) {
                parameters.put(
                    name, value == Math.rint(value) ? (Object) value.longValue() : value);
              }
            });
    parameters.put("tree_method", "hist");
    parameters.put("nthread", 1);
    parameters.put("seed", seed);
    parameters.put("seed_per_iteration", true);
    parameters.put("verbosity", 0);
    switch (kind.type()) {
      case BINARY -> parameters.put("objective", "binary:logistic");
      case REGRESSION -> {
        parameters.put("objective", "reg:squarederror");
        parameters.put("base_score", 0);
      }
      case MULTICLASS -> {
        parameters.put("objective", "multi:softprob");
        parameters.put("num_class", kind.classes());
        parameters.put("base_score", 0);
      }
    }
    return parameters;
  }
}
