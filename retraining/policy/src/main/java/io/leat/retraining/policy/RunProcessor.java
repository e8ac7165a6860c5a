package io.leat.retraining.policy;

import io.leat.records.RetrainingRun;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers that a request has been taken up, and forgets it when its run has come to an end. */
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
        memory().run(run, false);
        closeLapse(
            run.getModel(), Optional.ofNullable(run.getEventTime()).orElse(Instant.EPOCH), record);
      }
      case PROMOTED, REJECTED, FAILED, LAPSED -> {
        if (memory().run(run, true)) {
          log.info(
              "Request {} has come to an end: run {} is {}",
              run.getRequestId(),
              run.getRunId(),
              run.getState());
        }
      }
    }
  }
}
