package io.leat.pipeline.apply;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Which versions of models have scored, by the scores themselves. */
final class ScoredVersions {
  private final Map<String, Object> kafka;
  private final RegistryClient registry;

  ScoredVersions(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
  }

  /**
   * Whether a version may have scored: a score of it is there, or scores have gone by retention, so
   * that nobody knows. Reads the model's scores from their beginning to the first of this version.
   *
   * @throws LeatException if there is no such topic, or the brokers do not answer
   */
  boolean mayHaveScored(String model, String version) {
    AvroCodec codec = new AvroCodec(registry);
    try (TopicLog scores = TopicLog.open(kafka, Topics.scores(model))) {
      Map<TopicPartition, Long> beginnings = scores.beginnings();
      if (beginnings.values().stream().anyMatch(first -> first > 0)) {
        return true;
      }
      scores.seek(beginnings);
      return !scores.readToEnd(record -> !isOf(version, record, codec));
    } catch (LeatException e) {
      if (e.code() == ErrorCode.LOST_POSITION) {
        return true; // some have gone while they were read
      }
      throw e;
    }
  }

  /** Whether a record is a score of a version; what cannot be read is none. */
  private static boolean isOf(
      String version,
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record,
      AvroCodec codec) {
    byte[] value = record.value();
    try {
      return value != null && codec.decode(value, Score.class).getModelVersion().equals(version);
    } catch (MalformedValueException e) {
      return false; // anybody may write into the topic
    }
  }
}
