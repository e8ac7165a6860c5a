package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Compatibility;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Contract.Privacy;
import io.leat.pipeline.definition.Contract.Rule;
import io.leat.pipeline.definition.Contract.TopicSettings;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.InputFormat;
import io.leat.pipeline.definition.MissingValue;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Value;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** Reads {@code contracts/*.yaml} with the Avro schemas that they name. */
public final class ContractReader {
  public static final Keys KEYS =
      Keys.of("a contract")
          .requires("event", "schema", "event_id", "event_time")
          .allows(
              "owner",
              "description",
              "key",
              "max_future",
              "max_past",
              "compatibility",
              "format",
              "envelope",
              "time_precision",
              "duplicates_within",
              "missing",
              "rules",
              "rule_set",
              "tags",
              "protect",
              "dead_letters",
              "topic");
  public static final Keys RULE_KEYS =
      Keys.of("a rule").requires("name", "check").allows("severity", "message");
  public static final Keys TOPIC_KEYS =
      Keys.of("topic").allows("partitions", "retention", "dead_letter_retention");

  /** Enough for a small group of services; more is a decision for whoever knows the load. */
  static final int DEFAULT_PARTITIONS = 3;

  static final Duration DEFAULT_MAX_FUTURE = Duration.ofMinutes(5);
  static final Duration DEFAULT_RETENTION = Duration.ofDays(7);
  static final Duration DEFAULT_DEAD_LETTER_RETENTION = Duration.ofDays(30);

  /** Of dead letters that hold what the contract protects, and are not encrypted. */
  static final Duration CLEAR_DEAD_LETTER_RETENTION = Duration.ofDays(3);

  private static final Pattern QUOTED_FIELD = Pattern.compile("\\{([^{}]*)\\}");

  private final Folder folder;
  private final String pipelineOwner;

  ContractReader(Folder folder, String pipelineOwner) {
    this.folder = folder;
    this.pipelineOwner = pipelineOwner;
  }

  Optional<Contract> read(Block block, String event) {
    if (Topics.PLATFORM.contains(event)) {
      block.problem("%s is a topic of the platform; expected another name for the event", event);
    }
    Optional<Schema> schema =
        block.get("schema").flatMap(reference -> AvroSchemaFile.read(folder, reference));
    Optional<String> key =
        field(block, "key", event, schema)
            .map(
                field -> {
                  expect(block, "key", field, Fields.isKey(field), "a string, int or long");
                  return field.name();
                });
    Optional<String> eventId =
        field(block, "event_id", event, schema)
            .map(
                field -> {
                  expect(
                      block,
                      "event_id",
                      field,
                      (Fields.isKey(field) || Fields.isTime(field)) && !Fields.isNullable(field),
                      "a string, int, long or timestamp that is never null");
                  return field.name();
                });
    Optional<String> eventTime =
        field(block, "event_time", event, schema)
            .map(
                field -> {
                  expect(
                      block,
                      "event_time",
                      field,
                      Fields.isTime(field) && !Fields.isNullable(field),
                      "a long with logicalType timestamp-millis or timestamp-micros that is never null");
                  return field.name();
                });
    List<Rule> rules =
        block.get("rules").map(list -> rules(list, schema.map(Scope::ofEvent))).orElse(List.of());
    RuleSet ruleSet =
        block
            .get("rule_set")
            .flatMap(reference -> RuleSetFile.read(folder, reference, schema))
            .orElse(RuleSet.EMPTY);
    rules.stream()
        .filter(rule -> ruleSet.rules().stream().anyMatch(r -> r.name().equals(rule.name())))
        .forEach(
            rule ->
                block.problem("the rule %s stands in the contract and its rule set", rule.name()));
    InputFormat inputFormat = InputFormatReader.read(block, event, schema);
    List<MissingValue> missing =
        block
            .get("missing")
            .map(value -> MissingReader.read(value, event, schema))
            .orElse(List.of());
    Privacy privacy =
        PrivacyReader.read(folder, block, event, schema, eventTime, names(eventId, key), ruleSet);
    TopicSettings topic =
        topic(block.get("topic").flatMap(value -> value.block(TOPIC_KEYS)), privacy);
    String owner = block.get("owner").flatMap(Value::text).orElse(pipelineOwner);
    String description = block.get("description").flatMap(Value::text).orElse("");
    Duration maxFuture =
        block.get("max_future").flatMap(Value::durationOrZero).orElse(DEFAULT_MAX_FUTURE);
    Optional<Duration> maxPast = block.get("max_past").flatMap(Value::duration);
    Optional<Duration> duplicatesWithin = block.get("duplicates_within").flatMap(Value::duration);
    Compatibility compatibility =
        block
            .get("compatibility")
            .flatMap(value -> value.oneOf(Compatibility.class))
            .orElse(Compatibility.BACKWARD);
    if (block.isBroken() || schema.isEmpty() || eventId.isEmpty() || eventTime.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Contract(
            event,
            schema.get(),
            owner,
            description,
            key,
            eventId.get(),
            eventTime.get(),
            maxFuture,
            maxPast,
            compatibility,
            inputFormat,
            duplicatesWithin,
            missing,
            rules,
            ruleSet,
            privacy,
            topic));
  }

  private static Optional<Schema.Field> field(
      Block block, String key, String event, Optional<Schema> schema) {
    return block
        .get(key)
        .flatMap(
            value ->
                value
                    .text()
                    .flatMap(name -> schema.flatMap(s -> Fields.find(value, name, s, event))));
  }

  private static void expect(
      Block block, String key, Schema.Field field, boolean fits, String expected) {
    if (!fits) {
      block
          .get(key)
          .ifPresent(
              value ->
                  value.problem(
                      "%s is the field %s, %s; expected %s",
                      key, field.name(), Fields.describe(field), expected));
    }
  }

  private static List<String> names(Optional<String> eventId, Optional<String> key) {
    return Stream.concat(eventId.stream(), key.stream()).toList();
  }

  private static TopicSettings topic(Optional<Block> topic, Privacy privacy) {
    Optional<Duration> retention =
        topic
            .flatMap(t -> t.get("retention"))
            .map(ContractReader::retention)
            .orElse(Optional.of(DEFAULT_RETENTION));
    boolean inClear = privacy.keepsClearDeadLetters();
    Optional<Value> declared = topic.flatMap(t -> t.get("dead_letter_retention"));
    Duration deadLetterRetention =
        declared
            .flatMap(Value::duration)
            .orElse(inClear ? shorter(retention) : DEFAULT_DEAD_LETTER_RETENTION);
    if (inClear && retention.filter(kept -> deadLetterRetention.compareTo(kept) >= 0).isPresent()) {
      declared.ifPresent(
          value ->
              value.problem(
                  "dead_letter_retention is %s, and events are kept %s. Dead letters hold what the contract protects: expected less than that, or keys to encrypt them with (dead_letters)",
                  Durations.format(deadLetterRetention), Durations.format(retention.get())));
    }
    return new TopicSettings(
        topic
            .flatMap(t -> t.get("partitions"))
            .flatMap(value -> value.integer(1))
            .orElse(DEFAULT_PARTITIONS),
        retention,
        deadLetterRetention);
  }

  /** What dead letters in clear are kept by default: three days, or half of what events are. */
  private static Duration shorter(Optional<Duration> retention) {
    Duration half = retention.map(kept -> kept.dividedBy(2)).orElse(CLEAR_DEAD_LETTER_RETENTION);
    return half.compareTo(CLEAR_DEAD_LETTER_RETENTION) < 0 ? half : CLEAR_DEAD_LETTER_RETENTION;
  }

  private static Optional<Duration> retention(Value value) {
    return value.text().filter("forever"::equals).isPresent() ? Optional.empty() : value.duration();
  }

  private List<Rule> rules(Value list, Optional<Scope> scope) {
    List<Rule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value entry : list.list()) {
      rule(entry, scope)
          .ifPresent(
              rule -> {
                if (!names.add(rule.name())) {
                  entry.problem("two rules have the name %s", rule.name());
                }
                rules.add(rule);
              });
    }
    return rules;
  }

  /** {@code - name: check}, or a mapping with {@link #RULE_KEYS}. */
  private Optional<Rule> rule(Value entry, Optional<Scope> scope) {
    Optional<Block> open = entry.openBlock("a rule, as in 'amount_positive: event.amount > 0'");
    if (open.isEmpty()) {
      return Optional.empty();
    }
    if (open.get().get("check").isPresent() || open.get().values().size() != 1) {
      return entry
          .block(RULE_KEYS)
          .flatMap(
              block -> {
                Optional<String> message = block.get("message").flatMap(Value::text);
                message.ifPresent(text -> checkMessage(block, text, scope));
                Severity severity =
                    block
                        .get("severity")
                        .flatMap(value -> value.oneOf(Severity.class))
                        .orElse(Severity.ERROR);
                Optional<String> name =
                    block.get("name").flatMap(value -> value.name(NameRule.TOPIC));
                Optional<Expression> check =
                    block.get("check").flatMap(value -> check(value, scope));
                return name.flatMap(n -> check.map(c -> new Rule(n, c, severity, message)));
              });
    }
    Value only = open.get().values().get(0);
    if (!NameRule.TOPIC.allows(only.name())) {
      only.problem("rule '%s'; expected a name of %s", only.name(), NameRule.TOPIC.description());
    }
    return check(only, scope)
        .map(check -> new Rule(only.name(), check, Severity.ERROR, Optional.empty()));
  }

  private Optional<Expression> check(Value value, Optional<Scope> scope) {
    Optional<Expression> expression = value.expression();
    expression.ifPresent(
        e -> scope.ifPresent(s -> Expressions.check(e, s, Program.Result.BOOL, folder.problems())));
    return expression;
  }

  private static void checkMessage(Block rule, String message, Optional<Scope> scope) {
    Matcher matcher = QUOTED_FIELD.matcher(message);
    while (matcher.find()) {
      String name = matcher.group(1);
      if (scope.isPresent() && !scope.get().names().contains(name)) {
        rule.get("message")
            .ifPresent(
                value ->
                    value.problem(
                        "message quotes {%s}; expected one of %s.%s",
                        name,
                        String.join(", ", scope.get().names()),
                        Suggestions.didYouMean(name, scope.get().names())));
      }
    }
  }
}
