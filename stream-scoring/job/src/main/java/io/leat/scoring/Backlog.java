package io.leat.scoring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * In which partitions scoring is behind, so that shadows are left out: from {@value #FROM} vectors
 * that wait until there are {@value #UNTIL} again at most. Thread-safe.
 *
 * <p>One thread scores some 30,000 vectors of a small model a second (decision 59): at {@value
 * #FROM} it is behind by more than a batch. What is between the numbers keeps shadows from coming
 * and going with every poll.
 */
final class Backlog {
  static final long FROM = 10_000;
  static final long UNTIL = 1_000;

  private final Set<TopicPartition> behind = ConcurrentHashMap.newKeySet();

  /**
   * @param vectors that wait in the partition's log to be read
   */
  void waits(TopicPartition partition, long vectors) {
    if (vectors >= FROM) {
      behind.add(partition);
    } else if (vectors <= UNTIL) {
      behind.remove(partition);
    }
  }

  boolean isBehind(String topic, int partition) {
    return !behind.isEmpty() && behind.contains(new TopicPartition(topic, partition));
  }
}
