package io.leat.ingestion;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.InstantSource;

/**
 * The stream's own validation of one contract's events, for whoever needs it outside of the stream:
 * the commands for dead letters, the HTTP gateway. Thread-safe; the validators that it makes are
 * not.
 */
public final class EventValidators {
  private final Contract contract;
  private final RegistryClient registry;
  private final RegistryContract registryContract;
  private final ContractSchemas schemas;
  private final ValidationFactory validations;
  private volatile boolean applied;

  /**
   * @param retry how a registry that does not answer is waited for
   * @param clock what event times may not run ahead of
   */
  public EventValidators(
      Contract contract, RegistryClient registry, RegistryRetry retry, InstantSource clock) {
    this.contract = contract;
    this.registry = registry;
    this.registryContract = new RegistryContract(contract, registry, retry);
    this.schemas = new ContractSchemas(contract, registry, retry, clock);
    this.validations =
        new ValidationFactory(contract, registryContract, schemas, registry, retry, clock);
  }

  /**
   * What of the events is sensitive.
   *
   * @throws LeatException with one sentence if the registry holds what cannot be run
   * @throws io.leat.schemas.RegistryException if the registry could not be asked
   */
  public Sensitive sensitive() {
    return registryContract.known().sensitive();
  }

  /**
   * A validator for one thread, which has asked the registry for all that the contract itself
   * needs.
   *
   * @throws LeatException with one sentence if the contract was not applied, the registry holds
   *     what cannot be run, or a secret key is not there
   * @throws io.leat.schemas.RegistryException if the registry could not be asked
   */
  public EventValidator newValidator() {
    requireApplied();
    schemas.current();
    return new EventValidator(validations.get());
  }

  /** Whoever validates outside of the stream registers nothing. */
  private void requireApplied() {
    String subject = Topics.valueSubject(Topics.valid(contract.event()));
    if (!applied && registry.version(subject, contract.schema()).isEmpty()) {
      throw new LeatException(
          ErrorCode.NOT_APPLIED,
          "The schema of the contract %s is not registered under %s: apply the pipeline first (./leat apply DIR) and let ingestion run with it."
              .formatted(contract.event(), subject));
    }
    applied = true;
  }
}
