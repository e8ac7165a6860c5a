package io.leat.ingestion;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.ingestion.rules.DomainRules;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.registry.RegistryRules;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryClient.Registered;
import io.leat.schemas.Topics;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the registry says of a contract beside its schema: tags of the newest schema, metadata,
 * rules. Asked for once, when the first task starts. Thread-safe.
 */
public final class RegistryContract {
  private final Contract contract;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private volatile @Nullable Known known;

  /** What follows from contract and registry together. */
  public record Known(Sensitive sensitive, DomainRules rules) {}

  public RegistryContract(Contract contract, RegistryClient registry, RegistryRetry retry) {
    this.contract = contract;
    this.registry = registry;
    this.retry = retry;
  }

  /**
   * What is known.
   *
   * @throws LeatException with all that Leat cannot run of what the registry holds
   */
  public Known known() {
    Known before = known;
    if (before != null) {
      return before;
    }
    String subject = Topics.valueSubject(contract.event());
    Optional<Registered> latest = retry.call(() -> registry.latest(subject));
    Optional<String> beside = retry.call(() -> registry.dataContract(subject));
    try {
      RegistryRules all = RegistryRules.of(contract, latest.map(Registered::schema), beside);
      Sensitive sensitive = Sensitive.of(all);
      Known now =
          new Known(
              sensitive,
              new DomainRules(all.rules(), contract.schema(), all.tags(), sensitive::isQuotable));
      known = now;
      return now;
    } catch (PipelineException | ExpressionException e) {
      throw new LeatException(
          ErrorCode.REGISTRY,
          "What the registry holds beside the schema of %s cannot be run: %s"
              .formatted(contract.event(), e.getMessage()),
          e);
    }
  }
}
