package io.leat.scoring.rollouts;

import io.leat.records.RolloutObservation;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Folds observations into evidence, and lets {@link StageKeeper} look at it every second. Runs on
 * the stream thread of the topic's only partition.
 *
 * <p>What is behind knows too little to say that a stage is passed, or is not within its time: so
 * it is for some seconds after it began, and whenever it takes records that lay there for as long.
 */
final class RolloutProcessor implements Processor<byte[], byte[], Void, Void> {
  static final Duration LOOKS = Duration.ofSeconds(1);
  static final Duration BEHIND = Duration.ofSeconds(5);

  private final Set<String> models;
  private final AvroCodec codec;
  private final RegistryRetry retry;
  private final StageKeeper keeper;
  private @Nullable EvidenceStore evidence;
  private @Nullable ProcessorContext<Void, Void> context;
  private long behindUntil;

  /**
   * @param models of the pipeline; other models' observations are another service's
   */
  RolloutProcessor(Set<String> models, AvroCodec codec, RegistryRetry retry, StageKeeper keeper) {
    this.models = models;
    this.codec = codec;
    this.retry = retry;
    this.keeper = keeper;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    EvidenceStore store = new EvidenceStore(context.getStateStore(EvidenceStore.NAME));
    this.evidence = store;
    this.context = context;
    this.behindUntil = context.currentSystemTimeMs() + BEHIND.toMillis();
    context.schedule(
        LOOKS,
        PunctuationType.WALL_CLOCK_TIME,
        time -> keeper.look(store, Instant.ofEpochMilli(time), time < behindUntil));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.value() == null) {
      return; // it says nothing
    }
    long now = Objects.requireNonNull(context, "init comes first").currentSystemTimeMs();
    if (record.timestamp() < now - BEHIND.toMillis()) {
      behindUntil = now + BEHIND.toMillis();
    }
    RolloutObservation observation =
        retry.call(() -> codec.decode(record.value(), RolloutObservation.class));
    if (models.contains(observation.getModel())) {
      Objects.requireNonNull(evidence, "init comes first").add(observation);
    }
  }
}
