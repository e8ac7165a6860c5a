package io.leat.scoring.rollouts;

import io.leat.models.guard.StageEvidence;
import io.leat.records.RolloutObservation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the stage of each model's rollout, held in memory and written through to a
 * store. Owned by one thread.
 *
 * <p>Under {@code <model>} stand the rollout's revision, big-endian, and {@link
 * StageEvidence#bytes}; under {@code <model>/<place>} the champion's and the version's count of
 * scores in a place.
 */
final class EvidenceStore {
  static final String NAME = "stage-evidence";

  private static final char SEPARATOR = '/';
  private static final char BEHIND_SEPARATOR = SEPARATOR + 1;

  private final KeyValueStore<String, byte[]> store;
  private final Map<String, Stage> stages = new HashMap<>();

  /** What is known of a rollout in a stage. */
  private record Stage(long rollout, StageEvidence evidence) {}

  /** Reads what the store holds. */
  EvidenceStore(KeyValueStore<String, byte[]> store) {
    this.store = store;
    Map<String, List<KeyValue<Integer, byte[]>>> places = new HashMap<>();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining(
          entry -> {
            int end = entry.key.indexOf(SEPARATOR);
            if (end < 0) {
              stages.put(entry.key, stage(entry.value));
            } else {
              places
                  .computeIfAbsent(entry.key.substring(0, end), model -> new ArrayList<>())
                  .add(KeyValue.pair(Integer.valueOf(entry.key.substring(end + 1)), entry.value));
            }
          });
    }
    places.forEach(
        (model, ofModel) -> {
          Stage stage = stages.get(model);
          if (stage != null) {
            for (KeyValue<Integer, byte[]> place : ofModel) {
              ByteBuffer counts = ByteBuffer.wrap(place.value);
              stage.evidence().put(place.key, counts.getLong(), counts.getLong());
            }
          }
        });
  }

  private static Stage stage(byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    long rollout = bytes.getLong();
    byte[] evidence = new byte[bytes.remaining()];
    bytes.get(evidence);
    return new Stage(rollout, StageEvidence.read(evidence));
  }

  /**
   * Takes an observation. One of an earlier rollout than the last is passed over: a partition goes
   * over to a rollout later than others.
   */
  void add(RolloutObservation observation) {
    String model = observation.getModel();
    Stage known = stages.get(model);
    if (known != null && observation.getRollout() < known.rollout()) {
      return;
    }
    Stage stage = known;
    if (stage == null || observation.getRollout() > stage.rollout()) {
      forget(model);
      stage = new Stage(observation.getRollout(), new StageEvidence());
      stages.put(model, stage);
    }
    stage.evidence().add(observation);
    write(model, stage);
  }

  private void write(String model, Stage stage) {
    byte[] evidence = stage.evidence().bytes();
    store.put(
        model,
        ByteBuffer.allocate(Long.BYTES + evidence.length)
            .putLong(stage.rollout())
            .put(evidence)
            .array());
    stage
        .evidence()
        .drainChanged(
            (place, champion, candidate) ->
                store.put(
                    model + SEPARATOR + place,
                    ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(champion)
                        .putLong(candidate)
                        .array()));
  }

  private void forget(String model) {
    List<String> keys = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> places =
        store.range(model + SEPARATOR, model + BEHIND_SEPARATOR)) {
      places.forEachRemaining(
          place -> {
            if (place.key.startsWith(model + SEPARATOR)) { // the range has its upper end
              keys.add(place.key);
            }
          });
    }
    keys.forEach(store::delete);
  }

  /** What is known of a rollout; empty where nothing is yet. */
  Optional<StageEvidence> of(String model, long rollout) {
    @Nullable Stage stage = stages.get(model);
    return stage == null || stage.rollout() != rollout
        ? Optional.empty()
        : Optional.of(stage.evidence());
  }
}
