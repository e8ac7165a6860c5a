package io.leat.pipeline.reader;

import io.leat.features.aggregation.AccumulatorKind;
import io.leat.features.aggregation.AccumulatorSpec;
import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.aggregation.InputType;
import io.leat.features.aggregation.Parameter;
import io.leat.testing.MadeText;
import java.io.IOException;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is made of the catalogue of functions: parts of two pages and of the editors' schema. */
class AggregateFunctionPagesTest {
  private static final String SCHEMA = "pipeline/src/main/resources/leat/view.schema.json";
  private static final String BEGIN = "<!-- made from io.leat.features.aggregation -->";
  private static final String END = "<!-- end of what is made -->";

  /** What accumulators a function names does not depend on how large its parameter is. */
  private static final double SOME = 1;

  @Test
  void theReferenceOfTheLanguageListsEveryFunction() throws IOException {
    new MadeText("docs/reference/definition-language.md", BEGIN, END)
        .check(
            "| function | of | gives |\n|---|---|---|\n"
                + functions()
                    .map(
                        function ->
                            "| `%s` | %s | %s |\n"
                                .formatted(
                                    usage(function), input(function), function.description()))
                    .collect(Collectors.joining()));
  }

  @Test
  void theLayoutOfStatesListsEveryAccumulator() throws IOException {
    Stream<AccumulatorKind<?>> kinds =
        functions()
            .flatMap(function -> function.accumulators(SOME).stream())
            .<AccumulatorKind<?>>map(AccumulatorSpec::kind)
            .distinct()
            .sorted(Comparator.comparing(AccumulatorKind::id));
    new MadeText("docs/reference/state-layout.md", BEGIN, END)
        .check(
            "| id | accumulator | of | form |\n|---|---|---|---|\n"
                + kinds
                    .map(
                        kind ->
                            "| %d | %s | %s | %s |\n"
                                .formatted(kind.id(), kind.name(), users(kind), kind.layout()))
                    .collect(Collectors.joining()));
  }

  @Test
  void theSchemaForEditorsListsEveryFunction() throws IOException {
    new MadeText(SCHEMA, "    \"aggregations\": {", "      \"items\": {")
        .check(
            """
                  "type": "array",
                  "minItems": 1,
                  "description": "name: function(field) where condition; functions are %s.",
            """
                .formatted(
                    functions().map(AggregateFunction::name).collect(Collectors.joining(", "))));
  }

  @Test
  void theSchemaForEditorsKnowsHowEachIsWritten() throws IOException {
    new MadeText(SCHEMA, "        \"additionalProperties\": {", "        }")
        .check(
            """
                      "type": "string",
                      "pattern": "^\\\\s*((%s)|(%s)\\\\s*\\\\([^(),]+\\\\)|(%s)\\\\s*\\\\([^(),]+,[^(),]+\\\\))(\\\\s+where\\\\s[\\\\s\\\\S]+)?\\\\s*$"
            """
                .formatted(names(false, false), names(true, false), names(true, true)));
  }

  private static Stream<AggregateFunction> functions() {
    return AggregateFunctions.all().stream();
  }

  private static String names(boolean withField, boolean withParameter) {
    return functions()
        .filter(function -> function.input().needsField() == withField)
        .filter(function -> (function.parameter() != Parameter.NONE) == withParameter)
        .map(AggregateFunction::name)
        .collect(Collectors.joining("|"));
  }

  private static String usage(AggregateFunction function) {
    String arguments =
        Stream.of(function.input().needsField() ? "f" : "", function.parameter().example())
            .filter(argument -> !argument.isEmpty())
            .collect(Collectors.joining(", "));
    return arguments.isEmpty() ? function.name() : function.name() + "(" + arguments + ")";
  }

  private static String input(AggregateFunction function) {
    InputType input = function.input();
    return !input.needsField() ? "events" : input.isNumeric() ? "numbers" : "scalars";
  }

  private static String users(AccumulatorKind<?> kind) {
    return functions()
        .filter(
            function ->
                function.accumulators(SOME).stream()
                    .anyMatch(spec -> spec.kind().id() == kind.id()))
        .map(function -> "`" + function.name() + "`")
        .collect(Collectors.joining(", "));
  }
}
