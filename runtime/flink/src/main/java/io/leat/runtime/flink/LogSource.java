package io.leat.runtime.flink;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A topic's committed records: Flink's Kafka source, and each position looked at before it is read
 * from. A position that the topic no longer has is never replaced silently: see {@link
 * LogPositionsReader}.
 *
 * <p>A partition that neither a checkpoint nor the consumer group has a position of is read from
 * its first record.
 */
final class LogSource
    implements Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState>,
        ResultTypeQueryable<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  private final LostPositions lost;
  private final Raw records;
  private final KafkaSource<KafkaRecord> kafka;

  private LogSource(LostPositions lost, Raw records, KafkaSource<KafkaRecord> kafka) {
    this.lost = lost;
    this.records = records;
    this.kafka = kafka;
  }

  static LogSource of(FlinkJobContext context, String topic) {
    Properties settings = context.kafkaClientProperties();
    Raw records = new Raw();
    KafkaSource<KafkaRecord> kafka =
        KafkaSource.<KafkaRecord>builder()
            .setProperties(settings)
            .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
            .setGroupId(context.applicationId())
            .setClientIdPrefix(context.applicationId() + "-" + topic)
            .setTopics(topic)
            .setStartingOffsets(new WhereTheGroupStopped())
            .setDeserializer(records)
            .build();
    return new LogSource(
        new LostPositions(settings, context.applicationId(), context.options().onLostPosition()),
        records,
        kafka);
  }

  @Override
  public Boundedness getBoundedness() {
    return kafka.getBoundedness();
  }

  @Override
  public TypeInformation<KafkaRecord> getProducedType() {
    return records.getProducedType();
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return kafka.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState checkpoint)
      throws Exception {
    return kafka.restoreEnumerator(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return new LogSplit.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return kafka.getEnumeratorCheckpointSerializer();
  }

  /** Called once a task, on its own copy of this source. */
  @Override
  public SourceReader<KafkaRecord, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return new LogPositionsReader(kafka.createReader(context), records, lost);
  }

  /**
   * Hands on the bytes, remembers each partition's newest leader epoch, and marks a record that
   * comes after a gap; never fails.
   */
  static final class Raw implements KafkaRecordDeserializationSchema<KafkaRecord> {
    private static final long serialVersionUID = 1L;

    private static final byte[] NOTHING = {};

    private transient @Nullable Map<TopicPartition, Integer> leaderEpochs;
    private transient @Nullable Set<TopicPartition> gaps;

    /** Partitions whose next record comes after some that are never read. */
    Set<TopicPartition> gaps() {
      if (gaps == null) {
        gaps = new HashSet<>();
      }
      return gaps;
    }

    /** Leader epoch of the record handed on last, by partition; the reader's one thread's. */
    Map<TopicPartition, Integer> leaderEpochs() {
      if (leaderEpochs == null) {
        leaderEpochs = new HashMap<>();
      }
      return leaderEpochs;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<KafkaRecord> out) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      record.leaderEpoch().ifPresent(epoch -> leaderEpochs().put(partition, epoch));
      Headers headers = record.headers();
      if (gaps().remove(partition)) {
        headers = new RecordHeaders(headers.toArray()).add(KafkaRecord.AFTER_GAP, NOTHING);
      }
      out.collect(
          new KafkaRecord(
              record.topic(),
              record.partition(),
              record.offset(),
              record.timestamp(),
              headers,
              record.key(),
              record.value()));
    }

    @Override
    public TypeInformation<KafkaRecord> getProducedType() {
      return RecordTypeInfo.ofKafkaRecord();
    }
  }

  /** Where the consumer group stopped; where it has no position, at the first record. */
  private static final class WhereTheGroupStopped implements OffsetsInitializer {
    private static final long serialVersionUID = 1L;

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever brokers) {
      Map<TopicPartition, Long> committed = brokers.committedOffsets(partitions);
      return partitions.stream()
          .collect(
              Collectors.toMap(
                  partition -> partition,
                  partition ->
                      committed.getOrDefault(partition, KafkaPartitionSplit.EARLIEST_OFFSET)));
    }

    @Override
    @SuppressWarnings("deprecation") // Flink's interface has it still
    public OffsetResetStrategy getAutoOffsetResetStrategy() {
      return OffsetResetStrategy.NONE;
    }
  }
}
