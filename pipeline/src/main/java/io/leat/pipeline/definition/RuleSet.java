package io.leat.pipeline.definition;

import io.leat.pipeline.expression.Expression;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a registry may hold beside a schema: a Confluent data contract's metadata and domain rules,
 * those of them that Leat runs.
 *
 * @param tags wildcard pattern of field names to tags
 * @param rules enabled rules, in order
 */
public record RuleSet(Map<String, Set<String>> tags, List<DomainRule> rules) {
  public static final RuleSet EMPTY = new RuleSet(Map.of(), List.of());

  public RuleSet {
    tags = Map.copyOf(tags);
    rules = List.copyOf(rules);
  }

  /** Whether a rule asks or changes. */
  public enum Kind {
    CONDITION,
    TRANSFORM
  }

  /** What a rule is applied to. */
  public enum Type {
    /** The whole {@code message}. */
    CEL,
    /** Each field, as {@code value}. */
    CEL_FIELD
  }

  /** What follows from a rule. */
  public enum Action {
    NONE,
    ERROR,
    DLQ
  }

  /**
   * One rule.
   *
   * @param mode as the registry holds it: WRITE, READ or WRITEREAD
   * @param guard condition that decides whether the rule applies; empty: always
   * @param expression what holds, or what takes the value's place
   * @param tags the rule is for fields with one of these; none: for every field
   * @param onSuccess what follows when it holds or has changed the value
   * @param onFailure what follows when it does not hold or has no value
   */
  public record DomainRule(
      String name,
      Kind kind,
      Type type,
      String mode,
      Optional<Expression> guard,
      Expression expression,
      Set<String> tags,
      Action onSuccess,
      Action onFailure) {
    public DomainRule {
      tags = Set.copyOf(tags);
    }
  }
}
