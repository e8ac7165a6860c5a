package io.leat.drift.job;

import io.leat.common.LeatException;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.RolloutArm;
import io.leat.runtime.flink.RegistryConnection;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.topic.TopicLog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The champions by what the scoring service records: the changelogs of its positions, {@code
 * <pipeline>-scoring-<model>-switches-changelog}, in which the key is the offset from which on a
 * partition is scored by a rollout. A model that was never scored has none.
 */
final class RecordedChampions implements Champions {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(RecordedChampions.class);

  private final Properties kafka;
  private final RegistryConnection registry;
  private final String pipeline;
  private final List<String> models;

  /**
   * @param pipeline its name
   */
  RecordedChampions(
      Properties kafka, RegistryConnection registry, String pipeline, List<String> models) {
    this.kafka = kafka;
    this.registry = registry;
    this.pipeline = pipeline;
    this.models = List.copyOf(models);
  }

  @Override
  public Recorded open() {
    Followed followed = new Followed();
    try {
      models.forEach(followed::find);
    } catch (RuntimeException e) {
      followed.close();
      throw e;
    }
    return followed;
  }

  private final class Followed implements Recorded {
    private final AvroCodec codec = new AvroCodec(registry.client());
    private final Map<String, TopicLog> logs = new HashMap<>();
    private final Map<String, Map<Integer, TreeMap<Long, Integer>>> numbers = new HashMap<>();

    private void find(String model) {
      Map<String, Object> settings = new HashMap<>();
      kafka.forEach((name, value) -> settings.put(name.toString(), value));
      TopicLog.find(settings, "%s-scoring-%s-switches-changelog".formatted(pipeline, model))
          .ifPresent(
              found -> {
                logs.put(model, found);
                found.readToEnd(
                    record -> {
                      take(model, record);
                      return true;
                    });
              });
    }

    private void take(String model, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
      byte[] key = record.key();
      byte[] value = record.value();
      if (key == null) {
        return; // none of the store's
      }
      long offset = ByteBuffer.wrap(key).getLong();
      TreeMap<Long, Integer> positions =
          numbers
              .computeIfAbsent(model, any -> new HashMap<>())
              .computeIfAbsent(record.partition(), any -> new TreeMap<>());
      if (value == null) {
        positions.remove(offset);
        return;
      }
      codec.decode(value, ModelSwitch.class).getRollout().getArms().stream()
          .filter(arm -> arm.getRole() == ModelRole.CHAMPION)
          .findFirst()
          .map(RolloutArm::getNumber)
          .ifPresent(number -> positions.put(offset, number));
    }

    @Override
    public int of(String model, int partition, long offset) {
      Map<Integer, TreeMap<Long, Integer>> ofModel = numbers.get(model);
      TreeMap<Long, Integer> positions = ofModel == null ? null : ofModel.get(partition);
      Map.Entry<Long, Integer> last = positions == null ? null : positions.floorEntry(offset);
      return last == null ? UNKNOWN : last.getValue();
    }

    @Override
    public void refresh() {
      logs.forEach((model, of) -> of.poll(Duration.ZERO).forEach(record -> take(model, record)));
    }

    @Override
    public void lookAgain() {
      for (String model : models) {
        if (!logs.containsKey(model)) {
          try {
            find(model);
          } catch (LeatException e) {
            log.warn("Where model {} changes is looked for again: {}", model, e.getMessage());
          }
        }
      }
    }

    @Override
    public void close() {
      logs.values().forEach(TopicLog::close);
    }
  }
}
