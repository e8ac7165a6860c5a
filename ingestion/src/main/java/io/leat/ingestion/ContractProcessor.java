package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.ingestion.decoding.EventReader;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.duplicates.SeenEvents;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.privacy.HiddenHeaders;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.records.LogPosition;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RegistryException;
import io.leat.schemas.deadletter.DeadLetterWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each event of one contract to its valid topic or to its dead letters. Runs on the stream
 * thread of its task.
 *
 * <p>No event stops it: what the check cannot validate, for whatever reason, is a dead letter. What
 * Kafka would refuse to send is found before it is sent, since a refused send would end the
 * transaction and come back with the next one, for ever.
 */
final class ContractProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(ContractProcessor.class);

  private final String event;
  private final Supplier<Validation> validations;
  private final IngestionMetrics metrics;
  private final Sinks sinks;
  private final ValidHeaders validHeaders;
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable Validation validation;
  private @Nullable SeenEvents seen;
  private int largestRecord;
  private int largestValid;
  private OptionalLong passedLast = OptionalLong.empty();

  /**
   * What a task needs to take events in.
   *
   * @param dropsDuplicates whether there is a store of the events that were seen
   */
  record Validation(
      EventReader reader,
      ContractCheck check,
      DeadLetterHeaders deadLetters,
      Optional<Cipher256> cipher,
      boolean mayQuote,
      HiddenHeaders hidden,
      boolean dropsDuplicates) {}

  /**
   * Names of what the processor writes to.
   *
   * @param seen store of the events that were seen, where the contract has a horizon
   */
  record Sinks(String valid, String deadLetters, String seen) {}

  /**
   * @param validations makes what a task needs, when the task starts
   */
  ContractProcessor(
      String event, Supplier<Validation> validations, IngestionMetrics metrics, Sinks sinks) {
    this.event = event;
    this.validations = validations;
    this.metrics = metrics;
    this.sinks = sinks;
    this.validHeaders = new ValidHeaders(event);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    Validation made = validations.get();
    made.check().prepare();
    made.deadLetters().prepare();
    this.validation = made;
    this.seen = made.dropsDuplicates() ? context.getStateStore(sinks.seen()) : null;
    this.largestRecord = RecordSize.largest(context.appConfigs());
    this.largestValid = largestRecord - largestRecord / 64; // jobs further on add headers
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    LogPosition source = source();
    Verdict verdict = validate(record, source);
    if (verdict instanceof Verdict.Skipped) {
      metrics.skipped();
      return;
    }
    if (verdict instanceof Verdict.Accepted accepted) {
      Record<byte[], byte[]> valid = valid(record, accepted, source);
      validation().hidden().removeFrom(valid.headers());
      int size = RecordSize.upperBound(valid);
      if (size <= largestValid) {
        if (seen != null && seen.contains(accepted.eventId(), accepted.eventTime())) {
          metrics.duplicate();
          return;
        }
        if (seen != null && !seen.reaches(accepted.eventTime())) {
          metrics.unchecked();
        }
        passedLast = OptionalLong.of(accepted.eventTime());
        metrics.accepted(accepted.warnings());
        context().forward(valid, sinks.valid());
        return;
      }
      verdict = tooLarge(accepted, size);
    }
    refuse(record, (Verdict.Refused) verdict, source);
  }

  /**
   * The verdict; a defect of the check is one too, a registry or a Kafka client out of order is
   * not.
   */
  private Verdict validate(Record<byte[], byte[]> record, LogPosition source) {
    try {
      Opened opened = validation().reader().read(record.value(), record.headers());
      if (opened instanceof Opened.Event read) {
        return validation().check().check(read);
      }
      return opened instanceof Opened.Refused refused
          ? Verdict.Refused.of(refused)
          : new Verdict.Skipped();
    } catch (RegistryException | KafkaException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      Throwable reported = validation().mayQuote() ? e : silent(e);
      log.error(
          "Defect: {} at {} could not be checked and goes to the dead letters",
          event,
          LogPositions.format(source),
          reported);
      return new Verdict.Refused(
          DeadLetterReason.INTERNAL_ERROR,
          "ingestion failed on this event: " + reported,
          List.of(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.of(reported));
    }
  }

  /** The same error without its message, which may hold what the contract protects. */
  private static Throwable silent(Throwable error) {
    Throwable silent = new RefusedEventException(error.getClass().getName());
    silent.setStackTrace(error.getStackTrace());
    return silent;
  }

  private Record<byte[], byte[]> valid(
      Record<byte[], byte[]> record, Verdict.Accepted accepted, LogPosition source) {
    byte[] key =
        accepted.protectedKey().isPresent()
            ? accepted.protectedKey().get().getBytes(UTF_8)
            : record.key();
    Record<byte[], byte[]> valid = new Record<>(key, accepted.value(), record.timestamp());
    validHeaders.append(valid.headers(), record.headers(), accepted, source);
    return valid;
  }

  private void refuse(Record<byte[], byte[]> record, Verdict.Refused refused, LogPosition source) {
    Record<byte[], byte[]> deadLetter = record.withHeaders(record.headers()); // a copy
    DeadLetterWriter.to(deadLetter.headers()).withoutClaims();
    deadLetter = encrypted(deadLetter);
    explain(deadLetter, refused, source);
    if (RecordSize.upperBound(deadLetter) > largestRecord) {
      log.error(
          "{} at {} is too large to copy: its dead letter goes without key, value and the"
              + " producer's headers. Save it from the raw topic before retention removes it, and"
              + " raise producer.max.request.size with max.message.bytes of {}.",
          event,
          LogPositions.format(source),
          sinks.deadLetters());
      deadLetter = new Record<>(null, null, record.timestamp());
      DeadLetterWriter.to(deadLetter.headers()).leftOut();
      explain(deadLetter, refused, source);
    }
    metrics.refused(refused.reason());
    context().forward(deadLetter, sinks.deadLetters());
  }

  private void explain(
      Record<byte[], byte[]> deadLetter, Verdict.Refused refused, LogPosition source) {
    validation().deadLetters().append(deadLetter.headers(), refused, source);
    DeadLetterWriter.to(deadLetter.headers()).partitionTime(passedLast);
  }

  /** Key, value and hidden headers encrypted, where the contract asks for it. */
  private Record<byte[], byte[]> encrypted(Record<byte[], byte[]> deadLetter) {
    Optional<Cipher256> cipher = validation().cipher();
    if (cipher.isEmpty()) {
      return deadLetter;
    }
    List<String> headers = validation().hidden().encryptIn(deadLetter.headers(), cipher.get());
    DeadLetterWriter.to(deadLetter.headers()).encrypted(headers);
    return deadLetter
        .withKey(deadLetter.key() == null ? null : cipher.get().encrypt(deadLetter.key()))
        .withValue(deadLetter.value() == null ? null : cipher.get().encrypt(deadLetter.value()));
  }

  private Verdict.Refused tooLarge(Verdict.Accepted accepted, int size) {
    return new Verdict.Refused(
        DeadLetterReason.TOO_LARGE,
        "the valid event would take up to %d bytes; expected at most %d"
            .formatted(size, largestValid),
        List.of(),
        accepted.contractVersion(),
        OptionalInt.empty(),
        Optional.empty());
  }

  private LogPosition source() {
    RecordMetadata metadata =
        context()
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a record of a source has a position"));
    return new LogPosition(metadata.topic(), metadata.partition(), metadata.offset());
  }

  private Validation validation() {
    return Objects.requireNonNull(validation, "init comes first");
  }

  private ProcessorContext<byte[], byte[]> context() {
    return Objects.requireNonNull(context, "init comes first");
  }
}
