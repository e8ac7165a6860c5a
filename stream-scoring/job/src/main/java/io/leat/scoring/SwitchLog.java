package io.leat.scoring;

import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.schemas.AvroCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The positions at which one partition went over to other rollouts of a model, in a store whose
 * changelog is where others read them: by the offset of the first vector that a rollout scores, the
 * {@link ModelSwitch}. An offset is scored by the rollout of the last position that is not behind
 * it. Owned by one task.
 */
final class SwitchLog {
  private final String model;
  private final KeyValueStore<Long, byte[]> store;
  private final AvroCodec codec;
  private final IntSupplier schema;
  private Optional<ModelSwitch> last;

  /**
   * @param schema id of the records' schema
   */
  SwitchLog(String model, KeyValueStore<Long, byte[]> store, AvroCodec codec, IntSupplier schema) {
    this.model = model;
    this.store = store;
    this.codec = codec;
    this.schema = schema;
    try (KeyValueIterator<Long, byte[]> newestFirst = store.reverseAll()) {
      this.last =
          newestFirst.hasNext()
              ? Optional.of(codec.decode(newestFirst.next().value, ModelSwitch.class))
              : Optional.empty();
    }
  }

  /** Name of a model's store; its changelog is {@code <application id>-<name>-changelog}. */
  static String store(String model) {
    return model + "-switches";
  }

  /** What the partition last went over to. */
  Optional<Rollout> last() {
    return last.map(ModelSwitch::getRollout);
  }

  /**
   * Says which rollout scores an offset and those behind it, before it does.
   *
   * @return whether the partition goes over with it
   * @throws IllegalStateException if the partition went over to a newer one before
   */
  boolean scoresFrom(long offset, Rollout rollout) {
    if (last.isPresent()) {
      long revision = last.get().getRollout().getRevision();
      if (revision > rollout.getRevision()) {
        throw new IllegalStateException(
            "a partition that went over to rollout %d of model %s cannot go back to %d"
                .formatted(revision, model, rollout.getRevision()));
      }
      if (revision == rollout.getRevision() && offset >= last.get().getOffset()) {
        return false;
      }
      if (offset < last.get().getOffset()) {
        forgetFrom(offset);
      }
    }
    ModelSwitch gone = new ModelSwitch(model, offset, rollout);
    store.put(offset, codec.encode(schema.getAsInt(), gone));
    last = Optional.of(gone);
    return true;
  }

  /**
   * The partition is read again from an offset: without exactly-once after a crash, or of a topic
   * that was made anew. What was recorded behind is scored again, and no longer true.
   */
  private void forgetFrom(long offset) {
    List<Long> behind = new ArrayList<>();
    try (KeyValueIterator<Long, byte[]> recorded = store.range(offset, Long.MAX_VALUE)) {
      while (recorded.hasNext()) {
        KeyValue<Long, byte[]> one = recorded.next();
        behind.add(one.key);
      }
    }
    behind.forEach(store::delete);
  }
}
