package io.leat.models.guard;

import io.leat.records.Outcome;
import io.leat.records.RolloutLoss;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a score costs, once it is known what it was to predict. */
public final class OutcomeLoss {
  private OutcomeLoss() {}

  /**
   * Of a score with its label.
   *
   * @return from 0 to 1; empty where it has no label, none that came in time, or one that the loss
   *     does not know: a text, or of {@link io.leat.records.LossKind#BRIER} and {@link
   *     io.leat.records.LossKind#WRONG_DECISION} a number other than 0 and 1
   */
  public static Optional<Double> of(Outcome outcome, RolloutLoss loss) {
    if (isLate(outcome, loss)) {
      return Optional.empty();
    }
    double label = number(outcome.getLabel());
    double distance = Math.abs(outcome.getScore() - label);
    double cost =
        switch (loss.getKind()) {
          case BRIER -> isTruth(label) ? distance * distance : Double.NaN;
          case WRONG_DECISION ->
              isTruth(label)
                  ? ((outcome.getDecision() != null) == (label == 1) ? 0 : 1)
                  : Double.NaN;
          case ABSOLUTE_ERROR ->
              distance / Objects.requireNonNull(loss.getScale(), "of ABSOLUTE_ERROR");
        };
    return Double.isNaN(cost) ? Optional.empty() : Optional.of(Math.min(cost, 1));
  }

  /** Whether the label came when the score was to have been held against it already. */
  public static boolean isLate(Outcome outcome, RolloutLoss loss) {
    Instant known = outcome.getLabelTime();
    return known != null && known.isAfter(outcome.getEventTime().plus(after(loss)));
  }

  /** How long after its event a score is held against its label. */
  public static Duration after(RolloutLoss loss) {
    return Duration.ofMillis(loss.getAfter());
  }

  private static double number(@Nullable Object label) {
    if (label instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    return label instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static boolean isTruth(double label) {
    return label == 0 || label == 1;
  }
}
