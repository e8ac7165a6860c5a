package io.leat.scoring;

import io.leat.records.ModelSwitch;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.topic.TopicLog;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Where each partition of a model's vectors went over to other rollouts, as it was recorded. */
public final class RecordedSwitches {
  private final Map<Integer, NavigableMap<Long, ModelSwitch>> byPartition = new HashMap<>();

  private RecordedSwitches() {}

  /**
   * Reads what is recorded now.
   *
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @param application id of the scoring service: {@code <pipeline>-scoring}
   * @throws io.leat.common.LeatException if nothing was ever recorded, or the brokers do not answer
   */
  public static RecordedSwitches read(
      Map<String, ?> kafka, AvroCodec codec, String application, String model) {
    RecordedSwitches switches = new RecordedSwitches();
    String topic = "%s-%s-changelog".formatted(application, SwitchLog.store(model));
    try (TopicLog log = TopicLog.open(kafka, topic)) {
      log.readToEnd(
          record -> {
            NavigableMap<Long, ModelSwitch> partition =
                switches.byPartition.computeIfAbsent(record.partition(), any -> new TreeMap<>());
            long offset = ByteBuffer.wrap(record.key()).getLong();
            if (record.value() == null) {
              partition.remove(offset);
            } else {
              partition.put(offset, codec.decode(record.value(), ModelSwitch.class));
            }
            return true;
          });
    }
    return switches;
  }

  /**
   * What a partition last went over to before an offset is scored; empty for offsets that were
   * scored before positions were recorded, and for a partition that has none.
   */
  public Optional<ModelSwitch> at(int partition, long offset) {
    return Optional.ofNullable(byPartition.get(partition))
        .map(positions -> positions.floorEntry(offset))
        .map(Map.Entry::getValue);
  }
}
