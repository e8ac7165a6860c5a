package io.leat.features.online;

import io.leat.pipeline.Contract;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a record of a valid topic in: decodes its event and puts it into an envelope.
 *
 * <p>Ingestion lets nothing pass that cannot be decoded. Should something stand there all the same,
 * it is counted, logged with its place, and thrown on: Kafka Streams' processing exception handler
 * writes it to the dead letter queue where one is configured, and stops the service unless it is
 * told to go on. Nothing is skipped silently.
 */
final class ReceiveProcessor
    extends ContextualProcessor<byte @Nullable [], byte @Nullable [], byte @Nullable [], InFlight> {
  private static final Logger log = LoggerFactory.getLogger(ReceiveProcessor.class);

  private final Contract contract;
  private final AvroCodec codec;
  private final Counter events;
  private final Counter dead;

  ReceiveProcessor(Contract contract, RegistryClient registry, MeterRegistry metrics) {
    this.contract = contract;
    this.codec = new AvroCodec(registry);
    this.events = metrics.counter("leat.features.events", "event", contract.event());
    this.dead = metrics.counter("leat.features.dead", "event", contract.event());
  }

  @Override
  public void process(Record<byte @Nullable [], byte @Nullable []> record) {
    InFlight inFlight;
    try {
      inFlight = receive(record);
    } catch (MalformedValueException e) {
      dead.increment();
      log.error(
          "{} holds a record that is no valid event of {}: {}",
          context().recordMetadata().map(ReceiveProcessor::place).orElse("a valid topic"),
          contract.event(),
          e.getMessage());
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
    EventHeaders.of(record.headers()); // refuses what later stages could not read
    return new InFlight(
        new Envelope(record.key(), value),
        codec.decode(value, contract.schema()),
        InFlight.Way.HERE);
  }

  private static String place(RecordMetadata metadata) {
    return metadata.topic() + "-" + metadata.partition() + "-" + metadata.offset();
  }
}
