package io.leat.schemas.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.records.AuditEvent;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.AuditChain.Head;
import io.leat.schemas.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes what the platform holds for all, in compacted topics, by compare-and-set: a change is
 * decided when all before it can be read, and written only if no other has come meanwhile. Its
 * records and its event on {@code audit}, the next of the chain ({@link AuditChain}), are one
 * transaction.
 *
 * <p>Why: whoever opens a producer of the one transactional id ends the transaction that another
 * left open, and that one can commit no more. So a change (1) opens one, (2) reads the chain's last
 * event and decides, (3) commits; if another opens between (1) and (3) the commit is refused, and
 * the change waits for a random time and begins again. Where the answer to a commit is lost, the
 * chain says behind the next (1) whether it was done, for it cannot be done any more then.
 *
 * <p>Thread-safe: each change has clients of its own.
 */
public final class ChangeLog {
  private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

  /**
   * From the fourth on each waits for up to 16 times as long as one takes: of eight that change all
   * the time, one comes through then with a chance of about a half.
   */
  private static final int ATTEMPTS = 15;

  private static final int MOST_DOUBLINGS = 4;
  private static final long LEAST_NANOS = Duration.ofMillis(50).toNanos();
  private static final long MOST_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();

  /** The change is made, whether or not it can be read by then. */
  private static final long READABLE_NANOS = Duration.ofSeconds(30).toNanos();

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final InstantSource clock;
  private final ChangeWriter.Producers producers;
  private final int attempts;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @param clock gives the events their time
   */
  public ChangeLog(Map<String, ?> kafka, RegistryClient registry, InstantSource clock) {
    this(kafka, registry, clock, ChangeWriter.KAFKA, ATTEMPTS);
  }

