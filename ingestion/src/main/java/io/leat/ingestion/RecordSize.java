package io.leat.ingestion;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.Record;

/** What a record takes in a batch of Kafka's format v2, before compression. */
final class RecordSize {
  /** The batch's header (61 bytes), and the record's own lengths, each at its longest. */
  private static final int RECORD_OVERHEAD = 61 + 21 + 3 * 5;

  /** A header's two lengths, at their longest. */
  private static final int HEADER_OVERHEAD = 2 * 5;

  /** Of a char in UTF-8, at its longest. */
  private static final int CHAR_BYTES = 3;

  private static final int KAFKA_DEFAULT = 1_048_576;

  private RecordSize() {}

  /** The most bytes that the record can take in a batch of its own. */
  static int upperBound(Record<byte[], byte[]> record) {
    long size = RECORD_OVERHEAD + length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      size += HEADER_OVERHEAD + (long) CHAR_BYTES * header.key().length() + length(header.value());
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  /** The largest record that the streams client's producer sends. */
  static int largest(Map<String, Object> settings) {
    Object setting =
        settings.getOrDefault(
            StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
            settings.getOrDefault(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, KAFKA_DEFAULT));
    return Integer.parseInt(setting.toString().strip());
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
