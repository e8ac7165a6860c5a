package io.leat.runtime.flink;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A partition and the position in it, as a checkpoint holds them; with what tells whether the log
 * is still the one that the position is of.
 */
final class LogSplit extends KafkaPartitionSplit {
  private final @Nullable String topicId;
  private final @Nullable Integer leaderEpoch;

  /**
   * @param topicId Kafka's id of the topic; null where it is not known
   * @param leaderEpoch leader epoch of the record read last; null where none was read
   */
  LogSplit(KafkaPartitionSplit split, @Nullable String topicId, @Nullable Integer leaderEpoch) {
    super(
        split.getTopicPartition(),
        split.getStartingOffset(),
        split.getStoppingOffset().orElse(NO_STOPPING_OFFSET));
    this.topicId = topicId;
    this.leaderEpoch = leaderEpoch;
  }

  Optional<String> topicId() {
    return Optional.ofNullable(topicId);
  }

  Optional<Integer> leaderEpoch() {
    return Optional.ofNullable(leaderEpoch);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LogSplit that
        && super.equals(other)
        && Objects.equals(topicId, that.topicId)
        && Objects.equals(leaderEpoch, that.leaderEpoch);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  /** Reads what Flink's own serializer wrote too: checkpoints from before. */
  static final class Serializer implements SimpleVersionedSerializer<KafkaPartitionSplit> {
    private static final int VERSION = 1_000;
    private static final int NO_EPOCH = -1;

    private final KafkaPartitionSplitSerializer plain = new KafkaPartitionSplitSerializer();

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(KafkaPartitionSplit split) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        Optional<LogSplit> known =
            split instanceof LogSplit of ? Optional.of(of) : Optional.empty();
        out.writeInt(plain.getVersion());
        out.writeUTF(known.flatMap(LogSplit::topicId).orElse(""));
        out.writeInt(known.flatMap(LogSplit::leaderEpoch).orElse(NO_EPOCH));
        out.write(plain.serialize(split));
      }
      return bytes.toByteArray();
    }

    @Override
    public KafkaPartitionSplit deserialize(int version, byte[] serialized) throws IOException {
      if (version != VERSION) {
        return plain.deserialize(version, serialized);
      }
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized))) {
        int plainVersion = in.readInt();
        String topicId = in.readUTF();
        int leaderEpoch = in.readInt();
        return new LogSplit(
            plain.deserialize(plainVersion, in.readAllBytes()),
            topicId.isEmpty() ? null : topicId,
            leaderEpoch == NO_EPOCH ? null : leaderEpoch);
      }
    }
  }
}
