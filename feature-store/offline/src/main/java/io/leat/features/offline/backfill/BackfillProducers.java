package io.leat.features.offline.backfill;

import io.leat.schemas.backfill.BackfillTopic;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers to a backfill topic. */
final class BackfillProducers {
  private static final int LINGER_MILLIS = 20;
  private static final int BATCH_BYTES = 256 << 10;

  private BackfillProducers() {}

  /**
   * @param kafka settings of a Kafka client
   */
  static Map<String, Object> settings(Map<String, String> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, BackfillTopic.LARGEST_ENTRY / 4 * 5);
    return settings;
  }

  static Producer<byte[], byte[]> open(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** One whose records count all or none; another of the same id, still at work, is shut out. */
  static Producer<byte[], byte[]> transactional(Map<String, Object> settings, String id) {
    Map<String, Object> own = new HashMap<>(settings);
    own.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
    Producer<byte[], byte[]> producer = open(own);
    producer.initTransactions();
    return producer;
  }
}
