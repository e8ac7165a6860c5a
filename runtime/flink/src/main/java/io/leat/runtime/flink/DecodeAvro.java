package io.leat.runtime.flink;

import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import java.io.Serializable;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes values and makes something of them; one bad value never touches the next.
 *
 * <ul>
 *   <li>A value that cannot be decoded, or that {@link Mapping} refuses, goes to the side output
 *       {@link #BAD}, is counted in {@code badRecords} and logged with its position.
 *   <li>While the registry is down the operator stands still, and so do the records behind it.
 * </ul>
 *
 * @param <R> type of the decoded value
 * @param <T> type of what is made of it
 */
public final class DecodeAvro<R, T> extends ProcessFunction<KafkaRecord, T> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(DecodeAvro.class);

  /** What could not be read; {@link DeadLetters} takes it. */
  public static final OutputTag<BadRecord> BAD =
      new OutputTag<>("bad-records", TypeInformation.of(BadRecord.class));

  /** Makes something of a decoded value. */
  @FunctionalInterface
  public interface Mapping<R, T> extends Serializable {
    /**
     * @throws BadRecordException if the record is not what is expected
     */
    T apply(KafkaRecord record, R value) throws BadRecordException;
  }

  /** Decodes one framed value; has access to the codec for the writer's schema. */
  private interface Decoding<R> extends Serializable {
    R apply(AvroCodec codec, byte[] value);
  }

  private final RegistryConnection registry;
  private final Decoding<R> decoding;
  private final Mapping<R, T> mapping;
  private transient AvroCodec codec;
  private transient Counter bad;

  private DecodeAvro(RegistryConnection registry, Decoding<R> decoding, Mapping<R, T> mapping) {
    this.registry = registry;
    this.decoding = decoding;
    this.mapping = mapping;
  }

  /** Reads every value as a schema, whichever compatible one it was written with. */
  public static <T> DecodeAvro<GenericRecord, T> generic(
      RegistryConnection registry, Schema schema, Mapping<GenericRecord, T> mapping) {
    return new DecodeAvro<>(registry, (codec, value) -> codec.decode(value, schema), mapping);
  }

  /** Reads every value as one of the platform's own records. */
  public static <R extends SpecificRecordBase, T> DecodeAvro<R, T> specific(
      RegistryConnection registry, Class<R> type, Mapping<R, T> mapping) {
    return new DecodeAvro<>(registry, (codec, value) -> codec.decode(value, type), mapping);
  }

  /** A platform's record together with the schema that it was written with. */
  public record WithWriterSchema<R>(R value, Schema writerSchema) {}

  /** As {@link #specific}, for records whose registered schema says more than the class. */
  public static <R extends SpecificRecordBase, T>
      DecodeAvro<WithWriterSchema<R>, T> specificWithWriterSchema(
          RegistryConnection registry, Class<R> type, Mapping<WithWriterSchema<R>, T> mapping) {
    return new DecodeAvro<>(
        registry,
        (codec, value) ->
            new WithWriterSchema<>(codec.decode(value, type), codec.writerSchema(value)),
        mapping);
  }

  @Override
  public void open(OpenContext context) {
    codec = new AvroCodec(registry.client());
    bad = getRuntimeContext().getMetricGroup().counter("badRecords");
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<T> out)
      throws InterruptedException {
    byte[] value = record.value();
    if (value == null) {
      refuse(record, "null_value", "the value is null; expected Confluent-framed Avro", context);
      return;
    }
    T result;
    try {
      R decoded = RegistryConnection.whenAvailable(() -> decoding.apply(codec, value));
      result = mapping.apply(record, decoded);
    } catch (MalformedValueException e) {
      refuse(
          record,
          e.kind().name().toLowerCase(Locale.ROOT),
          String.valueOf(e.getMessage()),
          context);
      return;
    } catch (BadRecordException e) {
      refuse(record, e.reason(), String.valueOf(e.getMessage()), context);
      return;
    } catch (RuntimeException e) {
      log.error("A defect of this job, not of the record at {}", record.position(), e);
      refuse(record, "defect", "the job failed on the record: " + e, context);
      return;
    }
    out.collect(result);
  }

  private void refuse(KafkaRecord record, String reason, String message, Context context) {
    bad.inc();
    log.warn("Dead letter: {} at {}: {}", reason, record.position(), message);
    context.output(BAD, new BadRecord(record, reason, message));
  }
}
