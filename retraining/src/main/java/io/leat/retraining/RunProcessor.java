package io.leat.retraining;

import io.leat.records.RetrainingRun;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.schemas.AvroCodec;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets an open request when its run has come to an end. */
final class RunProcessor implements Processor<String, byte[], Void, Void> {
  private static final Logger log = LoggerFactory.getLogger(RunProcessor.class);

  private final AvroCodec codec;
  private final RegistryPatience patience;
  private @Nullable KeyValueStore<String, byte[]> openRequests;

  RunProcessor(AvroCodec codec, RegistryPatience patience) {
    this.codec = codec;
    this.patience = patience;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    this.openRequests = context.getStateStore(RetrainingTopology.OPEN_REQUESTS);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    RetrainingRun run = patience.call(() -> codec.decode(record.value(), RetrainingRun.class));
    switch (run.getState()) {
      case STARTED, TRAINED, GATED -> {}
      case PROMOTED, REJECTED, FAILED -> {
        if (Objects.requireNonNull(openRequests).delete(run.getRequestId()) != null) {
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
