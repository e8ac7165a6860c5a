package io.leat.runtime.flink;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.common.TopicPartition;

/**
 * Flink's reader of Kafka, given positions only that their topics have. Whatever position a
 * partition is read from, a checkpoint's or the consumer group's, comes by {@link #addSplits}; the
 * consumer itself resets none, so that one that is lost meanwhile fails the task, which comes by
 * here when it is started again. Checkpoints hold with each position what finds out that its log is
 * another. The task's one thread's.
 */
final class LogPositionsReader implements SourceReader<KafkaRecord, KafkaPartitionSplit> {
  private final SourceReader<KafkaRecord, KafkaPartitionSplit> kafka;
  private final LogSource.Raw records;
  private final LostPositions positions;
  private final Map<TopicPartition, String> topicIds = new HashMap<>();

  LogPositionsReader(
      SourceReader<KafkaRecord, KafkaPartitionSplit> kafka,
      LogSource.Raw records,
      LostPositions positions) {
    this.kafka = kafka;
    this.records = records;
    this.positions = positions;
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    List<LogSplit> checked = positions.checked(splits, records.gaps());
    for (LogSplit split : checked) {
      split.topicId().ifPresent(id -> topicIds.put(split.getTopicPartition(), id));
      split
          .leaderEpoch()
          .ifPresent(epoch -> records.leaderEpochs().put(split.getTopicPartition(), epoch));
    }
    kafka.addSplits(List.copyOf(checked));
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    return kafka.snapshotState(checkpointId).stream()
        .<KafkaPartitionSplit>map(
            split ->
                new LogSplit(
                    split,
                    topicIds.get(split.getTopicPartition()),
                    records.leaderEpochs().get(split.getTopicPartition())))
        .toList();
  }

  @Override
  public void start() {
    kafka.start();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<KafkaRecord> output) throws Exception {
    return kafka.pollNext(output);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return kafka.isAvailable();
  }

  @Override
  public void notifyNoMoreSplits() {
    kafka.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    kafka.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    kafka.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    kafka.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
    kafka.pauseOrResumeSplits(toPause, toResume);
  }

  @Override
  public void close() throws Exception {
    kafka.close();
  }
}
