package io.leat.runtime.flink;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds out up to when a stream of stages is read to its end, stage by stage: where the topics of
 * the first end now; once its consumer group has committed that, where those of the second end; and
 * so on. When the last has committed, whatever was in the stream at the first look has been read.
 * Advanced by one thread; asked by any.
 */
final class StreamDrain implements Drain {
  /**
   * A consumer group and what it reads.
   *
   * @param topics those it reads from outside
   * @param others what the names of topics begin with that it writes for itself and reads again; a
   *     record may pass through all of them one after the other. Empty where there are none
   */
  record Stage(String group, Set<String> topics, String others) implements Serializable {
    Stage {
      topics = Set.copyOf(topics);
      if (topics.isEmpty()) {
        throw new IllegalArgumentException("a stage reads some topic");
      }
    }

    /** A stage without topics of its own. */
    static Stage of(String group, String topic) {
      return new Stage(group, Set.of(topic), "");
    }
  }

  /** The brokers' answers. */
  interface Logs {
    /** Names of repartitioned topics that there are and that begin so. */
    Set<String> named(String beginning);

    /**
     * Where each partition of some topics ends, for readers of committed records; nothing of topics
     * that are not there.
     */
    Map<TopicPartition, Long> ends(Set<String> topics);

    /** Whether a group has committed all committed records before these offsets. */
    boolean hasRead(String group, Map<TopicPartition, Long> ends);
  }

  private final List<Stage> stages;
  private final Logs logs;
  private final LongSupplier clock;
  private boolean looking;
  private long lookedAt;
  private int stage;
  private int round;
  private Map<TopicPartition, Long> ends = Map.of();
  private Set<String> topics = Set.of();
  private volatile long until = UNKNOWN;

  /**
   * @param stages in the order in which records pass them; the last is the reader itself
   */
  StreamDrain(List<Stage> stages, Logs logs, LongSupplier clock) {
    this.stages = List.copyOf(stages);
    this.logs = logs;
    this.clock = clock;
  }

  @Override
  public long until() {
    return until;
  }

  /** Looks once, and goes on as far as that lets it. */
  void advance() {
    if (!looking) {
      looking = true;
      lookedAt = clock.getAsLong();
      stage = 0;
      round = 0;
      look();
    }
    while (logs.hasRead(stages.get(stage).group(), ends)) {
      round++;
      if (round >= topics.size()) { // a record may have passed from each of its topics to the next
        round = 0;
        stage++;
      }
      if (stage == stages.size()) {
        until = lookedAt;
        looking = false;
        return;
      }
      look();
    }
  }

  private void look() {
    Stage now = stages.get(stage);
    topics = new TreeSet<>(now.topics());
    if (!now.others().isEmpty()) {
      topics.addAll(logs.named(now.others()));
    }
    ends = logs.ends(topics);
  }
}
