package io.leat.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.fail;

import io.leat.schemas.RecordHeaders;
import io.leat.testing.ExactlyOnceReport.Finding;
import io.leat.testing.ExactlyOnceReport.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Checks, after the fact and from the topics alone, that a job that makes one record of each record
 * has done so exactly once: every committed input is in the committed output once, in the order of
 * its key, and nothing else is.
 *
 * <p>It reads once the job's group has committed all of its input and no transaction is open on an
 * output: the end that {@code read_committed} readers see has reached the end of the log. (Kafka's
 * own system test writes a sentinel behind the output and waits to see it, which shows the same but
 * leaves a record that jobs further down the stream would stumble on.)
 *
 * <p>An id may come several times in the input; then it must come as often in the output. Order is
 * compared within an output partition, among records of one key that come from one input partition;
 * records without a key count as one key.
 */
public final class ExactlyOnceChecker {
  private final String bootstrapServers;
  private final Map<String, Function<ConsumerRecord<byte[], byte[]>, @Nullable String>> inputs =
      new LinkedHashMap<>();
  private final Map<String, Function<ConsumerRecord<byte[], byte[]>, @Nullable String>> outputs =
      new LinkedHashMap<>();
  private @Nullable String group;

  public ExactlyOnceChecker(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** The id that derived records bear in their headers. */
  public static String eventId(ConsumerRecord<byte[], byte[]> record) {
    return RecordHeaders.get(record.headers(), RecordHeaders.EVENT_ID)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s-%d@%d has no header %s"
                        .formatted(
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            RecordHeaders.EVENT_ID)));
  }

  /**
   * Adds a topic that the job reads; {@code id} tells the id that its output will bear, or null of
   * a record that nothing is to come of.
   */
  public ExactlyOnceChecker input(
      String topic, Function<ConsumerRecord<byte[], byte[]>, @Nullable String> id) {
    inputs.put(topic, id);
    return this;
  }

  /** Adds a topic that the job writes; each input must appear in one of them. */
  public ExactlyOnceChecker output(
      String topic, Function<ConsumerRecord<byte[], byte[]>, String> id) {
    outputs.put(topic, id);
    return this;
  }

  /** The job's consumer group: checked only once it has committed all of the input. */
  public ExactlyOnceChecker drainedBy(String consumerGroup) {
    this.group = consumerGroup;
    return this;
  }

  /**
   * Waits until the job is done, reads everything and compares.
   *
   * @throws AssertionError if the job is not done in time, or leaves a transaction open
   */
  public ExactlyOnceReport check(Duration timeout) {
    List<String> inputTopics = List.copyOf(inputs.keySet());
    List<String> outputTopics = List.copyOf(outputs.keySet());
    try (TopicReader input = TopicReader.committed(bootstrapServers, inputTopics);
        TopicReader rawInput = TopicReader.uncommitted(bootstrapServers, inputTopics);
        TopicReader output = TopicReader.committed(bootstrapServers, outputTopics);
        TopicReader rawOutput = TopicReader.uncommitted(bootstrapServers, outputTopics)) {
      List<ConsumerRecord<byte[], byte[]>> committed = input.readToEnd();
      if (group != null) {
        awaitDrained(group, committed, timeout);
      }
      awaitNoOpenTransaction(output, rawOutput, timeout);
      return compare(
          seen(committed, inputs),
          seen(output.readToEnd(), outputs),
          seen(rawInput.readToEnd(), inputs).stream().map(Seen::id).collect(Collectors.toSet()));
    }
  }

  /** A record, as far as it matters here. */
  record Seen(String id, TopicPartition partition, long offset, @Nullable List<Byte> key) {
    String where() {
      return partition + "@" + offset;
    }
  }

  /** Records of one key on their way from one input partition to one output partition. */
  private record Lane(TopicPartition from, TopicPartition to, @Nullable List<Byte> key) {}

  /**
   * Compares; both lists in the order of their logs.
   *
   * @param uncommitted ids of all input records, also of open and aborted transactions
   */
  static ExactlyOnceReport compare(List<Seen> input, List<Seen> output, Set<String> uncommitted) {
    Map<String, Deque<Seen>> missing = new LinkedHashMap<>();
    input.forEach(in -> missing.computeIfAbsent(in.id(), id -> new ArrayDeque<>()).add(in));
    Set<String> known = new LinkedHashSet<>(missing.keySet());
    Map<Lane, Seen> last = new HashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (Seen out : output) {
      Seen in = missing.getOrDefault(out.id(), new ArrayDeque<>()).poll();
      if (in == null) {
        Kind kind =
            known.contains(out.id())
                ? Kind.DUPLICATED
                : uncommitted.contains(out.id()) ? Kind.UNCOMMITTED : Kind.INVENTED;
        findings.add(new Finding(kind, out.id(), "at " + out.where()));
        continue;
      }
      Lane lane = new Lane(in.partition(), out.partition(), in.key());
      Seen before = last.get(lane);
      if (before != null && before.offset() > in.offset()) {
        findings.add(
            new Finding(
                Kind.REORDERED,
                out.id(),
                "at %s, after %s, which came later (%s) than its input (%s)"
                    .formatted(out.where(), before.id(), before.where(), in.where())));
      } else {
        last.put(lane, in);
      }
    }
    missing.values().stream()
        .flatMap(Deque::stream)
        .forEach(in -> findings.add(new Finding(Kind.LOST, in.id(), "its input is " + in.where())));
    return new ExactlyOnceReport(input.size(), output.size(), findings);
  }

  private static List<Seen> seen(
      List<ConsumerRecord<byte[], byte[]>> records,
      Map<String, Function<ConsumerRecord<byte[], byte[]>, @Nullable String>> ids) {
    List<Seen> seen = new ArrayList<>(records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      String id = Optional.ofNullable(ids.get(record.topic())).orElseThrow().apply(record);
      if (id != null) {
        seen.add(
            new Seen(
                id,
                new TopicPartition(record.topic(), record.partition()),
                record.offset(),
                key(record.key())));
      }
    }
    return seen;
  }

  private static @Nullable List<Byte> key(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    Byte[] boxed = new Byte[bytes.length];
    Arrays.setAll(boxed, i -> bytes[i]);
    return List.of(boxed);
  }

  private static void awaitNoOpenTransaction(
      TopicReader committed, TopicReader uncommitted, Duration timeout) {
    try {
      Awaitility.await().atMost(timeout).until(() -> open(committed, uncommitted).isEmpty());
    } catch (ConditionTimeoutException e) {
      fail(
          "after %s a transaction is still open on %s; nothing can be said yet"
              .formatted(timeout, open(committed, uncommitted)),
          e);
    }
  }

  /** Partitions whose log goes on behind what read_committed readers are shown. */
  private static Set<TopicPartition> open(TopicReader committed, TopicReader uncommitted) {
    Map<TopicPartition, Long> logEnds = uncommitted.ends();
    Map<TopicPartition, Long> stableEnds = committed.ends();
    Set<TopicPartition> open = new HashSet<>(logEnds.keySet());
    open.removeIf(
        partition ->
            requireNonNull(stableEnds.get(partition)) >= requireNonNull(logEnds.get(partition)));
    return open;
  }

  private void awaitDrained(
      String consumerGroup, List<ConsumerRecord<byte[], byte[]>> input, Duration timeout) {
    Map<TopicPartition, Long> lastOffsets = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : input) {
      lastOffsets.put(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      try {
        Awaitility.await()
            .atMost(timeout)
            .until(() -> behind(admin, consumerGroup, lastOffsets).isEmpty());
      } catch (ConditionTimeoutException e) {
        fail(
            "after %s the group %s has not yet committed its input: %s"
                .formatted(timeout, consumerGroup, behind(admin, consumerGroup, lastOffsets)),
            e);
      }
    }
  }

  /** What the group has committed of each partition whose last record it has not. */
  private static Map<TopicPartition, String> behind(
      Admin admin, String consumerGroup, Map<TopicPartition, Long> lastOffsets) {
    Map<TopicPartition, OffsetAndMetadata> offsets;
    try {
      offsets =
          admin
              .listConsumerGroupOffsets(
                  consumerGroup, new ListConsumerGroupOffsetsOptions().requireStable(true))
              .partitionsToOffsetAndMetadata()
              .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the offsets of group " + consumerGroup + " could not be read", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    Map<TopicPartition, String> behind = new HashMap<>();
    lastOffsets.forEach(
        (partition, lastOffset) -> {
          OffsetAndMetadata offset = offsets.get(partition);
          long next = offset == null ? 0 : offset.offset();
          if (next <= lastOffset) {
            behind.put(partition, "%d of %d".formatted(next, lastOffset + 1));
          }
        });
    return behind;
  }
}
