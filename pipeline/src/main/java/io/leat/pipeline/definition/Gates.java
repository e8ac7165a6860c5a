package io.leat.pipeline.definition;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a new version has to pass, on rows that neither it nor the champion has learnt from. By how
 * much a figure may be worse than the champion's, each 0 or more; empty: it is not looked at.
 *
 * @param auc area under the ROC curve
 * @param loss mean log loss, in nats
 * @param calibration expected calibration error
 * @param latency of one vector, 99 of 100, whatever the champion's is
 */
public record Gates(
    OptionalDouble auc,
    OptionalDouble loss,
    OptionalDouble calibration,
    Optional<Duration> latency) {
  /** The gates where none are named. */
  public static final Gates DEFAULT =
      new Gates(
          OptionalDouble.of(0.005),
          OptionalDouble.empty(),
          OptionalDouble.of(0.01),
          Optional.empty());
}
