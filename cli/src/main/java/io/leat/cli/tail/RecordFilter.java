package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.leat.cli.command.UserError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which records are wanted, by a CEL expression over what is shown of them: {@code value} (also
 * called {@code event}), {@code key}, {@code headers}, {@code topic}, {@code partition}, {@code
 * offset}, {@code time}, {@code event_time}. What is masked is masked here too.
 */
final class RecordFilter {
  private static final JsonMapper JSON = new JsonMapper();
  private static final CelOptions OPTIONS =
      CelOptions.current().enableHeterogeneousNumericComparisons(true).build();
  private static final List<String> NAMES =
      List.of("value", "key", "headers", "topic", "partition", "offset", "time", "event_time");

  private final CelRuntime.Program program;

  /**
   * @throws UserError if the expression is none
   */
  RecordFilter(String expression) {
    CelCompilerBuilder compiler =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("event", SimpleType.DYN);
    NAMES.forEach(name -> compiler.addVar(name, SimpleType.DYN));
    try {
      program =
          CelRuntimeFactory.standardCelRuntimeBuilder()
              .setOptions(OPTIONS)
              .build()
              .createProgram(compiler.build().compile(expression).getAst());
    } catch (CelValidationException | CelEvaluationException e) {
      throw new UserError(
          "--filter is '%s'; expected a condition over %s and event: %s"
              .formatted(expression, String.join(", ", NAMES), e.getMessage()),
          e);
    }
  }

  /** Whether a record is wanted: not where the condition has no value for it. */
  boolean wants(ObjectNode record) {
    Map<String, @Nullable Object> variables = new HashMap<>();
    NAMES.forEach(name -> variables.put(name, plain(record.path(name))));
    variables.put("event", variables.get("value"));
    try {
      return Boolean.TRUE.equals(program.eval(variables));
    } catch (CelEvaluationException e) {
      return false;
    }
  }

  private static @Nullable Object plain(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return NullValue.NULL_VALUE;
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    if (node.isNumber()) {
      return node.doubleValue();
    }
    if (node.isArray()) {
      return JSON.convertValue(node, List.class);
    }
    if (node.isObject()) {
      Map<String, @Nullable Object> fields = new HashMap<>();
      node.properties().forEach(field -> fields.put(field.getKey(), plain(field.getValue())));
      return fields;
    }
    return node.isBoolean() ? node.booleanValue() : node.asText();
  }
}