  ChangeLog(
      Map<String, ?> kafka,
      RegistryClient registry,
      InstantSource clock,
      ChangeWriter.Producers producers,
      int attempts) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
    this.clock = clock;
    this.producers = producers;
    this.attempts = attempts;
  }

  /**
   * Makes a change. The topics that it writes to are there already.
   *
   * @param decision reads the state that it depends on to its end, and says what is to be written.
   *     It is called when all that was changed before can be read, and no other writer can come in
   *     between any more unless this one is refused; then it is called again, so what it does
   *     beside reading must bear that. What it throws ends the change, and nothing is written
   * @return what the decision gives, once all that it says is written and can be read
   * @throws LeatException {@code KAFKA}: the brokers refuse or do not answer, or others came first
   *     {@value #ATTEMPTS} times; {@code NOT_APPLIED}: there is no topic {@code audit}, or none for
   *     an entry
   * @throws io.leat.schemas.RegistryException if the registry fails; nothing was written
   * @throws InterruptException if the thread is interrupted; it stays so, and the audit says
   *     whether the change was written
   */
  public <T> T change(Supplier<Change<T>> decision) {
    return new Attempts<>(decision).run();
  }

  /** What may have been written, and what its decision gives. */
  private record Sent<T>(AuditEvent event, T result) {}

  /** One change, until it is made. */
  private final class Attempts<T> {
    private final Supplier<Change<T>> decision;

    /** The chain's last event; null where there is none, or nobody has looked. */
    private @Nullable AuditEvent last;

    /** Null where all that was sent is known to be written or not. */
    private @Nullable Sent<T> sent;

    Attempts(Supplier<Change<T>> decision) {
      this.decision = decision;
    }

    T run() {
      for (int attempt = 1; attempt <= attempts; attempt++) {
        long begun = System.nanoTime();
        try {
          return make();
        } catch (TryAgainException e) {
          log.debug("attempt {} of a change", attempt, e);
          pause(attempt, System.nanoTime() - begun);
        } catch (LeatException e) {
          throw sent == null ? e : notKnown(e);
        }
      }
      throw overtaken();
    }

    private T make() throws TryAgainException {
      try (AuditLog audit = new AuditLog(kafka, registry);
          ChangeWriter writer = new ChangeWriter(kafka, producers)) {
        last = audit.last(event -> AuditChain.head(event).isPresent()).orElse(null);
        if (sent != null && isWritten(sent.event(), audit)) {
          return sent.result();
        }
        sent = null;
        Change<T> change = decision.get();
        if (change.event().isPresent()) {
          AuditEvent event = next(change.event().get());
          List<ProducerRecord<byte[], byte[]>> records = records(change.entries(), event);
          try {
            awaitReadable(writer.write(records));
          } catch (TryAgainException e) {
            sent = new Sent<>(event, change.result());
            throw e;
          }
        }
        return change.result();
      }
    }

    private AuditEvent next(AuditEvent event) {
      return AuditChain.link(
          AuditEvent.newBuilder(event).setTime(clock.instant()).build(),
          Optional.ofNullable(last).flatMap(AuditChain::head));
    }

    private boolean isWritten(AuditEvent event, AuditLog audit) {
      Optional<Head> head = AuditChain.head(event);
      return Optional.ofNullable(last)
          .filter(one -> one.getSequence() >= event.getSequence())
          .flatMap(one -> audit.last(other -> event.getSequence().equals(other.getSequence())))
          .flatMap(AuditChain::head)
          .equals(head);
    }

    private LeatException overtaken() {
      return new LeatException(
          ErrorCode.KAFKA,
          "The change was given up: each of %d times somebody else changed something meanwhile%s. Try again; 'leat audit list' says who changes what."
              .formatted(
                  attempts,
                  last == null
                      ? ""
                      : ", the last time %s (%s, %s)"
                          .formatted(last.getActor(), last.getAction(), last.getSubject())));
    }
  }

  /** So that whoever made a change reads it: see {@link ChangeWriter#write}. */
  private void awaitReadable(Map<TopicPartition, Long> written) {
    long begun = System.nanoTime();
    for (TopicPartition partition : written.keySet()) {
      long last = Lookups.required(written, partition);
      try (TopicLog topic = TopicLog.open(kafka, partition.topic())) {
        while (Lookups.required(topic.ends(), partition) <= last
            && System.nanoTime() - begun < READABLE_NANOS) {
          LockSupport.parkNanos(LOOK_NANOS);
        }
      }
    }
  }

  private static LeatException notKnown(LeatException e) {
    return new LeatException(
        e.code(),
        "The brokers did not answer, and whether the change was made is not known; 'leat audit list' says so once they do. "
            + e.getMessage(),
        e);
  }

  /** The records of a change; refuses topics that are not there. */
  private List<ProducerRecord<byte[], byte[]>> records(List<Entry> entries, AuditEvent event) {
    entries.stream()
        .map(Entry::topic)
        .distinct()
        .forEach(topic -> TopicLog.open(kafka, topic).close());
    AvroCodec codec = new AvroCodec(registry);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (Entry entry : entries) {
      SpecificRecordBase value = entry.value();
      records.add(
          new ProducerRecord<>(
              entry.topic(),
              entry.key().getBytes(UTF_8),
              value == null ? null : encode(codec, entry.topic(), value)));
    }
    records.add(
        new ProducerRecord<>(
            Topics.AUDIT,
            AuditLog.PARTITION.partition(),
            event.getSubject().getBytes(UTF_8),
            encode(codec, Topics.AUDIT, event)));
    return records;
  }

  private byte[] encode(AvroCodec codec, String topic, SpecificRecordBase value) {
    return codec.encode(registry.register(Topics.valueSubject(topic), value.getSchema()), value);
  }

  /** Waits for a random time that grows, so that of many who change at once one comes through. */
  private static void pause(int attempt, long nanos) {
    long one = Math.min(Math.max(nanos, LEAST_NANOS), MOST_NANOS);
    long most = one << Math.min(attempt, MOST_DOUBLINGS);
    try {
      TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(most));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
