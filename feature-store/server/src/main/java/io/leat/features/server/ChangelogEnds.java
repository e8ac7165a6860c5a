package io.leat.features.server;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the changelogs go, by what the brokers last said of it. Asks again and again and waits
 * for no answer: a partition that has no leader holds nothing up but what is said of itself. One
 * thread's.
 */
final class ChangelogEnds {
  private static final Logger log = LoggerFactory.getLogger(ChangelogEnds.class);

  private static final long EVERY_MILLIS = 500;

  /**
   * What the brokers said.
   *
   * @param offsets by partition, behind which all is committed; without those that said nothing
   * @param askedAtMillis when they were asked
   */
  record Ends(Map<TopicPartition, Long> offsets, long askedAtMillis) {}

  private final Admin admin;
  private final Map<TopicPartition, OffsetSpec> wanted;
  private final int timeoutMillis;
  private final LongSupplier clock;
  private Optional<ListOffsetsResult> asked = Optional.empty();
  private long askedAt = Long.MIN_VALUE;

  /**
   * @param timeout how long a partition may take to answer; then nothing is known of it
   * @param clock wall clock in milliseconds
   */
  ChangelogEnds(
      Admin admin, Collection<TopicPartition> partitions, Duration timeout, LongSupplier clock) {
    this.admin = admin;
    this.clock = clock;
    this.wanted =
        partitions.stream().collect(Collectors.toMap(p -> p, partition -> OffsetSpec.latest()));
    this.timeoutMillis = Math.toIntExact(timeout.toMillis());
  }

  /** What is new since this was last asked. */
  Optional<Ends> news() throws InterruptedException {
    if (asked.isEmpty()) {
      long now = clock.getAsLong();
      if (now - EVERY_MILLIS >= askedAt) {
        askedAt = now;
        asked =
            Optional.of(
                admin.listOffsets(
                    wanted,
                    new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)
                        .timeoutMs(timeoutMillis)));
      }
      return Optional.empty();
    }
    Map<TopicPartition, Long> offsets = new HashMap<>();
    String why = "";
    for (TopicPartition partition : wanted.keySet()) {
      KafkaFuture<ListOffsetsResultInfo> end = asked.get().partitionResult(partition);
      if (!end.isDone()) {
        return Optional.empty();
      }
      try {
        offsets.put(partition, end.get().offset());
      } catch (ExecutionException e) {
        why = "%s: %s".formatted(partition, e.getCause());
      }
    }
    if (offsets.size() < wanted.size()) {
      log.warn(
          "Of {} of {} partitions the end is not known; of {}",
          wanted.size() - offsets.size(),
          wanted.size(),
          why);
    }
    asked = Optional.empty();
    return Optional.of(new Ends(offsets, askedAt));
  }
}
