package io.leat.ingestion.rules;

import io.leat.common.Lookups;
import io.leat.pipeline.definition.FieldTags;
import io.leat.pipeline.definition.RuleSet.Action;
import io.leat.pipeline.definition.RuleSet.DomainRule;
import io.leat.pipeline.definition.RuleSet.Kind;
import io.leat.pipeline.definition.RuleSet.Type;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.FieldValue;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rules of a Confluent data contract, run in their order on each event. Thread-safe.
 *
 * <p>Ingestion stands between who writes and who reads: it runs rules of every mode, once. A rule
 * of type CEL asks of the whole {@code message}; one of type CEL_FIELD is applied to every plain
 * value that is not null, of fields with one of the rule's tags where it names any. A guard that
 * says false passes a value over.
 */
public final class DomainRules {
  private final FieldTags tags;
  private final List<Compiled> rules;
  private final Predicate<String> quotable;
  private final boolean quoteAll;

  /** A rule, compiled for the record whose fields it reads. */
  private record Compiled(DomainRule rule, Map<Schema, Programs> programs) {}

  private record Programs(Scope scope, Optional<Program> guard, Program expression) {}

  /**
   * @param quotable whether a message may quote the value of a field, by its path
   * @throws ExpressionException if a rule does not compile
   */
  public DomainRules(
      List<DomainRule> rules, Schema schema, FieldTags tags, Predicate<String> quotable) {
    this.tags = tags;
    this.quotable = quotable;
    this.quoteAll = tags.places().stream().allMatch(place -> quotable.test(place.path()));
    this.rules = rules.stream().map(rule -> compile(rule, schema)).toList();
  }

  private static Compiled compile(DomainRule rule, Schema schema) {
    Map<Schema, Programs> programs = new HashMap<>();
    for (Schema record : rule.type() == Type.CEL ? List.of(schema) : records(schema)) {
      Scope scope =
          rule.type() == Type.CEL ? Scope.ofMessage(record) : Scope.ofFieldOfMessage(record);
      programs.put(
          record,
          new Programs(
              scope,
              rule.guard().map(guard -> Program.compile(guard, scope, Program.Result.DYNAMIC_BOOL)),
              Program.compile(
                  rule.expression(),
                  scope,
                  rule.kind() == Kind.CONDITION
                      ? Program.Result.DYNAMIC_BOOL
                      : Program.Result.ANY)));
    }
    return new Compiled(rule, programs);
  }

  private static List<Schema> records(Schema schema) {
    List<Schema> records = new ArrayList<>();
    collect(schema, records);
    return records;
  }

  private static void collect(Schema schema, List<Schema> records) {
    switch (schema.getType()) {
      case RECORD -> {
        if (!records.contains(schema)) {
          records.add(schema);
          schema.getFields().forEach(field -> collect(field.schema(), records));
        }
      }
      case ARRAY -> collect(schema.getElementType(), records);
      case MAP -> collect(schema.getValueType(), records);
      case UNION -> schema.getTypes().forEach(type -> collect(type, records));
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
    }
  }

  /** Whether there is nothing to run. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /**
   * Runs the rules; the event may be changed.
   *
   * @param findings takes what does not hold
   * @return whether the event was changed
   */
  public boolean run(GenericRecord event, List<Finding> findings) {
    boolean changed = false;
    for (Compiled compiled : rules) {
      changed |=
          compiled.rule().type() == Type.CEL
              ? ask(compiled, event, findings)
              : visit(compiled, event, findings);
    }
    return changed;
  }

  private boolean ask(Compiled compiled, GenericRecord event, List<Finding> findings) {
    DomainRule rule = compiled.rule();
    Programs programs = Lookups.required(compiled.programs(), event.getSchema());
    Map<String, Object> bindings = programs.scope().bind(event);
    try {
      if (isGuarded(programs, bindings)) {
        return false;
      }
      boolean holds = bool(programs.expression().evaluate(bindings));
      validate(rule, holds, "message", findings);
    } catch (RuntimeException e) {
      failed(rule, "message", e, findings);
    }
    return false;
  }

