package io.leat.ingestion;

import io.leat.ingestion.privacy.Sensitive;
import io.leat.ingestion.rules.DomainRules;
import io.leat.pipeline.Contract;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.contract.FieldTags;
import io.leat.pipeline.contract.RuleSet;
import io.leat.pipeline.contract.RuleSet.DomainRule;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.reader.RuleSetReader;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryClient.Registered;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the registry says of a contract beside its schema: tags of the newest schema, metadata,
 * rules. Asked for once, when the first task starts. Thread-safe.
 */
public final class RegistryContract {
  private final Contract contract;
  private final RegistryClient registry;
  private final RegistryPatience patience;
  private volatile @Nullable Known known;

  /** What follows from contract and registry together. */
  public record Known(Sensitive sensitive, DomainRules rules) {}

  public RegistryContract(Contract contract, RegistryClient registry, RegistryPatience patience) {
    this.contract = contract;
    this.registry = registry;
    this.patience = patience;
  }

  /**
   * What is known.
   *
   * @throws IllegalStateException with all that Leat cannot run of what the registry holds
   */
  public Known known() {
    Known before = known;
    if (before != null) {
      return before;
    }
    String subject = Topics.valueSubject(contract.event());
    Optional<Registered> latest = patience.call(() -> registry.latest(subject));
    Optional<String> beside = patience.call(() -> registry.dataContract(subject));
    RuleSet held = RuleSet.EMPTY;
    try {
      if (beside.isPresent()) {
        held = RuleSetReader.read(beside.get(), "registry subject " + subject, contract.schema());
      }
      Sensitive sensitive =
          Sensitive.of(contract, held, latest.map(RegistryContract::tags).orElse(Map.of()));
      Known now =
          new Known(
              sensitive,
              new DomainRules(
                  both(held), contract.schema(), sensitive.tags(), sensitive::isQuotable));
      known = now;
      return now;
    } catch (PipelineException | ExpressionException e) {
      throw new IllegalStateException(
          "What the registry holds beside the schema of %s cannot be run: %s"
              .formatted(contract.event(), e.getMessage()),
          e);
    }
  }

  /** The contract's rules, then those that only the registry holds. */
  private List<DomainRule> both(RuleSet held) {
    List<DomainRule> rules = new ArrayList<>(contract.ruleSet().rules());
    for (DomainRule rule : held.rules()) {
      Optional<DomainRule> twin =
          rules.stream().filter(other -> other.name().equals(rule.name())).findFirst();
      if (twin.isEmpty()) {
        rules.add(rule);
      } else if (!sameText(twin.get(), rule)) {
        throw new IllegalStateException(
            "The rule %s of %s says one thing in the contract's rule set and another in the registry; make them equal or give one another name"
                .formatted(rule.name(), contract.event()));
      }
    }
    return rules;
  }

  private static boolean sameText(DomainRule one, DomainRule other) {
    return one.expression().text().equals(other.expression().text())
        && one.guard().map(g -> g.text()).equals(other.guard().map(g -> g.text()))
        && one.kind() == other.kind()
        && one.type() == other.type()
        && one.tags().equals(other.tags())
        && one.onSuccess() == other.onSuccess()
        && one.onFailure() == other.onFailure();
  }

  private static Map<String, Set<String>> tags(Registered latest) {
    FieldTags tags = FieldTags.of(latest.schema());
    Map<String, Set<String>> byPath = new HashMap<>();
    tags.places().forEach(place -> byPath.put(place.path(), tags.tags(place.path())));
    return byPath;
  }
}
