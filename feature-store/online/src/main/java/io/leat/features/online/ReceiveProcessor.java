package io.leat.features.online;

import io.leat.features.online.backfill.Position;
import io.leat.schemas.MalformedValueException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Takes a record of a valid topic in: decodes its event and puts it into an envelope.
 *
 * <p>Ingestion lets nothing pass that cannot be decoded. Should something stand there all the same,
 * it is counted and thrown on: {@link io.leat.runtime.streams.MalformedToDeadLetters} logs its
 * place and lays it aside, in the same transaction.
 */
final class ReceiveProcessor
    extends ContextualProcessor<byte @Nullable [], byte @Nullable [], byte @Nullable [], InFlight> {
  private final EventDecoder decoder;
  private final Counter events;
  private final Counter dead;

  ReceiveProcessor(EventDecoder decoder, MeterRegistry metrics) {
    this.decoder = decoder;
    this.events = metrics.counter("leat.features.events", "event", decoder.event());
    this.dead = metrics.counter("leat.features.dead", "event", decoder.event());
  }

  @Override
  public void process(Record<byte @Nullable [], byte @Nullable []> record) {
    InFlight inFlight;
    try {
      inFlight = receive(record);
    } catch (MalformedValueException e) {
      dead.increment();
      throw e;
    }
    events.increment();
    context().forward(record.withValue(inFlight));
  }

  private InFlight receive(Record<byte @Nullable [], byte @Nullable []> record) {
    byte[] value = record.value();
    if (value == null) {
      throw new MalformedValueException(
          MalformedValueException.Kind.NOT_FRAMED, "the value is null; expected an event", null);
    }
    EventHeaders headers = EventHeaders.of(record.headers());
    RecordMetadata place = context().recordMetadata().orElseThrow();
    Envelope envelope =
        new Envelope(record.key(), value, new Position(place.partition(), place.offset()));
    return new InFlight(envelope, decoder.decode(value), headers, InFlight.Way.HERE);
  }
}
