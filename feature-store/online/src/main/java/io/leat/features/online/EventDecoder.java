package io.leat.features.online;

import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import org.apache.avro.generic.GenericRecord;

/**
 * Decodes the events of a contract; waits for the registry where it must be asked. One a processor.
 */
final class EventDecoder {
  private final Contract contract;
  private final AvroCodec codec;
  private final RegistryRetry retry;

  EventDecoder(Contract contract, RegistryClient registry, RegistryRetry retry) {
    this.contract = contract;
    this.codec = new AvroCodec(registry);
    this.retry = retry;
  }

  String event() {
    return contract.event();
  }

  /**
   * @throws MalformedValueException if the bytes are no event of the contract
   */
  GenericRecord decode(byte[] value) {
    return retry.call(() -> codec.decode(value, contract.schema()));
  }
}
