package io.leat.pipeline.definition;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a monitor says that a model does worse than it did.
 *
 * @param drop by how much the metric may be worse than the reference, at least 0
 * @param tolerance by how much the risk may be above the reference, at least 0
 * @param protectedSegments names of the monitor's segments between whose values gaps are measured
 * @param costs what decisions cost once their label is known; what is not named costs 0
 */
public record PerformanceRule(
    Metric metric, double drop, double tolerance, List<String> protectedSegments, List<Cost> costs)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public PerformanceRule {
    protectedSegments = List.copyOf(protectedSegments);
    costs = List.copyOf(costs);
  }

  /** A rule alone. */
  public PerformanceRule(Metric metric, double drop, double tolerance) {
    this(metric, drop, tolerance, List.of(), List.of());
  }

  /**
   * What a decision costs.
   *
   * @param decision its name, or {@link #NONE}
   * @param cost in a unit of the user's choice; less than 0 is a gain
   */
  public record Cost(String decision, boolean label, double cost) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** No decision. */
    public static final String NONE = "none";
  }

  /**
   * What a score cost.
   *
   * @param decision null where none was taken
   */
  public double cost(@Nullable String decision, boolean label) {
    String taken = decision == null ? Cost.NONE : decision;
    return costs.stream()
        .filter(cost -> cost.decision().equals(taken) && cost.label() == label)
        .mapToDouble(Cost::cost)
        .sum();
  }

  /** What the rule of the drop looks at: figures with an interval. */
  public enum Metric {
    AUC("auc", true),
    LOG_LOSS("logloss", false),
    BRIER("brier", false),
    PRECISION("precision", true),
    RECALL("recall", true),
    MAE("mae", false),
    RMSE("rmse", false);

    private final String word;
    private final boolean isMoreBetter;

    Metric(String word, boolean isMoreBetter) {
      this.word = word;
      this.isMoreBetter = isMoreBetter;
    }

    /** As the definition language and metrics have it. */
    public String word() {
      return word;
    }

    /** Whether a greater value is better. */
    public boolean isMoreBetter() {
      return isMoreBetter;
    }

    public static Optional<Metric> of(String word) {
      return Arrays.stream(values()).filter(metric -> metric.word.equals(word)).findFirst();
    }

    public static List<String> words() {
      return Arrays.stream(values()).map(Metric::word).toList();
    }
  }
}
