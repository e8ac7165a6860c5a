package io.leat.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.deadletters.Repair.NotRepairableException;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Produces the events of dead letters to their raw topic again, each once, however often it is
 * asked to, is killed in the middle, or runs twice at once. One thread owns it.
 *
 * <p>Why once: (1) {@link ReplayWriter} opens first, which ends every transaction that an earlier
 * replay of the event left open and lets it write no more; (2) then {@link ReplayLog} reads which
 * dead letters were replayed, and those are passed over; (3) a batch of events and the record of
 * which dead letters they were are committed together or not at all.
 */
public final class DeadLetterReplay {
  /** Bytes of a batch, about. */
  private static final long BATCH_BYTES = 8L << 20;

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final String pipeline;
  private final DeadLetterContract contract;
  private final Repair repair;
  private final InstantSource clock;

  /** Is told what a replay does, as it does it. */
  public interface Listener {
    /**
     * A dead letter stays where it is.
     *
     * @param why for a person
     */
    void left(DeadLetterRecord deadLetter, String why);

    /** A dead letter was, or in a dry run would be, produced again in its batch. */
    default void replaying(DeadLetterRecord deadLetter) {}

    /** A batch was committed. */
    default void committed(ReplayReport soFar) {}

    /** So many thousandths of the dead letters were passed. */
    default void progress(long thousandths) {}
  }

  private record Ready(DeadLetterRecord deadLetter, ProducerRecord<byte[], byte[]> record) {}

  /**
   * @param kafka settings of a Kafka client
   * @param pipeline name of the pipeline, which the transactional id begins with
   */
  public DeadLetterReplay(
      Map<String, Object> kafka,
      RegistryClient registry,
      String pipeline,
      DeadLetterContract contract,
      Repair repair,
      InstantSource clock) {
    this.kafka = kafka;
    this.registry = registry;
    this.pipeline = pipeline;
    this.contract = contract;
    this.repair = repair;
    this.clock = clock;
  }

  /**
   * Replays.
   *
   * @throws DeadLetterException if it cannot go on; what it committed before stays
   * @throws io.leat.schemas.RegistryException if the registry does not answer
   */
  public ReplayReport run(ReplayPlan plan, Listener listener) {
    String event = contract.contract().event();
    try (DeadLetterLog deadLetters = new DeadLetterLog(kafka, event);
        ReplayWriter writer = plan.dryRun() ? null : new ReplayWriter(kafka, pipeline, event)) {
      ReplayLog log = new ReplayLog(kafka, registry, event);
      return new Run(plan, listener, log, writer, deadLetters).run();
    }
  }

  /** One pass over the dead letters. */
  private final class Run {
    private final ReplayPlan plan;
    private final Listener listener;
    private final ReplayLog log;
    private final @Nullable ReplayWriter writer;
    private final DeadLetterLog deadLetters;
    private final Offsets replayed;
    private final int partitions;
    private final ReplayReport report = new ReplayReport();
    private final List<Ready> batch = new ArrayList<>();
    private long batchBytes;

    Run(
        ReplayPlan plan,
        Listener listener,
        ReplayLog log,
        @Nullable ReplayWriter writer,
        DeadLetterLog deadLetters) {
      this.plan = plan;
      this.listener = listener;
      this.log = log;
      this.writer = writer;
      this.deadLetters = deadLetters;
      this.replayed = log.read(); // after the writer has opened
      this.partitions = writer == null ? 0 : writer.partitions();
    }

    ReplayReport run() {
      deadLetters.read(plan.filter(), this::visit, listener::progress);
      flush();
      return report;
    }

    private boolean visit(DeadLetterRecord deadLetter) {
      if (replayed.contains(deadLetter.position())) {
        report.addBefore();
        return true;
      }
      ready(deadLetters.whole(deadLetter))
          .ifPresent(
              ready -> {
                batch.add(ready);
                byte[] value = ready.record().value();
                batchBytes += value == null ? 0 : value.length;
              });
      if (batch.size() >= plan.batch() || batchBytes >= BATCH_BYTES) {
        flush();
      }
      return report.replayed() + batch.size() < plan.limit();
    }

    private Optional<Ready> ready(DeadLetterRecord deadLetter) {
      EventBytes original;
      EventBytes bytes;
      try {
        original = contract.bytes(deadLetter);
        bytes = repair.apply(deadLetter, original);
      } catch (DeadLetterException | NotRepairableException e) {
        report.addLeft();
        listener.left(deadLetter, String.valueOf(e.getMessage()));
        return Optional.empty();
      }
      Verdict verdict = contract.validate(deadLetter, bytes);
      if (verdict instanceof Verdict.Refused refused) {
        report.addLeft(refused.reason());
        listener.left(
            deadLetter,
            "%s: %s".formatted(refused.reason(), DeadLetterText.plain(contract.message(refused))));
        return Optional.empty();
      }
      if (verdict instanceof Verdict.Skipped) {
        report.addSkipped();
        listener.left(deadLetter, "the contract skips it: it is no event");
        return Optional.empty();
      }
      boolean sameKey = Arrays.equals(original.key(), bytes.key());
      return Optional.of(new Ready(deadLetter, record(deadLetter, bytes, sameKey)));
    }

    /**
     * To the partition that it came from, where that is still there: duplicates are found there.
     */
    private ProducerRecord<byte[], byte[]> record(
        DeadLetterRecord deadLetter, EventBytes bytes, boolean sameKey) {
      String event = contract.contract().event();
      Headers headers = contract.headers(deadLetter);
      headers.add(
          RecordHeaders.REPLAYED_FROM,
          (Topics.deadLetters(event) + "/" + deadLetter.position()).getBytes(UTF_8));
      Integer partition =
          deadLetter
              .source()
              .filter(source -> source.getTopic().equals(event))
              .map(source -> source.getPartition())
              .filter(number -> number >= 0 && number < partitions)
              .filter(number -> sameKey)
              .orElse(null);
      return new ProducerRecord<>(event, partition, bytes.key(), bytes.value(), headers);
    }

    private void flush() {
      List<Ready> full = List.copyOf(batch);
      batch.clear();
      batchBytes = 0;
      if (!full.isEmpty()) {
        write(full);
      }
    }

    private void write(List<Ready> ready) {
      ready.forEach(one -> listener.replaying(one.deadLetter()));
      if (writer == null || writer.write(records(ready), audit(ready))) {
        report.addReplayed(ready.size());
        if (writer != null) {
          listener.committed(report);
        }
        return;
      }
      if (ready.size() > 1) {
        ready.forEach(one -> write(List.of(one)));
        return;
      }
      report.addLeft(DeadLetterReason.TOO_LARGE);
      listener.left(
          ready.get(0).deadLetter(),
          "it is larger than %s takes; raise the topic's max.message.bytes"
              .formatted(contract.contract().event()));
    }

    private List<ProducerRecord<byte[], byte[]>> records(List<Ready> ready) {
      return ready.stream().map(Ready::record).toList();
    }

    private ProducerRecord<byte[], byte[]> audit(List<Ready> ready) {
      return log.record(
          ready.stream().map(one -> one.deadLetter().position()).toList(),
          plan.actor(),
          repair.describe(),
          clock.instant());
    }
  }
}
