package io.leat.runtime.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Binary form of a {@link KafkaRecord}: topic, partition, offset, append time, number of headers,
 * each header's name and value, key, value. Bytes are preceded by their length, -1 for null.
 */
final class KafkaRecordSerializer extends TypeSerializerSingleton<KafkaRecord> {
  private static final long serialVersionUID = 1L;
  private static final int NULL = -1;

  static final KafkaRecordSerializer INSTANCE = new KafkaRecordSerializer();

  @Override
  public void serialize(KafkaRecord record, DataOutputView target) throws IOException {
    target.writeUTF(record.topic());
    target.writeInt(record.partition());
    target.writeLong(record.offset());
    target.writeLong(record.appendedAt());
    Header[] headers = record.headers().toArray();
    target.writeInt(headers.length);
    for (Header header : headers) {
      target.writeUTF(header.key());
      writeBytes(header.value(), target);
    }
    writeBytes(record.key(), target);
    writeBytes(record.value(), target);
  }

  @Override
  public KafkaRecord deserialize(DataInputView source) throws IOException {
    String topic = source.readUTF();
    int partition = source.readInt();
    long offset = source.readLong();
    long appendedAt = source.readLong();
    int count = source.readInt();
    Headers headers = new RecordHeaders();
    for (int i = 0; i < count; i++) {
      headers.add(new RecordHeader(source.readUTF(), readBytes(source)));
    }
    return new KafkaRecord(
        topic, partition, offset, appendedAt, headers, readBytes(source), readBytes(source));
  }

  private static void writeBytes(byte @Nullable [] bytes, DataOutputView target)
      throws IOException {
    if (bytes == null) {
      target.writeInt(NULL);
    } else {
      target.writeInt(bytes.length);
      target.write(bytes);
    }
  }

  private static byte @Nullable [] readBytes(DataInputView source) throws IOException {
    int length = source.readInt();
    if (length == NULL) {
      return null;
    }
    byte[] bytes = new byte[length];
    source.readFully(bytes);
    return bytes;
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public KafkaRecord createInstance() {
    return new KafkaRecord("", 0, 0, 0, new RecordHeaders(), null, null);
  }

  @Override
  public KafkaRecord copy(KafkaRecord from) {
    return from;
  }

  @Override
  public KafkaRecord copy(KafkaRecord from, KafkaRecord reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1; // varies
  }

  @Override
  public KafkaRecord deserialize(KafkaRecord reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public TypeSerializerSnapshot<KafkaRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Written into checkpoints beside records. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<KafkaRecord> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
