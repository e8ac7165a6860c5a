package io.leat.runtime.flink;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as it lies in Kafka. Nobody changes its arrays and headers.
 *
 * @param topic the topic that it was read from
 * @param partition its partition, from 0
 * @param offset its offset in the partition, from 0
 * @param appendedAt when the broker appended it, by its clock, in milliseconds since 1970; decides
 *     nothing about a value
 * @param headers its headers, in their order
 * @param key its key's bytes; null where it has none
 * @param value its value's bytes; null for a tombstone
 */
@TypeInfo(KafkaRecord.TypeFactory.class)
@SuppressWarnings("ArrayRecordComponent") // identity is topic, partition and offset
public record KafkaRecord(
    String topic,
    int partition,
    long offset,
    long appendedAt,
    Headers headers,
    byte @Nullable [] key,
    byte @Nullable [] value) {
  /** A header that the source adds; it is in no topic. */
  static final String AFTER_GAP = "leat.after-gap";

  /** The last header of that name as text; empty where there is none or its value is null. */
  public Optional<String> header(String name) {
    return io.leat.schemas.RecordHeaders.get(headers, name);
  }

  /**
   * Whether records before it in its partition were never read by this job: they were deleted
   * before, or passed over by choice when its position was lost.
   */
  public boolean isAfterGap() {
    return headers.lastHeader(AFTER_GAP) != null;
  }

  /** {@code topic/partition/offset}. */
  public String position() {
    return topic + "/" + partition + "/" + offset;
  }

  /** Gives Flink the record's own serializer wherever it meets the type. */
  public static final class TypeFactory extends TypeInfoFactory<KafkaRecord> {
    @Override
    public TypeInformation<KafkaRecord> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> parameters) {
      return RecordTypeInfo.ofKafkaRecord();
    }
  }
}
