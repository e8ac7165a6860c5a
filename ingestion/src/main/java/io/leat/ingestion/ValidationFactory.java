package io.leat.ingestion;

import io.leat.ingestion.RegistryContract.Known;
import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.ingestion.decoding.EventReaders;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.privacy.HiddenHeaders;
import io.leat.ingestion.privacy.Protector;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.ingestion.rules.Rules;
import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes what each task of a contract needs. Thread-safe. */
final class ValidationFactory implements Supplier<ContractProcessor.Validation> {
  private final Contract contract;
  private final RegistryContract registryContract;
  private final ContractSchemas schemas;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final InstantSource clock;

  ValidationFactory(
      Contract contract,
      RegistryContract registryContract,
      ContractSchemas schemas,
      RegistryClient registry,
      RegistryRetry retry,
      InstantSource clock) {
    this.contract = contract;
    this.registryContract = registryContract;
    this.schemas = schemas;
    this.registry = registry;
    this.retry = retry;
    this.clock = clock;
  }

  /**
   * @throws io.leat.common.LeatException with one sentence if a key is not there, or the registry
   *     holds what cannot be run
   */
  @Override
  public ContractProcessor.Validation get() {
    Known known = registryContract.known();
    Sensitive sensitive = known.sensitive();
    AvroCodec codec = new AvroCodec(registry);
    boolean keyIsProtected =
        contract.key().filter(key -> sensitive.fields().containsKey(key)).isPresent();
    return new ContractProcessor.Validation(
        EventReaders.of(contract, schemas, codec, sensitive::isQuotable),
        new ContractCheck(
            contract,
            schemas,
            new Rules(contract, sensitive::isQuotable),
            known.rules(),
            new Protector(sensitive.fields(), contract.schema()),
            keyIsProtected,
            codec,
            clock),
        new DeadLetterHeaders(contract.event(), registry, retry, codec, sensitive.isEmpty()),
        cipher(),
        sensitive.isEmpty(),
        HiddenHeaders.of(contract, sensitive),
        contract.duplicatesWithin().isPresent());
  }

  private Optional<Cipher256> cipher() {
    List<io.leat.pipeline.definition.KeySource> keys = contract.privacy().deadLetterKeys();
    return keys.isEmpty() ? Optional.empty() : Optional.of(new Cipher256(keys));
  }
}
