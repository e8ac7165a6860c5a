package io.leat.features.online;

import io.leat.pipeline.Contract;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Opens an envelope that arrives in the partition of its entity key: decodes its event again. */
final class ArriveProcessor extends ContextualProcessor<byte[], Envelope, byte[], InFlight> {
  private final Contract contract;
  private final AvroCodec codec;

  ArriveProcessor(Contract contract, RegistryClient registry) {
    this.contract = contract;
    this.codec = new AvroCodec(registry);
  }

  @Override
  public void process(Record<byte[], Envelope> record) {
    Envelope envelope = record.value();
    context()
        .forward(
            record.withValue(
                new InFlight(
                    envelope,
                    codec.decode(envelope.event(), contract.schema()),
                    InFlight.Way.HERE)));
  }
}
