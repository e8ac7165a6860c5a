package io.leat.retraining.policy;

import static java.util.Objects.requireNonNull;

import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The decision whether an alert asks for a new version of its model; a pure function. */
final class Policies {
  private final List<RetrainingPolicy> policies;

  Policies(List<RetrainingPolicy> policies) {
    this.policies = List.copyOf(policies);
  }

  /**
   * Decides. The first of the model's policies whose severity is reached and whose cool-down is
   * over asks for the new version, unless a run is under way. A request that no run has taken up by
   * the end of the cool-down has lapsed.
   *
   * @param last the last request for the alert's model; null where there was none
   * @param state how far that request has come; without meaning where there was none
   */
  Decision decide(DriftAlert alert, @Nullable RetrainingRequest last, RequestState state) {
    if (alert.getState() == AlertState.CLOSED) {
      return Decision.suppressed(AlertOutcome.CLOSED, "the drift has ceased");
    }
    List<RetrainingPolicy> ofModel =
        policies.stream().filter(policy -> policy.model().equals(alert.getModel())).toList();
    if (ofModel.isEmpty()) {
      return Decision.suppressed(AlertOutcome.NO_POLICY, "no retraining policy names the model");
    }
    List<RetrainingPolicy> reached =
        ofModel.stream().filter(policy -> isReached(policy, alert)).toList();
    if (reached.isEmpty()) {
      return Decision.suppressed(
          AlertOutcome.BELOW_SEVERITY,
          "its severity is %s; the policy asks for %s"
              .formatted(alert.getSeverity(), ofModel.get(0).severity()));
    }
    if (last != null && state == RequestState.RUNNING) {
      return Decision.suppressed(
          AlertOutcome.REQUEST_OPEN,
          "the run of request %s has not come to an end".formatted(last.getRequestId()));
    }
    Instant time = alert.getWindowEnd();
    for (RetrainingPolicy policy : reached) {
      if (last == null
          || Duration.between(last.getEventTime(), time).compareTo(policy.coolDown()) >= 0) {
        return new Decision(
            AlertOutcome.REQUESTED,
            Optional.of(policy),
            "policy %s: %s".formatted(policy.name(), alert.getMessage()));
      }
    }
    return Decision.suppressed(
        state == RequestState.WAITING ? AlertOutcome.REQUEST_OPEN : AlertOutcome.COOL_DOWN,
        "its window ends %s; request %s was made for %s and the cool-down is %s"
            .formatted(
                time,
                requireNonNull(last, "one was made, or the first policy asks").getRequestId(),
                last.getEventTime(),
                Durations.format(reached.get(0).coolDown())));
  }

  private static boolean isReached(RetrainingPolicy policy, DriftAlert alert) {
    return switch (policy.severity()) {
      case WARN -> true;
      case CRITICAL -> alert.getSeverity() == io.leat.records.Severity.CRITICAL;
    };
  }
}
