package io.leat.ingestion;

import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.Contract;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.schemas.RegistryClient;
import java.time.InstantSource;

/**
 * The stream's own judgement of one contract's events, for whoever needs it outside of the stream:
 * the commands for dead letters, the HTTP door. Thread-safe; the judges that it makes are not.
 */
public final class EventJudges {
  private final RegistryContract registryContract;
  private final IntakeFactory intakes;

  /**
   * @param patience how a registry that does not answer is waited for
   * @param clock what event times may not run ahead of
   */
  public EventJudges(
      Contract contract, RegistryClient registry, RegistryPatience patience, InstantSource clock) {
    this.registryContract = new RegistryContract(contract, registry, patience);
    this.intakes =
        new IntakeFactory(
            contract,
            registryContract,
            new ContractSchemas(contract, registry, patience, clock),
            registry,
            patience,
            clock);
  }

  /**
   * What of the events is sensitive.
   *
   * @throws IllegalStateException with one sentence if the registry holds what cannot be run
   * @throws io.leat.schemas.RegistryException if the registry could not be asked
   */
  public Sensitive sensitive() {
    return registryContract.known().sensitive();
  }

  /**
   * A judge for one thread; throws as {@link #sensitive} does, and if a secret key is not there.
   */
  public EventJudge newJudge() {
    return new EventJudge(intakes.get());
  }
}
