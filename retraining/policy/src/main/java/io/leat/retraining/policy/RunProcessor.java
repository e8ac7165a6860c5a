package io.leat.retraining.policy;

import io.leat.records.RetrainingRun;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers that a request has been taken up, and forgets it when its run has come to an end. */
final class RunProcessor implements Processor<String, byte[], Void, Void> {
  private static final Logger log = LoggerFactory.getLogger(RunProcessor.class);

  private final AvroCodec codec;
  private final RegistryRetry retry;
  private @Nullable KeyValueStore<String, byte[]> openRequests;
  private @Nullable KeyValueStore<String, byte[]> runs;

  RunProcessor(AvroCodec codec, RegistryRetry retry) {
    this.codec = codec;
    this.retry = retry;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    this.openRequests = context.getStateStore(RetrainingTopology.OPEN_REQUESTS);
    this.runs = context.getStateStore(RetrainingTopology.RUNS);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    RetrainingRun run = retry.call(() -> codec.decode(record.value(), RetrainingRun.class));
    switch (run.getState()) {
      case STARTED, PINNED, TRAINED, GATED, PUBLISHED ->
          Objects.requireNonNull(runs).put(run.getRequestId(), record.value());
      case PROMOTED, REJECTED, FAILED, LAPSED -> {
        Objects.requireNonNull(runs).delete(run.getRequestId());
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
