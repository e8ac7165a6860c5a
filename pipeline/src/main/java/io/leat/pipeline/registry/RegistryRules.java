package io.leat.pipeline.registry;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FieldTags;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.PipelineException.Problem;
import io.leat.pipeline.definition.ProtectedFields;
import io.leat.pipeline.definition.Protection;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.definition.RuleSet.DomainRule;
import io.leat.pipeline.reader.RuleSetReader;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryClient.Registered;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * What the events of a contract are held to: what the contract says, and what a registry holds
 * beside the newest schema of {@code <event>-value}.
 *
 * @param held what the registry holds
 * @param rules the contract's rules in Confluent's form, then those that only the registry holds
 * @param tags of the contract's schema, of the contract and of the registry
 * @param protectedFields path of each protected field to its protection
 */
public record RegistryRules(
    RuleSet held, List<DomainRule> rules, FieldTags tags, Map<String, Protection> protectedFields) {
  public RegistryRules {
    rules = List.copyOf(rules);
    protectedFields = Collections.unmodifiableMap(new LinkedHashMap<>(protectedFields));
  }

  /**
   * Asks a registry.
   *
   * @throws PipelineException with all that Leat cannot run, or that contradicts the contract
   * @throws io.leat.schemas.RegistryException if the registry could not be asked
   */
  public static RegistryRules ask(Contract contract, RegistryClient registry)
      throws PipelineException {
    String subject = Topics.valueSubject(contract.event());
    return of(
        contract, registry.latest(subject).map(Registered::schema), registry.dataContract(subject));
  }

  /**
   * Joins a contract with what a registry answered.
   *
   * @param newest the newest schema, whose tags count
   * @param beside an object with {@code metadata} and {@code ruleSet}, each of which may be absent
   * @throws PipelineException with all that Leat cannot run, or that contradicts the contract
   */
  public static RegistryRules of(
      Contract contract, Optional<Schema> newest, Optional<String> beside)
      throws PipelineException {
    RuleSet held =
        beside.isPresent()
            ? RuleSetReader.read(beside.get(), origin(contract), contract.schema())
            : RuleSet.EMPTY;
    return join(contract, held, newest.map(RegistryRules::tags).orElse(Map.of()));
  }

  /**
   * Joins a contract with what a registry holds.
   *
   * @param registered tags of the newest schema in the registry, by path
   * @throws PipelineException with all that contradicts the contract
   */
  public static RegistryRules join(
      Contract contract, RuleSet held, Map<String, Set<String>> registered)
      throws PipelineException {
    FieldTags tags =
        FieldTags.of(contract.schema())
            .and(contract.privacy().tags())
            .and(registered)
            .andMatching(contract.ruleSet().tags())
            .andMatching(held.tags());
    List<String> problems = new ArrayList<>();
    Map<String, Protection> fields =
        ProtectedFields.of(
            contract.privacy().protections(),
            tags,
            contract.eventTime(),
            Stream.concat(Stream.of(contract.eventId()), contract.key().stream()).toList(),
            problem -> problems.add("with the tags that the registry holds, " + problem));
    List<DomainRule> rules = both(contract, held, problems);
    if (!problems.isEmpty()) {
      throw new PipelineException(
          problems.stream().map(problem -> new Problem(origin(contract), 1, problem)).toList());
    }
    return new RegistryRules(held, rules, tags, fields);
  }

  private static List<DomainRule> both(Contract contract, RuleSet held, List<String> problems) {
    List<DomainRule> rules = new ArrayList<>(contract.ruleSet().rules());
    for (DomainRule rule : held.rules()) {
      Optional<DomainRule> twin =
          rules.stream().filter(other -> other.name().equals(rule.name())).findFirst();
      if (twin.isEmpty()) {
        rules.add(rule);
      } else if (!sameText(twin.get(), rule)) {
        problems.add(
            "the rule %s of %s says one thing in the contract's rule set and another in the registry; make them equal or give one another name"
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

  private static Map<String, Set<String>> tags(Schema schema) {
    FieldTags tags = FieldTags.of(schema);
    Map<String, Set<String>> byPath = new HashMap<>();
    tags.places().forEach(place -> byPath.put(place.path(), tags.tags(place.path())));
    return byPath;
  }

  private static String origin(Contract contract) {
    return "registry subject " + Topics.valueSubject(contract.event());
  }
}
