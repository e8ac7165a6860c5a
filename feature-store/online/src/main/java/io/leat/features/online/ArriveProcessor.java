package io.leat.features.online;

import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Opens an envelope that arrives in the partition of its entity key: decodes its event again. */
final class ArriveProcessor extends ContextualProcessor<byte[], Envelope, byte[], InFlight> {
  private final EventDecoder decoder;

  ArriveProcessor(EventDecoder decoder) {
    this.decoder = decoder;
  }

  @Override
  public void process(Record<byte[], Envelope> record) {
    Envelope envelope = record.value();
    GenericRecord event = decoder.decode(envelope.event());
    EventHeaders headers = EventHeaders.of(record.headers());
    context().forward(record.withValue(new InFlight(envelope, event, headers, InFlight.Way.HERE)));
  }
}
