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
            int rounds = 0;
            List<float[][]> best = List.of();
            for (int round = 0; round < most && round < rounds + patience; round++) {
              List<float[][]> predicted = new ArrayList<>();
              double loss = 0;
              for (Boosting boosting : boostings) {
                boosting.next(round);
                float[][] found = boosting.predict();
                predicted.add(found);
                loss += boosting.loss(found);
              }
              if (best.isEmpty() || loss < least) {
                least = loss;
                rounds = round + 1;
                best = predicted;
              }
            }
            List<double[][]> margins = new ArrayList<>();
            for (int fold = 0; fold < boostings.size(); fold++) {
              margins.add(
                  Arrays.stream(best.get(fold))
                      .map(boostings.get(fold)::margins)
                      .toArray(double[][]::new));
            }
            return new Validation(rounds, margins);
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

    /** What each later row is predicted to be now, as XGBoost has it. */
    float[][] predict() throws XGBoostError {
      return booster.predict(validation, true);
    }

    double[] margins(float[] predicted) {
      double offset = kind.type() == Kind.Type.REGRESSION ? base[0] : 0;
      double[] margins = new double[predicted.length];
      Arrays.setAll(margins, i -> predicted[i] + offset);
      return margins;
    }

    /** A sum over the later rows, so that folds' sums can be added up. */
    double loss(float[][] predicted) {
      double sum = 0;
      for (int i = 0; i < predicted.length; i++) {
        sum += kind.loss(margins(predicted[i]), later.rows().get(i).label());
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
    float[] values = new float[Math.multiplyExact(rows, width)];
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
