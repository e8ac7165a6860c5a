package io.leat.retraining.policy;

import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers that a request has been taken up, forgets it when its run has come to an end, and knows
 * by then which cause is answered. A run that lapses lets its request lapse.
 */
final class RunProcessor extends PolicyProcessor {
  private static final Logger log = LoggerFactory.getLogger(RunProcessor.class);

  private final AvroCodec codec;

  RunProcessor(Parts parts, RegistryClient registry) {
    super(parts);
    this.codec = new AvroCodec(registry);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    RetrainingRun run = retry().call(() -> codec.decode(record.value(), RetrainingRun.class));
    switch (run.getState()) {
      case STARTED, PINNED, TRAINED, GATED, PUBLISHED -> {
        memory().goesOn(run);
        closeLapse(
            run.getModel(),
            "a run has taken up a retraining request of the model",
            time(run),
            record);
      }
      case PROMOTED, REJECTED, FAILED -> memory().ended(run).ifPresent(request -> told(run));
      case LAPSED -> {
        Optional<RetrainingRequest> ended = memory().ended(run);
        if (ended.isPresent() && !memory().attempts(run.getModel(), run.getCause()).answered()) {
          lapse(ended.get(), true, run.getMessage(), time(run), record);
        }
      }
    }
  }

  private static Instant time(RetrainingRun run) {
    return Optional.ofNullable(run.getEventTime()).orElse(Instant.EPOCH);
  }

  private static void told(RetrainingRun run) {
    log.info(
        "Request {} has come to an end: run {} is {}",
        run.getRequestId(),
        run.getRunId(),
        run.getState());
  }
}
