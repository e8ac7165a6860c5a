package io.leat.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What a compacted topic holds: the last value of each key. It is the same whether or not the
 * broker has come to compact the topic. Memory grows with the keys that have a value.
 *
 * <p>Errors are those of {@link TopicLog}, and what decoding throws; behind one, another has to be
 * made. One thread owns it, but for {@link #wakeUp}.
 *
 * @param <V> type of the values
 */
public final class CompactedTopic<V> implements AutoCloseable {
  private final TopicLog log;
  private final Function<byte[], V> decode;
  private final Map<TopicPartition, Long> ends;
  private final Map<String, V> values = new LinkedHashMap<>();

  /**
   * Holds nothing yet.
   *
   * @param log at its beginning; closed with this
   * @param decode makes a value of its bytes
   */
  public CompactedTopic(TopicLog log, Function<byte[], V> decode) {
    this.log = log;
    this.decode = decode;
    try {
      this.ends = log.ends();
    } catch (RuntimeException e) {
      Cleanup.after(e, log);
      throw e;
    }
  }

  /**
   * Reads all that there was when this was made.
   *
   * @return as {@link #values}
   */
  public Map<String, V> readToEnd() {
    log.readTo(
        ends,
        record -> {
          take(record);
          return true;
        });
    return values();
  }

  /**
   * Waits for records and takes them in.
   *
   * @param longest how long it waits where there are none
   * @return whether there were any
   * @throws org.apache.kafka.common.errors.WakeupException if somebody woke it up
   */
  public boolean poll(Duration longest) {
    var records = log.poll(longest);
    records.forEach(this::take);
    return !records.isEmpty();
  }

  /** Whether all has been read that there was when this was made. */
  public boolean isAtItsEnd() {
    return log.hasReached(ends);
  }

  /** By key, the last value that was read; without keys whose last record is a tombstone. */
  public Map<String, V> values() {
    return Collections.unmodifiableMap(values);
  }

  private void take(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    byte[] key = record.key();
    byte[] value = record.value();
    if (key == null) {
      throw new LeatException(
          ErrorCode.KAFKA,
          "The record at %s/%d/%d has no key; expected one, as in every compacted topic. Set cleanup.policy=compact, by which the broker refuses such a record."
              .formatted(record.topic(), record.partition(), record.offset()));
    } else if (value == null) {
      values.remove(new String(key, UTF_8));
    } else {
      values.put(new String(key, UTF_8), decode.apply(value));
    }
  }

  /** Ends a {@link #poll} that waits, or the next one; from any thread. */
  public void wakeUp() {
    log.wakeUp();
  }

  @Override
  public void close() {
    log.close();
  }
}
