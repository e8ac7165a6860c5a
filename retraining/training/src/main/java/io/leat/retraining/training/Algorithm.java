package io.leat.retraining.training;

import static io.leat.retraining.training.Hyperparameter.real;
import static io.leat.retraining.training.Hyperparameter.whole;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How a model is learnt. */
public enum Algorithm {
  /** Gradient boosted trees, of every kind. */
  BOOSTED_TREES(
      EnumSet.allOf(Kind.Type.class),
      List.of(
          whole("max_depth", 6, 1, 16, "Most splits between a tree's root and a leaf."),
          real("learning_rate", 0.1, 1e-4, 1, "What a tree's values are multiplied by."),
          real("min_child_weight", 1, 0, 1e9, "Least sum of second derivatives in a leaf."),
          real("subsample", 1, 0.01, 1, "Share of the rows that a tree sees."),
          real("colsample_bytree", 1, 0.01, 1, "Share of the features that a tree sees."),
          real("reg_lambda", 1, 0, 1e9, "What the squares of leaves' values cost."),
          real("reg_alpha", 0, 0, 1e9, "What leaves' absolute values cost."),
          real("gamma", 0, 0, 1e9, "Least gain of a split."),
          whole("max_bin", 256, 2, 65_536, "Most bins of a feature's histogram."),
          whole("max_rounds", 500, 1, 10_000, "Most trees a margin."),
          whole(
              "early_stopping_rounds",
              30,
              1,
              10_000,
              "Rounds without a better loss on later rows after which no more follow."))),

  /** Multinomial logistic regression on standardised features, of two classes or several. */
  LOGISTIC(
      EnumSet.of(Kind.Type.BINARY, Kind.Type.MULTICLASS),
      List.of(
          real("learning_rate", 0.3, 1e-6, 100, "First step of AdaGrad."),
          whole("passes", 50, 1, 10_000, "How often all rows are seen."),
          whole("batch", 32, 1, 1_000_000, "Rows a step."))),

  /** Least squares on standardised features, the squares of whose weights cost something. */
  LINEAR(
      EnumSet.of(Kind.Type.REGRESSION),
      List.of(
          real(
              "l2",
              1,
              1e-9,
              1e12,
              "What the squares of weights cost beside the squares of errors (ridge regression).")));

  /** From few and shallow to many and deep; the last two see a share of rows and features. */
  private static final List<Map<String, Double>> TREES =
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

  private final Set<Kind.Type> kinds;
  private final List<Hyperparameter> hyperparameters;

  Algorithm(Set<Kind.Type> kinds, List<Hyperparameter> hyperparameters) {
    this.kinds = Set.copyOf(kinds);
    this.hyperparameters = List.copyOf(hyperparameters);
  }

  /** As definitions, options and reports name it: {@code boosted_trees}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The algorithm of a {@link #label}. */
  public static Optional<Algorithm> labelled(String label) {
    return Arrays.stream(values()).filter(one -> one.label().equals(label)).findFirst();
  }

  /** Whether it learns to predict such labels. */
  public boolean learns(Kind kind) {
    return kinds.contains(kind.type());
  }

  /** All that it can be told. */
  public List<Hyperparameter> hyperparameters() {
    return hyperparameters;
  }

  /** The candidates that it tries where a plan names none. */
  public List<Hyperparameters> defaultGrid() {
    return this == BOOSTED_TREES
        ? TREES.stream().map(one -> Hyperparameters.of(this, one)).toList()
        : List.of(Hyperparameters.of(this, Map.of()));
  }

  /** Name of the graph. */
  String graph() {
    return this == LOGISTIC ? "logistic-regression" : label().replace('_', '-');
  }

  /** Made when it is asked for: its name is known where no library of it is there. */
  Learner learner() {
    return switch (this) {
      case BOOSTED_TREES -> new BoostedTrees();
      case LOGISTIC -> new LogisticRegression();
      case LINEAR -> new RidgeRegression();
    };
  }
}
