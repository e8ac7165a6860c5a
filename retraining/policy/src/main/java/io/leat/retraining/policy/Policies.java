package io.leat.retraining.policy;

import static java.util.Objects.requireNonNull;

import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.Budget;
import io.leat.pipeline.definition.RetrainingPolicy.Cause;
import io.leat.pipeline.definition.RetrainingPolicy.Conditions;
import io.leat.pipeline.definition.RetrainingPolicy.Harmful;
import io.leat.pipeline.definition.RetrainingPolicy.Veto;
import io.leat.records.RetrainingRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The decision whether something asks for a new version of a model; a pure function. */
public final class Policies {
  private final List<RetrainingPolicy> policies;

  public Policies(List<RetrainingPolicy> policies) {
    this.policies = List.copyOf(policies);
  }

  /** A model's policies, in declared order. */
  public List<RetrainingPolicy> of(String model) {
    return policies.stream().filter(policy -> policy.model().equals(model)).toList();
  }

  /**
   * Decides. The first of the model's policies that takes such causes, whose severity is reached
   * and that nothing holds back asks for the new version, unless a run is under way. Where none
   * does, the outcome is what held back the first of them.
   */
  public Decision decide(String model, Asking asking, ModelState now) {
    List<RetrainingPolicy> ofModel = of(model);
    if (ofModel.isEmpty()) {
      return Decision.suppressed(AlertOutcome.NO_POLICY, "no retraining policy names the model");
    }
    List<RetrainingPolicy> taking =
        ofModel.stream().filter(policy -> policy.when().causes().contains(asking.cause())).toList();
    if (taking.isEmpty()) {
      return Decision.suppressed(
          AlertOutcome.NOT_ASKED,
          "no policy has when: " + asking.cause().name().toLowerCase(Locale.ROOT));
    }
    List<RetrainingPolicy> reached =
        taking.stream()
            .filter(policy -> asking.severity().compareTo(policy.when().severity()) >= 0)
            .toList();
    if (reached.isEmpty()) {
      return Decision.suppressed(
          AlertOutcome.BELOW_SEVERITY,
          "its severity is %s; the policy asks for %s"
              .formatted(asking.severity(), taking.get(0).when().severity()));
    }
    if (now.last() != null && now.state() == RequestState.RUNNING) {
      return Decision.suppressed(
          AlertOutcome.REQUEST_OPEN,
          "the run of request %s has not come to an end".formatted(now.last().getRequestId()));
    }
    Optional<Decision> first = Optional.empty();
    for (RetrainingPolicy policy : reached) {
      Optional<Decision> held = heldBack(policy.when(), asking, now);
      if (held.isEmpty()) {
        return new Decision(
            AlertOutcome.REQUESTED,
            Optional.of(policy),
            "policy %s: %s".formatted(policy.name(), asking.message()));
      }
      first = first.or(() -> held);
    }
    return first.orElseThrow();
  }

  private static Optional<Decision> heldBack(Conditions when, Asking asking, ModelState now) {
    if (asking.cause() == Cause.DRIFT && when.harmful() == Harmful.ONLY && !now.harmed()) {
      return Optional.of(
          Decision.suppressed(
              AlertOutcome.NO_HARM, "the model performs as before, as far as is known"));
    }
    if (when.veto().contains(Veto.DATA_QUALITY)) {
      Optional<String> veto = veto(when, asking, now);
      if (veto.isPresent()) {
        return veto.map(reason -> Decision.suppressed(AlertOutcome.VETOED, reason));
      }
    }
    RetrainingRequest last = now.last();
    if (last != null && isTooEarly(last, asking, when.coolDown())) {
      return Optional.of(
          Decision.suppressed(
              now.state() == RequestState.WAITING
                  ? AlertOutcome.REQUEST_OPEN
                  : AlertOutcome.COOL_DOWN,
              "its time is %s; request %s was made for %s and the cool-down is %s"
                  .formatted(
                      asking.time(),
                      requireNonNull(last.getRequestId()),
                      last.getEventTime(),
                      Durations.format(when.coolDown()))));
    }
    return when.budget()
        .filter(budget -> made(budget, asking, now) >= budget.runs())
        .map(
            budget ->
                Decision.suppressed(
                    AlertOutcome.OVER_BUDGET,
                    "%d requests were made in %s, and no more than %d may be"
                        .formatted(
                            made(budget, asking, now),
                            Durations.format(budget.per()),
                            budget.runs())));
  }

  /** Why data quality holds it back. */
  private static Optional<String> veto(Conditions when, Asking asking, ModelState now) {
    if (now.broken()) {
      return Optional.of("an episode of data quality is open: what comes in is broken");
    }
    boolean goesByHarm = asking.cause() == Cause.DRIFT && when.harmful() == Harmful.ONLY;
    return asking
        .doubt()
        .map(Doubt::reason)
        .or(
            () ->
                goesByHarm
                    ? now.harmInDoubt().map(doubt -> "of the harm: " + doubt.reason())
                    : Optional.empty());
  }

  /** Without a cool-down the same cause does not ask twice of the same data either. */
  private static boolean isTooEarly(RetrainingRequest last, Asking asking, Duration coolDown) {
    Duration since = Duration.between(last.getEventTime(), asking.time());
    return since.compareTo(coolDown) < 0
        || asking.before() > 0 && since.compareTo(Duration.ZERO) <= 0;
  }

  private static long made(Budget budget, Asking asking, ModelState now) {
    return now.requests().stream()
        .filter(time -> time.isAfter(asking.time().minus(budget.per())))
        .count();
  }
}
