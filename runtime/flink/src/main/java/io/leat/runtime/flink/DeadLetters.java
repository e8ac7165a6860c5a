package io.leat.runtime.flink;

import io.leat.schemas.RecordHeaders;
import io.leat.schemas.deadletter.DeadLetterWriter;
import java.util.List;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Records that a job could not read, on {@code <pipeline>-<job>.dlq}: key, value and headers as
 * they came, and in further headers why ({@value RecordHeaders#REASON}, {@value
 * RecordHeaders#ERROR_MESSAGE}) and from where ({@value RecordHeaders#ERROR_TOPIC}, {@value
 * RecordHeaders#ERROR_PARTITION}, {@value RecordHeaders#ERROR_OFFSET}), as Kafka Streams names
 * them.
 *
 * <p>Delivered at least once: after a crash a dead letter may be there twice, with the same
 * position.
 */
public final class DeadLetters {
  private DeadLetters() {}

  /** Writes what the job's decoding operators refused. */
  public static void write(
      List<? extends SingleOutputStreamOperator<?>> decoded, FlinkJobContext context) {
    DataStream<BadRecord> bad =
        decoded.stream()
            .<DataStream<BadRecord>>map(stream -> stream.getSideOutput(DecodeAvro.BAD))
            .reduce((one, other) -> one.union(other))
            .orElseThrow(() -> new IllegalArgumentException("no decoding operator given"));
    bad.sinkTo(
            KafkaSink.<BadRecord>builder()
                .setBootstrapServers(context.options().bootstrapServers())
                .setKafkaProducerConfig(context.kafkaClientProperties())
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(new Serialization(context.deadLetterTopic()))
                .build())
        .name(context.deadLetterTopic())
        .uid("dead-letters");
  }

  /** Adds why and where to the headers; leaves the rest. */
  static final class Serialization implements KafkaRecordSerializationSchema<BadRecord> {
    private static final long serialVersionUID = 1L;

    private final String topic;

    Serialization(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        BadRecord bad, KafkaSinkContext context, @Nullable Long timestamp) {
      KafkaRecord record = bad.record();
      Headers headers =
          DeadLetterWriter.toCopyOf(record.headers())
              .reason(bad.reason())
              .message(bad.message())
              .readAt(record.topic(), record.partition(), record.offset())
              .headers();
      return new ProducerRecord<>(topic, null, record.key(), record.value(), headers);
    }
  }
}