  private boolean visit(Compiled compiled, GenericRecord event, List<Finding> findings) {
    DomainRule rule = compiled.rule();
    return FieldWalk.visit(
        event,
        (path, record, field, value, schema) -> {
          if (!rule.tags().isEmpty() && Collections.disjoint(rule.tags(), tags.tags(path))
              || !isPrimitive(schema)) {
            return value;
          }
          Programs programs = Lookups.required(compiled.programs(), record.getSchema());
          try {
            Map<String, Object> bindings =
                programs
                    .scope()
                    .bind(
                        record,
                        new FieldValue(
                            value,
                            schema,
                            field.name(),
                            record.getSchema().getFullName() + "." + field.name(),
                            List.copyOf(tags.tags(path))));
            if (isGuarded(programs, bindings)) {
              return value;
            }
            Object result = programs.expression().evaluate(bindings);
            if (rule.kind() == Kind.CONDITION) {
              validate(rule, bool(result), path, findings);
              return value;
            }
            Object after = toAvro(result, schema);
            validate(rule, true, path, findings);
            return after.equals(value) ? value : after;
          } catch (RuntimeException e) {
            failed(rule, path, e, findings);
            return value;
          }
        });
  }

  /** Types that Confluent's executor of CEL_FIELD visits: no enums, no fixed. */
  private static boolean isPrimitive(Schema schema) {
    return schema.getType() != Schema.Type.ENUM && schema.getType() != Schema.Type.FIXED;
  }

  private static boolean isGuarded(Programs programs, Map<String, Object> bindings) {
    return programs.guard().isPresent() && !bool(programs.guard().get().evaluate(bindings));
  }

  private static boolean bool(@Nullable Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw new IllegalArgumentException("it yields no bool");
  }

  private static void validate(
      DomainRule rule, boolean holds, String path, List<Finding> findings) {
    Action action = holds ? rule.onSuccess() : rule.onFailure();
    if (holds && action == Action.NONE) {
      return;
    }
    findings.add(
        new Finding(
            rule.name(),
            severity(action),
            false,
            "%s: %s %s '%s'"
                .formatted(
                    rule.name(),
                    path,
                    holds ? "meets" : "does not meet",
                    rule.expression().text())));
  }

  private void failed(
      DomainRule rule, String path, RuntimeException cause, List<Finding> findings) {
    boolean quote = path.equals("message") ? quoteAll : quotable.test(path);
    findings.add(
        new Finding(
            rule.name(),
            severity(rule.onFailure()),
            true,
            "%s could not be run on %s: %s"
                .formatted(
                    rule.name(),
                    path,
                    quote ? cause.getMessage() : "it has no value for a protected field")));
  }

  private static Severity severity(Action action) {
    return action == Action.NONE ? Severity.WARN : Severity.ERROR;
  }

  /** A result as the field's own type has it. */
  private static Object toAvro(@Nullable Object result, Schema schema) {
    Object value =
        switch (schema.getType()) {
          case STRING -> result instanceof String ? result : null;
          case BOOLEAN -> result instanceof Boolean ? result : null;
          case LONG -> result instanceof Long ? result : null;
          case INT -> result instanceof Long number ? Math.toIntExact(number) : null;
          case DOUBLE -> result instanceof Number number ? number.doubleValue() : null;
          case FLOAT -> result instanceof Number number ? number.floatValue() : null;
          case BYTES ->
              result instanceof dev.cel.common.values.CelByteString bytes
                  ? ByteBuffer.wrap(bytes.toByteArray())
                  : null;
          case RECORD, ENUM, ARRAY, MAP, UNION, FIXED, NULL -> null;
        };
    if (value == null || !GenericData.get().validate(schema, value)) {
      throw new IllegalArgumentException(
          "it yields a value that is no " + schema.getType().getName());
    }
    return value;
  }
}
