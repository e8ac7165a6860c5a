package io.leat.ingestion;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Contract;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;

/** The schema that events of a contract are written to their raw topic with. */
public final class RawSchema {
  private RawSchema() {}

  /**
   * Its id in the registry; registers nothing.
   *
   * @throws LeatException with one sentence if the contract was not applied
   * @throws io.leat.schemas.RegistryException if the registry does not answer
   */
  public static int id(Contract contract, RegistryClient registry) {
    String subject = Topics.valueSubject(contract.event());
    if (registry.version(subject, contract.schema()).isEmpty()) {
      throw new LeatException(
          ErrorCode.NOT_APPLIED,
          "The schema of the contract %s is not registered under %s: apply the pipeline first (./leat apply DIR)."
              .formatted(contract.event(), subject));
    }
    return registry.register(subject, contract.schema()); // it is there: this asks for its id
  }
}
