package io.leat.pipeline.reader;

import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.definition.RuleSet.Action;
import io.leat.pipeline.definition.RuleSet.DomainRule;
import io.leat.pipeline.definition.RuleSet.Kind;
import io.leat.pipeline.definition.RuleSet.Type;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import io.leat.pipeline.yaml.Yaml;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Reads a Confluent data contract: {@code metadata} and {@code ruleSet} as a registry holds them
 * beside a schema.
 *
 * <p>What Leat cannot run is refused by name: only a rule that is disabled is passed over. Keys
 * that say nothing about values (documentation, properties, parameters) are left alone.
 */
public final class RuleSetReader {
  private static final Set<String> MODES = Set.of("WRITE", "READ", "WRITEREAD");
  private static final String TRUE = "true";

  private final Optional<Schema> schema;
  private final Problems problems;
  private final Map<String, Set<String>> tags = new HashMap<>();
  private final List<DomainRule> rules = new ArrayList<>();

  private RuleSetReader(Optional<Schema> schema, Problems problems) {
    this.schema = schema;
    this.problems = problems;
  }

  /**
   * Reads what a registry answered.
   *
   * @param json an object with {@code metadata} and {@code ruleSet}, each of which may be absent
   * @param origin where it comes from, for messages
   * @throws PipelineException with all of it that Leat cannot run
   */
  public static RuleSet read(String json, String origin, Schema schema) throws PipelineException {
    Problems problems = new Problems();
    Optional<RuleSet> ruleSet =
        Yaml.read(json, origin, problems)
            .flatMap(value -> read(value, Optional.of(schema), problems));
    problems.throwIfAny();
    return ruleSet.orElse(RuleSet.EMPTY);
  }

  static Optional<RuleSet> read(Value value, Optional<Schema> schema, Problems problems) {
    RuleSetReader reader = new RuleSetReader(schema, problems);
    return value
        .openBlock("metadata and ruleSet")
        .map(
            block -> {
              present(block, "metadata").ifPresent(reader::metadata);
              present(block, "ruleSet").ifPresent(reader::ruleSet);
              return new RuleSet(reader.tags, reader.rules);
            });
  }

  private void metadata(Value value) {
    value
        .openBlock("metadata")
        .flatMap(block -> present(block, "tags"))
        .flatMap(tagged -> tagged.openBlock("tags of fields"))
        .ifPresent(
            block ->
                block
                    .values()
                    .forEach(
                        entry -> {
                          Set<String> names = new HashSet<>();
                          entry.list().forEach(tag -> tag.text().ifPresent(names::add));
                          tags.put(entry.name(), names);
                        }));
  }

  private void ruleSet(Value value) {
    value
        .openBlock("a rule set")
        .ifPresent(
            block -> {
              for (String other : List.of("migrationRules", "encodingRules")) {
                present(block, other)
                    .ifPresent(
                        list ->
                            each(
                                list,
                                rule ->
                                    refuse(
                                        rule,
                                        "it is one of the %s, which Leat does not run; events of an older version are read by Avro's schema resolution"
                                            .formatted(other))));
              }
              present(block, "domainRules").ifPresent(list -> each(list, this::domainRule));
            });
  }

  private interface RuleUse {
    void take(Block rule);
  }

  /** The enabled rules of a list. */
  private static void each(Value list, RuleUse use) {
    for (Value entry : list.list()) {
      entry
          .openBlock("a rule")
          .filter(rule -> !text(rule, "disabled").equals(TRUE))
          .ifPresent(use::take);
    }
  }

  private void refuse(Block rule, String reason) {
    rule.problem(
        "the rule %s cannot run here: %s. Disable it, or take it out", text(rule, "name"), reason);
  }

