package io.leat.pipeline.apply;

import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Which versions of models have scored, by the scores themselves. */
final class ScoredVersions {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Map<String, Object> kafka;
  private final RegistryClient registry;

  ScoredVersions(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
  }

  /**
   * Whether a version may have scored: a score of it is there, or scores have gone by retention, so
   * that nobody knows. Reads the model's scores from their beginning to the first of this version.
   */
  boolean mayHaveScored(String model, String version) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    AvroCodec codec = new AvroCodec(registry);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.scores(model)).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      if (consumer.beginningOffsets(partitions).values().stream().anyMatch(first -> first > 0)) {
        return true;
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (isOf(version, record, codec)) {
            return true;
          }
        }
      }
      return false;
    } catch (OffsetOutOfRangeException e) {
      return true; // some have gone while they were read
    }
  }

  /** Whether a record is a score of a version; what cannot be read is none. */
  private static boolean isOf(
      String version, ConsumerRecord<byte[], byte[]> record, AvroCodec codec) {
    try {
      return record.value() != null
          && codec.decode(record.value(), Score.class).getModelVersion().equals(version);
    } catch (MalformedValueException e) {
      return false; // anybody may write into the topic
    }
  }
}
