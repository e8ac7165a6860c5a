package io.leat.runtime.streams;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The gates of a job, by topic; records of other topics pass. Thread-safe. */
public final class RecordGates {
  private final Map<String, RecordGate> gates = new ConcurrentHashMap<>();

  public void add(String topic, RecordGate gate) {
    gates.put(topic, gate);
  }

  boolean isEmpty() {
    return gates.isEmpty();
  }

  /** Tells the gate of a topic how many records of a partition wait. */
  void waits(TopicPartition partition, long records) {
    RecordGate gate = gates.get(partition.topic());
    if (gate != null) {
      gate.waits(partition.partition(), records);
    }
  }

  boolean mayPass(ConsumerRecord<byte[], byte[]> record) {
    RecordGate gate = gates.get(record.topic());
    return gate == null || gate.mayPass(record);
  }
}
