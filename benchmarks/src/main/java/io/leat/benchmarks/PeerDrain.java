package io.leat.benchmarks;

import io.leat.stack.JvmProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How fast a peer drains its topic, by what a reader of committed records sees of its output: from
 * when the first cohort is there to when all is. Of a single cohort, from the first row.
 *
 * @param measured events between the two
 * @param perSecond events a second of wall clock
 * @param perCpuSecond events a second of the peer's CPU; the broker's is not in it
 */
record PeerDrain(String name, int measured, double perSecond, double perCpuSecond, PeerRows rows) {
  /** Takes the values out of a record. */
  interface Decoder {
    void decode(byte[] value, PeerRows rows);
  }

  private record Sample(int values, long nanos, double cpuSeconds) {}

  /**
   * Follows the output until it is complete.
   *
   * @param warm events whose rows come before what is measured; 0 for none
   * @throws IllegalStateException if the peer ends, or is not done in time
   */
  static PeerDrain follow(
      Cluster cluster,
      JvmProcess process,
      String topic,
      int events,
      int warm,
      Duration longest,
      Decoder decoder) {
    PeerRows rows = new PeerRows(events);
    long deadline = System.nanoTime() + longest.toNanos();
    Sample start = null;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "max.poll.records",
                5_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (rows.found() < events * PeerRows.VALUES) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          decoder.decode(record.value(), rows);
        }
        if (start == null && rows.found() > warm * PeerRows.VALUES) {
          start = sample(process, rows);
        }
        if (!process.isAlive()) {
          throw process.died();
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "%s has written %,d of %,d values in %d minutes; give it fewer events. Its log is %s"
                  .formatted(
                      process.name(),
                      rows.found(),
                      events * PeerRows.VALUES,
                      longest.toMinutes(),
                      process.logFile()));
        }
      }
    }
    Sample end = sample(process, rows);
    if (start == null || start.values() == end.values()) {
      throw new IllegalStateException(
          "%s wrote all of %,d events at once: nothing to measure; give it more"
              .formatted(process.name(), events));
    }
    double measured = (double) (end.values() - start.values()) / PeerRows.VALUES;
    return new PeerDrain(
        process.name(),
        (int) measured,
        measured * 1e9 / (end.nanos() - start.nanos()),
        measured / (end.cpuSeconds() - start.cpuSeconds()),
        rows);
  }

  private static Sample sample(JvmProcess process, PeerRows rows) {
    return new Sample(rows.found(), System.nanoTime(), ProcessUsage.cpuSeconds(process.pid()));
  }
}
