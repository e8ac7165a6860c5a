package io.leat.retraining.policy;

import io.leat.pipeline.definition.RetrainingPolicy;
import java.util.Optional;

/**
 * What a model's policies say of an alert.
 *
 * @param policy the policy that asks for a new version; present for {@link AlertOutcome#REQUESTED}
 * @param reason one sentence for the log
 */
public record Decision(AlertOutcome outcome, Optional<RetrainingPolicy> policy, String reason) {
  static Decision suppressed(AlertOutcome outcome, String reason) {
    return new Decision(outcome, Optional.empty(), reason);
  }
}
