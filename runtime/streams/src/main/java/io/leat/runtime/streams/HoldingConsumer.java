package io.leat.runtime.streams;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that holds a partition at the first record that {@link RecordGates} do not let pass,
 * until they do: the partition is sought back and paused, so that Kafka Streams neither sees the
 * record nor commits behind it, while the other partitions go on. One stream thread owns it.
 *
 * <p>Kafka Streams pauses partitions too, where it has read enough ahead. A partition is fetched
 * while neither of the two wants it paused.
 */
final class HoldingConsumer implements InvocationHandler {
  private static final Logger log = LoggerFactory.getLogger(HoldingConsumer.class);

  private final Consumer<byte[], byte[]> consumer;
  private final RecordGates gates;
  private final Map<TopicPartition, ConsumerRecord<byte[], byte[]>> held = new HashMap<>();
  private final Set<TopicPartition> pausedByStreams = new HashSet<>();

  private HoldingConsumer(Consumer<byte[], byte[]> consumer, RecordGates gates) {
    this.consumer = consumer;
    this.gates = gates;
  }

  /** The consumer itself where there are no gates. */
  @SuppressWarnings("unchecked") // it implements Consumer, whatever its records are
  static Consumer<byte[], byte[]> around(Consumer<byte[], byte[]> consumer, RecordGates gates) {
    return gates.isEmpty()
        ? consumer
        : (Consumer<byte[], byte[]>)
            Proxy.newProxyInstance(
                HoldingConsumer.class.getClassLoader(),
                new Class<?>[] {Consumer.class},
                new HoldingConsumer(consumer, gates));
  }

  @Override
  @SuppressWarnings("unchecked") // pause and resume take partitions
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "poll" -> {
        return poll((Duration) arguments[0]);
      }
      case "pause" -> {
        pausedByStreams.addAll((Collection<TopicPartition>) arguments[0]);
      }
      case "resume" -> {
        resume((Collection<TopicPartition>) arguments[0]);
        return null;
      }
      default -> {}
    }
    try {
      return method.invoke(consumer, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void resume(Collection<TopicPartition> partitions) {
    pausedByStreams.removeAll(partitions);
    consumer.resume(partitions.stream().filter(partition -> !held.containsKey(partition)).toList());
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (!held.isEmpty()) {
      Set<TopicPartition> assigned = consumer.assignment();
      held.entrySet()
          .removeIf(
              entry ->
                  !assigned.contains(entry.getKey()) || release(entry.getKey(), entry.getValue()));
    }
    ConsumerRecords<byte[], byte[]> polled = consumer.poll(timeout);
    Map<TopicPartition, ConsumerRecord<byte[], byte[]>> stopped = new HashMap<>(0);
    for (TopicPartition partition : polled.partitions()) {
      for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
        if (!gates.mayPass(record)) {
          stopped.put(partition, record);
          break;
        }
      }
    }
    stopped.forEach(this::hold);
    return stopped.isEmpty() ? polled : before(polled, stopped);
  }

  private boolean release(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    if (!gates.mayPass(record)) {
      return false;
    }
    if (!pausedByStreams.contains(partition)) {
      consumer.resume(List.of(partition));
    }
    log.info("{} goes on at offset {}", partition, record.offset());
    return true;
  }

  private void hold(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    consumer.seek(partition, position(record));
    consumer.pause(List.of(partition));
    held.put(partition, record);
    log.info("{} waits at offset {}; other partitions go on", partition, record.offset());
  }

  /** What came before the records at which partitions were stopped. */
  private static ConsumerRecords<byte[], byte[]> before(
      ConsumerRecords<byte[], byte[]> polled,
      Map<TopicPartition, ConsumerRecord<byte[], byte[]>> stopped) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    for (TopicPartition partition : polled.partitions()) {
      ConsumerRecord<byte[], byte[]> stop = stopped.get(partition);
      List<ConsumerRecord<byte[], byte[]>> passed =
          polled.records(partition).stream()
              .takeWhile(record -> stop == null || record.offset() < stop.offset())
              .toList();
      if (!passed.isEmpty()) {
        records.put(partition, passed);
      }
    }
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(polled.nextOffsets());
    stopped.forEach((partition, record) -> next.put(partition, position(record)));
    return new ConsumerRecords<>(records, next);
  }

  private static OffsetAndMetadata position(ConsumerRecord<byte[], byte[]> record) {
    return new OffsetAndMetadata(record.offset(), record.leaderEpoch(), "");
  }
}
