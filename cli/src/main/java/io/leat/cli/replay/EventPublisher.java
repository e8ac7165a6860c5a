package io.leat.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.Contract;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes the events of one file as their producer would, keyed, Avro in Confluent's framing, in
 * transactions of some thousand rows, each with how far the file then is: as the offset that a
 * group of the file's own commits. So what is said to be in is in, and what is not is not, however
 * the command ended. One thread owns it.
 */
final class EventPublisher implements AutoCloseable {
  private static final int MOST_ROWS = 10_000;
  private static final long MOST_NANOS = Duration.ofMillis(500).toNanos();

  private final Contract contract;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroCodec codec;
  private final int schemaId;
  private final boolean micros;
  private final String group;
  private final TopicPartition progressOf;
  private final Optional<ReplayProgress> before;
  private ReplayProgress in;
  private long events;
  private long rows;
  private long begun;
  private boolean open;

  /**
   * @param replay what is replayed, such as the file's hash: whoever opens it a second time ends
   *     the first
   */
  EventPublisher(PlatformOptions platform, Contract contract, String replay) {
    this.contract = contract;
    RegistryClient registry = platform.registry();
    this.codec = new AvroCodec(registry);
    this.schemaId = registry.register(Topics.valueSubject(contract.event()), contract.schema());
    this.micros =
        contract.schema().getField(contract.eventTime()).schema().getLogicalType()
            instanceof LogicalTypes.TimestampMicros;
    this.group = "leat-replay-" + contract.event() + "-" + replay;
    this.progressOf = new TopicPartition(contract.event(), 0);
    Map<String, Object> settings = new HashMap<>(platform.kafka());
    settings.put("transactional.id", group);
    settings.put("linger.ms", 5);
    settings.put("batch.size", 1 << 16);
    settings.put("compression.type", "lz4");
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions(); // ends what a replay that was killed has left open
      this.before = progress(platform.kafka());
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw refused(e);
    }
    this.in = before.orElse(ReplayProgress.NONE);
  }

  private Optional<ReplayProgress> progress(Map<String, Object> kafka) {
    try (Admin admin = Admin.create(kafka)) {
      return Optional.ofNullable(
              admin
                  .listConsumerGroupOffsets(
                      group, new ListConsumerGroupOffsetsOptions().requireStable(true))
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .get(progressOf))
          .map(ReplayProgress::of);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** How far the file was before; empty if nothing of it was published. */
  Optional<ReplayProgress> before() {
    return before;
  }

  /** How far the file is for certain. */
  ReplayProgress in() {
    return in;
  }

  /**
   * Goes on behind what is in, where that is to count.
   *
   * @param from what the rows to come follow
   */
  void begin(ReplayProgress from) {
    in = from;
    rows = from.rows();
    events = from.events();
  }

  /** Event time of an event, milliseconds since 1970. */
  long eventTime(GenericRecord event) {
    return event.get(contract.eventTime()) instanceof Long time
        ? (micros ? Math.floorDiv(time, 1_000L) : time)
        : 0;
  }

  /**
   * Hands an event to the producer.
   *
   * @throws UserError if the brokers have refused an earlier one
   */
  void send(GenericRecord event) {
    byte[] key =
        contract.key().map(event::get).map(value -> value.toString().getBytes(UTF_8)).orElse(null);
    try {
      openTransaction();
      producer.send(new ProducerRecord<>(contract.event(), key, codec.encode(schemaId, event)));
    } catch (KafkaException e) {
      throw refused(e);
    }
    events++;
    passed();
  }

  /** Counts a row, sent or left out. */
  void passed() {
    rows++;
    if (rows - in.rows() >= MOST_ROWS || System.nanoTime() - begun > MOST_NANOS) {
      commit(false);
    }
  }

  private void openTransaction() {
    if (!open) {
      producer.beginTransaction();
      begun = System.nanoTime();
      open = true;
    }
  }

  /**
   * Waits until the brokers have everything for good.
   *
   * @param complete whether the file is at its end
   * @throws UserError if they have refused some of it
   */
  @SuppressWarnings("removal") // the group of a program that consumes nothing has no other name
  void commit(boolean complete) {
    ReplayProgress now = new ReplayProgress(rows, events, complete);
    if (now.equals(in)) {
      return;
    }
    try {
      openTransaction();
      producer.sendOffsetsToTransaction(
          Map.of(progressOf, new OffsetAndMetadata(rows, now.metadata())),
          new ConsumerGroupMetadata(group, -1, "", Optional.empty()));
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw refused(e);
    }
    open = false;
    in = now;
  }

  private UserError refused(KafkaException e) {
    return new UserError(
        e instanceof ProducerFencedException
            ? "Another replay of the same file has begun; this one was ended by it."
            : "The brokers did not take the events of %s: %s"
                .formatted(contract.event(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5)); // what is not committed is not in
  }
}
