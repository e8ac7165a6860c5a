package io.leat.schemas.backfill;

import io.leat.schemas.backfill.BackfillRecord.Notice;
import io.leat.schemas.backfill.BackfillRecord.State;
import io.leat.schemas.topic.TopicLog;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far a view with {@code backfill: true} is, as its store says in its backfill topic.
 *
 * @param partitions how many partitions the topic has; 0 where there is no such topic
 * @param states by partition, what the store last said; without those of which it said nothing yet
 */
public record BackfillStatus(int partitions, Map<Integer, State> states) {
  public BackfillStatus {
    states = Map.copyOf(states);
  }

  /** Whether every partition of the store has said what it is at. */
  public boolean isKnown() {
    return partitions > 0 && states.size() == partitions;
  }

  /** Whether some partition of the store still waits, or has not said that it does not. */
  public boolean isWaiting() {
    return !isKnown() || states.containsValue(State.WAITING);
  }

  /**
   * Reads the ends of the topic.
   *
   * @param clientSettings settings of any Kafka client: the brokers, at least
   * @param topic {@link BackfillTopic#name}
   * @throws io.leat.common.LeatException if the brokers do not answer
   */
  public static BackfillStatus read(Map<String, ?> clientSettings, String topic) {
    Optional<TopicLog> found = TopicLog.find(clientSettings, topic);
    if (found.isEmpty()) {
      return new BackfillStatus(0, Map.of());
    }
    try (TopicLog log = found.get()) {
      Map<Integer, State> states = new TreeMap<>();
      for (TopicPartition partition : log.partitions()) {
        log.last(partition, Long.MAX_VALUE, record -> state(record).isPresent())
            .flatMap(BackfillStatus::state)
            .ifPresent(state -> states.put(partition.partition(), state));
      }
      return new BackfillStatus(log.partitions().size(), states);
    }
  }

  private static Optional<State> state(
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    return BackfillRecord.of(record.key(), record.value(), record.headers())
            instanceof Notice notice
        ? Optional.of(notice.state())
        : Optional.empty();
  }
}
