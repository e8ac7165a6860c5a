package io.leat.runtime.streams;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Says whether a record that was read can be processed now. One that cannot holds its partition up,
 * and no other. Thread-safe.
 */
@FunctionalInterface
public interface RecordGate {
  /**
   * Whether the record may be processed; asked again at each poll until it may. Blocks for a moment
   * at most, since every partition of the thread waits meanwhile.
   */
  boolean mayPass(ConsumerRecord<byte[], byte[]> record);

  /**
   * Says, at each poll, how many records of a partition wait in the log to be read. Nothing follows
   * by default.
   */
  default void waits(int partition, long records) {}
}