  private void domainRule(Block rule) {
    String name = text(rule, "name");
    if (name.isEmpty()) {
      rule.problem("a rule without a name");
      return;
    }
    if (rules.stream().anyMatch(other -> other.name().equals(name))) {
      rule.problem("two rules have the name %s", name);
      return;
    }
    Optional<Kind> kind = constant(rule, "kind", Kind.class);
    Optional<Type> type = constant(rule, "type", Type.class);
    String mode = text(rule, "mode");
    if (!MODES.contains(mode)) {
      refuse(rule, "its mode is '%s'; expected WRITE, READ or WRITEREAD".formatted(mode));
    }
    if (type.equals(Optional.of(Type.CEL)) && kind.equals(Optional.of(Kind.TRANSFORM))) {
      refuse(rule, "it makes a new message of the whole one; Leat runs TRANSFORM with CEL_FIELD");
    }
    Optional<Action> onSuccess = action(rule, "onSuccess", Action.NONE);
    Optional<Action> onFailure = action(rule, "onFailure", Action.ERROR);
    Optional<Value> text = present(rule, "expr");
    if (text.isEmpty()) {
      rule.problem("the rule %s has no expr", name);
    }
    Set<String> ruleTags = new LinkedHashSet<>();
    present(rule, "tags")
        .ifPresent(list -> list.list().forEach(tag -> tag.text().ifPresent(ruleTags::add)));
    if (kind.isEmpty()
        || type.isEmpty()
        || onSuccess.isEmpty()
        || onFailure.isEmpty()
        || !MODES.contains(mode)) {
      return;
    }
    text.flatMap(Value::expression)
        .ifPresent(
            written -> {
              Optional<Expression> guard = guard(written);
              Expression expression = body(written);
              check(guard, expression, kind.get(), type.get());
              rules.add(
                  new DomainRule(
                      name,
                      kind.get(),
                      type.get(),
                      mode,
                      guard,
                      expression,
                      ruleTags,
                      onSuccess.get(),
                      onFailure.get()));
            });
  }

  private void check(Optional<Expression> guard, Expression expression, Kind kind, Type type) {
    if (schema.isEmpty()) {
      return;
    }
    Scope scope =
        type == Type.CEL ? Scope.ofMessage(schema.get()) : Scope.ofFieldOfMessage(schema.get());
    guard.ifPresent(g -> Expressions.check(g, scope, Program.Result.DYNAMIC_BOOL, problems));
    Expressions.check(
        expression,
        scope,
        kind == Kind.CONDITION ? Program.Result.DYNAMIC_BOOL : Program.Result.ANY,
        problems);
  }

  private <E extends Enum<E>> Optional<E> constant(Block rule, String key, Class<E> type) {
    String text = text(rule, key);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return Optional.of(constant);
      }
    }
    refuse(
        rule,
        "its %s is '%s'; Leat runs %s".formatted(key, text, String.join(" and ", names(type))));
    return Optional.empty();
  }

  private static <E extends Enum<E>> List<String> names(Class<E> type) {
    return java.util.Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
  }

  /**
   * One action, or two with a comma, for writing and for reading: ingestion does both, so that the
   * one that is not NONE counts.
   */
  private Optional<Action> action(Block rule, String key, Action ifAbsent) {
    String text = text(rule, key);
    if (text.isEmpty()) {
      return Optional.of(ifAbsent);
    }
    Action found = Action.NONE;
    for (String one : text.split(",", -1)) {
      String name = one.strip();
      if (!names(Action.class).contains(name)) {
        refuse(rule, "its %s is '%s'; Leat runs NONE, ERROR and DLQ".formatted(key, text));
        return Optional.empty();
      }
      if (!name.equals("NONE")) {
        found = Action.valueOf(name);
      }
    }
    return Optional.of(found);
  }

  /** What stands before the first semicolon outside of a text, if there is one. */
  private static Optional<Expression> guard(Expression written) {
    int end = semicolon(written.text());
    return end < 0
        ? Optional.empty()
        : Optional.of(
            new Expression(
                written.text().substring(0, end).strip(), written.file(), written.line()));
  }

  private static Expression body(Expression written) {
    int end = semicolon(written.text());
    return end < 0
        ? written
        : new Expression(written.text().substring(end + 1).strip(), written.file(), written.line());
  }

  private static int semicolon(String text) {
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == ';') {
        return i;
      }
    }
    return -1;
  }

  /** The text of a key; empty where it is absent or null. */
  private static String text(Block block, String key) {
    return present(block, key).flatMap(Value::text).orElse("");
  }

  private static Optional<Value> present(Block block, String key) {
    return block.get(key).filter(value -> !value.isNull());
  }
}
