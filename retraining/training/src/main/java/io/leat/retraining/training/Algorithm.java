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
  BOOSTED_TREES(EnumSet.allOf(Kind.Type.class), BoostedTrees.HYPERPARAMETERS, new BoostedTrees()),

  /** Multinomial logistic regression on standardised features, of two classes or several. */
  LOGISTIC(
      EnumSet.of(Kind.Type.BINARY, Kind.Type.MULTICLASS),
      List.of(
          real("learning_rate", 0.3, 1e-6, 100, "First step of AdaGrad."),
          whole("passes", 50, 1, 10_000, "How often all rows are seen."),
          whole("batch", 32, 1, 1_000_000, "Rows a step.")),
      new LogisticRegression()),

  /** Least squares on standardised features, the squares of whose weights cost something. */
  LINEAR(
      EnumSet.of(Kind.Type.REGRESSION),
      List.of(
          real(
              "l2",
              1,
              1e-9,
              1e12,
              "What the squares of weights cost beside the squares of errors (ridge regression).")),
      new RidgeRegression());

  private final Set<Kind.Type> kinds;
  private final List<Hyperparameter> hyperparameters;
  private final Learner learner;

  Algorithm(Set<Kind.Type> kinds, List<Hyperparameter> hyperparameters, Learner learner) {
    this.kinds = Set.copyOf(kinds);
    this.hyperparameters = List.copyOf(hyperparameters);
    this.learner = learner;
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
        ? BoostedTrees.DEFAULT_GRID.stream().map(one -> Hyperparameters.of(this, one)).toList()
        : List.of(Hyperparameters.of(this, Map.of()));
  }

  /** Name of the graph. */
  String graph() {
    return this == LOGISTIC ? "logistic-regression" : label().replace('_', '-');
  }

  Learner learner() {
    return learner;
  }
}
