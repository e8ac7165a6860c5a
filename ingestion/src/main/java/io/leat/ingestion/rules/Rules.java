package io.leat.ingestion.rules;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * A contract's rules, compiled. Thread-safe.
 *
 * <p>A rule holds unless it says false: over a field that is null it says nothing, as a CHECK of
 * SQL does; whether null is allowed is the schema's word. A rule that cannot be evaluated for an
 * event is a finding of its own. No message quotes a protected field.
 */
public final class Rules {
  private static final Pattern QUOTED = Pattern.compile("\\{event\\.([A-Za-z0-9_.]+)}");
  private static final int LONGEST_VALUE = 100;

  /**
   * @param quotable whether all that it reads may be quoted
   */
  private record Compiled(Contract.Rule rule, Program program, boolean quotable) {}

  private final Scope scope;
  private final Predicate<String> quotable;
  private final List<Compiled> rules;

  /**
   * @param quotable whether a message may quote the value of a field, by its path
   * @throws io.leat.pipeline.expression.ExpressionException if a rule does not compile; the reader
   *     of pipelines lets none through
   */
  public Rules(Contract contract, Predicate<String> quotable) {
    this.scope = Scope.ofEvent(contract.schema());
    this.quotable = quotable;
    this.rules = contract.rules().stream().map(this::compile).toList();
  }

  private Compiled compile(Contract.Rule rule) {
    Program program = Program.compile(rule.check(), scope, Program.Result.BOOL);
    return new Compiled(
        rule,
        program,
        program.names().stream().allMatch(name -> quotable.test(name.replaceFirst("event.", ""))));
  }

  /** Every rule that does not hold, in the contract's order. */
  public List<Finding> check(GenericRecord event) {
    if (rules.isEmpty()) {
      return List.of();
    }
    Map<String, Object> bindings = scope.bind(event);
    List<Finding> findings = new ArrayList<>(0);
    for (Compiled compiled : rules) {
      Contract.Rule rule = compiled.rule();
      try {
        if (Boolean.FALSE.equals(compiled.program().evaluate(bindings))) {
          String message = rule.severity() == Severity.WARN ? "" : message(compiled, event);
          findings.add(new Finding(rule.name(), rule.severity(), false, message));
        }
      } catch (RuntimeException e) {
        findings.add(
            new Finding(
                rule.name(),
                rule.severity(),
                true,
                "%s could not be checked: %s"
                    .formatted(
                        rule.name(),
                        compiled.quotable()
                            ? e.getMessage()
                            : "it has no value for this event, which holds protected fields")));
      }
    }
    return findings;
  }

  private String message(Compiled compiled, GenericRecord event) {
    Contract.Rule rule = compiled.rule();
    if (rule.message().isPresent()) {
      return QUOTED
          .matcher(rule.message().get())
          .replaceAll(quoted -> Matcher.quoteReplacement(value(event, quoted.group(1))));
    }
    String found =
        compiled.program().names().stream()
            .sorted()
            .map(name -> name + " is " + value(event, name.substring("event.".length())))
            .collect(Collectors.joining(", "));
    return "%s: expected %s%s"
        .formatted(rule.name(), rule.check().text(), found.isEmpty() ? "" : "; found " + found);
  }

  /** The text of a field, by its path; what is no field is null. */
  private String value(GenericRecord event, String path) {
    if (!quotable.test(path)) {
      return "***";
    }
    @Nullable Object value = event;
    for (String name : path.split("\\.", -1)) {
      if (!(value instanceof GenericRecord record) || !record.hasField(name)) {
        break; // the path goes on with a function of the value, as in event.paid_at.getHours()
      }
      value = record.get(name);
    }
    String text = value == event ? "null" : String.valueOf(value);
    return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "...";
  }
}
