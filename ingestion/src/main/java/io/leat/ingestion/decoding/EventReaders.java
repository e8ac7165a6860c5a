package io.leat.ingestion.decoding;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.pipeline.definition.InputFormat.Format;
import io.leat.schemas.AvroCodec;
import java.util.function.Predicate;

/** Makes the reader that a contract's {@code format} and {@code envelope} ask for. */
public final class EventReaders {
  private EventReaders() {}

  /**
   * @param quotable whether a message may quote the value of a field, by its path
   */
  public static EventReader of(
      Contract contract, ContractSchemas schemas, AvroCodec codec, Predicate<String> quotable) {
    Envelope envelope = contract.inputFormat().envelope();
    boolean json = contract.inputFormat().format() == Format.JSON;
    JsonEvents events = new JsonEvents(contract, quotable);
    if (envelope instanceof Envelope.Debezium debezium) {
      return json
          ? new DebeziumJson(debezium, events)
          : new DebeziumAvro(contract, debezium, schemas, codec, events);
    }
    EventReader plain = json ? events : new AvroEvents(contract, schemas, codec);
    return envelope instanceof Envelope.CloudEvents cloudEvents
        ? new CloudEventsEnvelope(cloudEvents, plain, events)
        : plain;
  }
}
