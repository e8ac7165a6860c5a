package io.leat.runtime.flink;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Tells Flink of {@link KafkaRecord}. */
final class KafkaRecordTypeInfo extends TypeInformation<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  static final KafkaRecordTypeInfo INSTANCE = new KafkaRecordTypeInfo();

  private KafkaRecordTypeInfo() {}

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<KafkaRecord> getTypeClass() {
    return KafkaRecord.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<KafkaRecord> createSerializer(SerializerConfig config) {
    return KafkaRecordSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "KafkaRecord";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KafkaRecordTypeInfo;
  }

  @Override
  public int hashCode() {
    return KafkaRecordTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof KafkaRecordTypeInfo;
  }
}
