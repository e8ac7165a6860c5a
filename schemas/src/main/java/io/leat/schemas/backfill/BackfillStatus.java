package io.leat.schemas.backfill;

import io.leat.schemas.backfill.BackfillRecord.Notice;
import io.leat.schemas.backfill.BackfillRecord.State;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

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
   * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
   */
  public static BackfillStatus read(Map<String, ?> clientSettings, String topic) {
    try (LogTail tail = new LogTail(clientSettings)) {
      int partitions = tail.partitions(topic);
      Map<Integer, State> states = new TreeMap<>();
      for (int partition = 0; partition < partitions; partition++) {
        int place = partition;
        tail.last(
                new TopicPartition(topic, partition),
                Long.MAX_VALUE,
                record -> state(record).isPresent())
            .flatMap(BackfillStatus::state)
            .ifPresent(state -> states.put(place, state));
      }
      return new BackfillStatus(partitions, states);
    }
  }

  private static Optional<State> state(ConsumerRecord<byte[], byte[]> record) {
    return BackfillRecord.of(record.key(), record.value(), record.headers())
            instanceof Notice notice
        ? Optional.of(notice.state())
        : Optional.empty();
  }
}
