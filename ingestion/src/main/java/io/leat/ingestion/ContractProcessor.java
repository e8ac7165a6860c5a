package io.leat.ingestion;

import io.leat.records.LogPosition;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
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
 * <p>No event stops it: what the check cannot judge, for whatever reason, is a dead letter. What
 * Kafka would refuse to send is found before it is sent, since a refused send would end the
 * transaction and come back with the next one, for ever.
 */
final class ContractProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(ContractProcessor.class);

  private final String event;
  private final ContractCheck check;
  private final DeadLetterHeaders deadLetters;
  private final IngestionMetrics metrics;
  private final String validSink;
  private final String deadLetterSink;
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private int largestRecord;
  private int largestValid;

  ContractProcessor(
      String event,
      ContractCheck check,
      DeadLetterHeaders deadLetters,
      IngestionMetrics metrics,
      String validSink,
      String deadLetterSink) {
    this.event = event;
    this.check = check;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.validSink = validSink;
    this.deadLetterSink = deadLetterSink;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.largestRecord = RecordSize.largest(context.appConfigs());
    this.largestValid = largestRecord - largestRecord / 64; // jobs further on add headers
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    LogPosition source = source();
    Verdict verdict = judge(record.value(), source);
    if (verdict instanceof Verdict.Accepted accepted) {
      Record<byte[], byte[]> valid = valid(record, accepted, source);
      int size = RecordSize.upperBound(valid);
      if (size <= largestValid) {
        metrics.accepted(accepted.warnings());
        context().forward(valid, validSink);
        return;
      }
      verdict = tooLarge(accepted, size);
    }
    refuse(record, (Verdict.Refused) verdict, source);
  }

  /**
   * The check's verdict; a defect of the check is a verdict too, a registry or a Kafka client out
   * of order is not.
   */
  private Verdict judge(byte @Nullable [] value, LogPosition source) {
    try {
      return check.check(value);
    } catch (RegistryException | KafkaException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      log.error(
          "Defect: {} at {} could not be checked and goes to the dead letters",
          event,
          LogPositions.format(source),
          e);
      return new Verdict.Refused(
          DeadLetterReason.INTERNAL_ERROR,
          "ingestion failed on this event: " + e,
          List.of(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.of(e));
    }
  }

  private Record<byte[], byte[]> valid(
      Record<byte[], byte[]> record, Verdict.Accepted accepted, LogPosition source) {
    Record<byte[], byte[]> valid = record.withValue(accepted.value()); // copies headers
    Headers headers = valid.headers();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, accepted.eventId());
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, Long.toString(accepted.eventTime()));
    RecordHeaders.set(headers, RecordHeaders.CONTRACT, event);
    setOrRemove(headers, RecordHeaders.CONTRACT_VERSION, accepted.contractVersion());
    setOrRemove(headers, RecordHeaders.WRITER_VERSION, accepted.writerVersion());
    RecordHeaders.set(headers, RecordHeaders.SOURCE, LogPositions.format(source));
    if (accepted.warnings().isEmpty()) {
      headers.remove(RecordHeaders.WARNINGS);
    } else {
      RecordHeaders.set(headers, RecordHeaders.WARNINGS, String.join(",", accepted.warnings()));
    }
    return valid;
  }

  private void refuse(Record<byte[], byte[]> record, Verdict.Refused refused, LogPosition source) {
    Record<byte[], byte[]> letter = record.withHeaders(record.headers()); // a copy
    deadLetters.append(letter.headers(), refused, source);
    if (RecordSize.upperBound(letter) > largestRecord) {
      log.error(
          "{} at {} is too large to copy: its dead letter goes without key, value and the producer's"
              + " headers. Save it from the raw topic before retention removes it, and raise"
              + " producer.max.request.size with max.message.bytes of {}.",
          event,
          LogPositions.format(source),
          deadLetterSink);
      letter = new Record<>(null, null, record.timestamp());
      deadLetters.append(letter.headers(), refused, source);
    }
    metrics.refused(refused.reason());
    context().forward(letter, deadLetterSink);
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

  private static void setOrRemove(Headers headers, String name, OptionalInt version) {
    if (version.isPresent()) {
      RecordHeaders.set(headers, name, Integer.toString(version.getAsInt()));
    } else {
      headers.remove(name);
    }
  }

  private ProcessorContext<byte[], byte[]> context() {
    return Objects.requireNonNull(context, "init comes first");
  }
}
