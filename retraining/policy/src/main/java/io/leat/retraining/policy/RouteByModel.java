package io.leat.retraining.policy;

import static java.util.Objects.requireNonNull;

import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Passes a record on under its model's name, as its bytes or what of it matters, however its
 * producer keyed it; a record that cannot be read is counted and handed to the job's exception
 * handler.
 */
final class RouteByModel<T extends SpecificRecordBase>
    implements Processor<byte[], byte[], String, byte[]> {
  private final Class<T> type;
  private final Function<T, String> model;
  private final BiFunction<T, byte[], byte[]> value;
  private final AvroCodec codec;
  private final RegistryRetry retry;
  private final RetrainingMetrics metrics;
  private @Nullable ProcessorContext<String, byte[]> context;

  RouteByModel(
      Class<T> type,
      Function<T, String> model,
      BiFunction<T, byte[], byte[]> value,
      AvroCodec codec,
      RegistryRetry retry,
      RetrainingMetrics metrics) {
    this.type = type;
    this.model = model;
    this.value = value;
    this.codec = codec;
    this.retry = retry;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    ProcessorContext<String, byte[]> to = Objects.requireNonNull(context, "init comes first");
    byte[] bytes = record.value();
    T read = read(bytes, to);
    to.forward(
        record.withKey(model.apply(read)).withValue(value.apply(read, requireNonNull(bytes))));
  }

  private T read(byte @Nullable [] value, ProcessorContext<String, byte[]> from) {
    try {
      if (value == null) {
        throw new MalformedValueException(
            MalformedValueException.Kind.NOT_FRAMED,
            "the record has no value; expected a " + type.getSimpleName(),
            null);
      }
      return retry.call(() -> codec.decode(value, type));
    } catch (MalformedValueException e) {
      metrics.malformed(from.recordMetadata().orElseThrow().topic());
      throw e;
    }
  }
}
