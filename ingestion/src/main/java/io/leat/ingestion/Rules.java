package io.leat.ingestion;

import io.leat.pipeline.Contract;
import io.leat.pipeline.Severity;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
 * event is a finding of its own.
 */
final class Rules {
  private static final Pattern QUOTED = Pattern.compile("\\{event\\.([A-Za-z0-9_.]+)}");
  private static final Pattern FIELD = Pattern.compile("\\bevent\\.([A-Za-z_][A-Za-z0-9_.]*)");
  private static final int LONGEST_VALUE = 100;

  /**
   * A rule that does not hold.
   *
   * @param failed whether it could not be evaluated, rather than said false
   * @param message what was found, for a person
   */
  record Finding(String rule, Severity severity, boolean failed, String message) {}

  private record Compiled(Contract.Rule rule, Program program) {}

  private final Scope scope;
  private final List<Compiled> rules;

  /**
   * @throws io.leat.pipeline.expression.ExpressionException if a rule does not compile; the reader
   *     of pipelines lets none through
   */
  Rules(Contract contract) {
    scope = Scope.ofEvent(contract.schema());
    rules =
        contract.rules().stream()
            .map(
                rule ->
                    new Compiled(rule, Program.compile(rule.check(), scope, Program.Result.BOOL)))
            .toList();
  }

  /** Every rule that does not hold, in the contract's order. */
  List<Finding> check(GenericRecord event) {
    if (rules.isEmpty()) {
      return List.of();
    }
    Map<String, Object> bindings = scope.bind(event);
    List<Finding> findings = new ArrayList<>(0);
    for (Compiled compiled : rules) {
      Contract.Rule rule = compiled.rule();
      try {
        if (Boolean.FALSE.equals(compiled.program().evaluate(bindings))) {
          findings.add(new Finding(rule.name(), rule.severity(), false, message(rule, event)));
        }
      } catch (RuntimeException e) {
        findings.add(
            new Finding(
                rule.name(),
                rule.severity(),
                true,
                "%s could not be checked: %s".formatted(rule.name(), e.getMessage())));
      }
    }
    return findings;
  }

  private static String message(Contract.Rule rule, GenericRecord event) {
    if (rule.message().isPresent()) {
      return QUOTED
          .matcher(rule.message().get())
          .replaceAll(quoted -> Matcher.quoteReplacement(value(event, quoted.group(1))));
    }
    String found =
        FIELD
            .matcher(rule.check().text())
            .results()
            .map(field -> field.group(1))
            .collect(Collectors.toCollection(LinkedHashSet::new))
            .stream()
            .map(field -> "event." + field + " is " + value(event, field))
            .collect(Collectors.joining(", "));
    return "%s: expected %s%s"
        .formatted(rule.name(), rule.check().text(), found.isEmpty() ? "" : "; found " + found);
  }

  /** The text of a field, by its path; what is no field is null. */
  private static String value(GenericRecord event, String path) {
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
