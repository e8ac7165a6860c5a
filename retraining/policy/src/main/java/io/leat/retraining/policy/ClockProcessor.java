package io.leat.retraining.policy;

import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.RetrainingRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Lets event time pass for a model, and knows how far its monitors have looked: what has lapsed by
 * then, what waited for it, what is due.
 */
final class ClockProcessor extends PolicyProcessor {
  ClockProcessor(Parts parts) {
    super(parts);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    String model = record.key();
    LookedAt read = LookedAt.fromBytes(record.value());
    Instant now = memory().reached(model, read.end());
    read.window().ifPresent(window -> looked(model, read.looker(), window));
    pass(model, now, record);
    for (RetrainingPolicy policy : policies().of(model)) {
      policy
          .when()
          .schedule()
          .map(period -> due(policy, period, now))
          .filter(due -> !now.isBefore(due))
          .ifPresent(due -> ask(policy, due, now, record));
    }
  }

  private void ask(
      RetrainingPolicy policy, Instant due, Instant now, Record<String, byte[]> record) {
    Asking asking = Asking.ofSchedule(policy, due, now);
    Decision decision = decide(policy.model(), asking);
    if (decision.policy().isPresent()) {
      count(policy.model(), AlertOutcome.REQUESTED);
      request(decision, asking, record);
    }
  }

  /** A period after the model's last request, or after the first window that was seen. */
  private Instant due(RetrainingPolicy policy, Duration period, Instant now) {
    Instant since =
        Optional.ofNullable(memory().of(policy.model()).last())
            .map(RetrainingRequest::getEventTime)
            .orElseGet(() -> memory().anchor(policy.name(), now));
    return since.plus(period);
  }
}
