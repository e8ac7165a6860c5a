package io.leat.features.offline.backfill;

import io.leat.features.offline.OfflineException;
import io.leat.schemas.Topics;
import io.leat.schemas.backfill.BackfillRecord;
import io.leat.schemas.backfill.BackfillRecord.Complete;
import io.leat.schemas.backfill.BackfillRecord.Entry;
import io.leat.schemas.backfill.BackfillRecord.Notice;
import io.leat.schemas.backfill.BackfillRecord.State;
import io.leat.schemas.backfill.BackfillStatus;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far the online store is, as its committed offsets and its notices say. One thread's.
 *
 * <p>The store's notices are in the transactions of the topology that has the view; offsets that
 * are committed later lie at or behind the place from which that topology sees every event. So all
 * events that the store has not seen lie before {@link #committed}.
 */
final class OnlineProgress {
  private final Map<String, String> kafka;
  private final ViewReference view;
  private final String validTopic;

  /**
   * @param kafka settings of a Kafka client
   */
  OnlineProgress(Map<String, String> kafka, ViewReference view) {
    this.kafka = kafka;
    this.view = view;
    this.validTopic = Topics.valid(view.source().event());
  }

  BackfillStatus status() {
    return BackfillStatus.read(kafka, view.topic());
  }

  /**
   * Where a whole run ends that was handed over and is not taken in yet, by the partitions that it
   * waits for: its command was killed behind that, or another one waits for it. Empty where some
   * partition has none and is not live either.
   */
  Optional<Map<TopicPartition, Long>> handedOver(int partitions) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (TopicLog log = TopicLog.open(kafka, view.topic())) {
      for (int number = 0; number < partitions; number++) {
        TopicPartition partition = new TopicPartition(view.topic(), number);
        Optional<ConsumerRecord<byte @Nullable [], byte @Nullable []>> last =
            log.last(partition, Long.MAX_VALUE, record -> !(read(record) instanceof Entry));
        if (last.isPresent() && read(last.get()) instanceof Complete) {
          ends.put(partition, last.get().offset());
        } else if (last.isEmpty()
            || !(read(last.get()) instanceof Notice notice)
            || notice.state() != State.LIVE) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(ends);
  }

  /**
   * What need not stay: all up to where a run ends, but nothing from the store's last notice on,
   * which says that the view is live.
   */
  Map<TopicPartition, RecordsToDelete> beforeNotices(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
    try (TopicLog log = TopicLog.open(kafka, view.topic())) {
      ends.forEach(
          (partition, end) ->
              log.last(partition, Long.MAX_VALUE, record -> read(record) instanceof Notice)
                  .map(notice -> Math.min(end + 1, notice.offset()))
                  .ifPresent(
                      before -> deleted.put(partition, RecordsToDelete.beforeOffset(before))));
    }
    return deleted;
  }

  private static BackfillRecord read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    return BackfillRecord.of(record.key(), record.value(), record.headers());
  }

  /**
   * By partition of the valid topic, the first offset that the store has not committed; 0 if none.
   */
  Map<Integer, Long> committed() throws InterruptedException {
    Map<Integer, Long> committed = new TreeMap<>();
    try (Admin admin = Admin.create(new HashMap<>(kafka));
        TopicLog log = TopicLog.open(kafka, validTopic)) {
      log.partitions().forEach(partition -> committed.put(partition.partition(), 0L));
      for (Map.Entry<TopicPartition, OffsetAndMetadata> one :
          admin
              .listConsumerGroupOffsets(view.group())
              .partitionsToOffsetAndMetadata()
              .get()
              .entrySet()) {
        if (one.getKey().topic().equals(validTopic) && one.getValue() != null) {
          committed.put(one.getKey().partition(), one.getValue().offset());
        }
      }
    } catch (ExecutionException e) {
      throw new OfflineException(
          "The brokers do not say how far the consumer group %s is: %s"
              .formatted(
                  view.group(),
                  Objects.requireNonNull(e.getCause(), "a future's failure has a cause")
                      .getMessage()),
          e);
    }
    return committed;
  }

  /**
   * By partition, the last event before an offset: what a table must hold to be that far, since
   * offsets are not all of events. Partitions without one are absent.
   */
  Map<Integer, Long> lastEvents(Map<Integer, Long> before) {
    Map<Integer, Long> last = new TreeMap<>();
    try (TopicLog log = TopicLog.open(kafka, validTopic)) {
      before.forEach(
          (partition, offset) ->
              log.last(new TopicPartition(validTopic, partition), offset, record -> true)
                  .ifPresent(record -> last.put(partition, record.offset())));
    }
    return last;
  }
}
