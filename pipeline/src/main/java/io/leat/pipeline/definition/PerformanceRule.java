package io.leat.pipeline.definition;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * When a monitor says that a model does worse than it did.
 *
 * @param drop by how much the metric may be worse than the reference, at least 0
 * @param tolerance by how much the risk may be above the reference, at least 0
 */
public record PerformanceRule(Metric metric, double drop, double tolerance)
    implements Serializable {
  private static final long serialVersionUID = 1L;

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
