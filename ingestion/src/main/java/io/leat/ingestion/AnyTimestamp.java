package io.leat.ingestion;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Takes a record's timestamp as it is, and 0 for a negative one: Kafka Streams would stop at it or
 * skip the record. Nothing depends on it; event time is in the event.
 */
final class AnyTimestamp implements TimestampExtractor {
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return Math.max(0, record.timestamp());
  }
}
