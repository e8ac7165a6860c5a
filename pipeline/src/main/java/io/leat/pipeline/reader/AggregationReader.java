package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.aggregation.Parameter;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Filter;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * Reads one aggregation: {@code name: function(field) where condition}, {@code name: count}, {@code
 * name: quantile(field, 0.95)}, with {@code default: number} beside it where a window without
 * values has one.
 */
final class AggregationReader {
  static final String DEFAULT = "default";

  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?<function>\\w+)(?:\\s*\\((?<arguments>[^()]*)\\))?(?:\\s+where\\s+(?<where>.+))?",
          Pattern.DOTALL);
  private static final List<String> FUNCTIONS =
      AggregateFunctions.all().stream().map(AggregateFunction::name).toList();
  private static final int LARGEST_SIZE = 100;

  private final String source;
  private final Schema schema;
  private final Scope scope;
  private final Problems problems;

  AggregationReader(String source, Schema schema, Problems problems) {
    this.source = source;
    this.schema = schema;
    this.scope = Scope.ofFields(schema);
    this.problems = problems;
  }

  Optional<Aggregation> read(Value entry) {
    Optional<Block> block = entry.openBlock("an aggregation, as in 'avg_amount: avg(amount)'");
    if (block.isEmpty()) {
      return Optional.empty();
    }
    List<Value> named =
        block.get().values().stream().filter(value -> !value.name().equals(DEFAULT)).toList();
    if (named.size() != 1) {
      entry.problem(
          "an aggregation with the keys %s; expected one name and perhaps default, as in '{ risk:"
              + " avg(fraud), default: 0 }'",
          String.join(", ", block.get().values().stream().map(Value::name).toList()));
      return Optional.empty();
    }
    Value definition = named.get(0);
    if (!NameRule.IDENTIFIER.allows(definition.name())) {
      definition.problem(
          "aggregation '%s'; expected a name of %s",
          definition.name(), NameRule.IDENTIFIER.description());
    }
    Optional<Double> defaultValue = block.get().get(DEFAULT).flatMap(Value::number);
    return definition.expression().flatMap(text -> parse(definition, text, defaultValue));
  }

  private Optional<Aggregation> parse(Value place, Expression text, Optional<Double> defaultValue) {
    Matcher matcher = GRAMMAR.matcher(text.text());
    if (!matcher.matches()) {
      place.problem(
          "%s is '%s'; expected function(field), perhaps with 'where condition', as in 'sum(amount)"
              + " where amount > 1'",
          place.name(), text.text());
      return Optional.empty();
    }
    Optional<Filter> where =
        Optional.ofNullable(matcher.group("where"))
            .map(condition -> new Expression(condition, text.file(), text.line()))
            .flatMap(this::filter);
    Optional<AggregateFunction> function = function(place, matcher.group("function"));
    if (function.isEmpty()) {
      return Optional.empty();
    }
    List<String> arguments =
        Optional.ofNullable(matcher.group("arguments")).filter(list -> !list.isBlank()).stream()
            .flatMap(list -> Stream.of(list.split(",", -1)))
            .map(String::strip)
            .toList();
    return aggregation(place, function.get(), arguments, where, defaultValue);
  }

  private Optional<Filter> filter(Expression condition) {
    return Expressions.check(condition, scope, Program.Result.BOOL, problems)
        .map(program -> new Filter(condition, List.copyOf(program.names())));
  }

  private static Optional<AggregateFunction> function(Value place, String name) {
    Optional<AggregateFunction> function = AggregateFunctions.named(name);
    if (function.isEmpty()) {
      place.problem(
          "no function %s; expected one of %s.%s",
          name, String.join(", ", FUNCTIONS), Suggestions.didYouMean(name, FUNCTIONS));
    }
    return function;
  }

  private Optional<Aggregation> aggregation(
      Value place,
      AggregateFunction function,
      List<String> arguments,
      Optional<Filter> where,
      Optional<Double> defaultValue) {
    int expected =
        (function.input().needsField() ? 1 : 0) + (function.parameter() == Parameter.NONE ? 0 : 1);
    if (arguments.size() != expected) {
      place.problem(
          "%s with %s; expected %s%s",
          function.name(),
          arguments.isEmpty() ? "nothing in brackets" : "(" + String.join(", ", arguments) + ")",
          usage(function),
          function == AggregateFunctions.COUNT
              ? ". To count the events that have a value write 'count where has(%s)'"
                  .formatted(arguments.get(0))
              : "");
      return Optional.empty();
    }
    if (expected == 0) {
      return typed(place, function, Optional.empty(), Optional.empty(), where, defaultValue);
    }
    Optional<Schema.Field> field = field(place, function, arguments.get(0));
    Optional<Double> parameter =
        expected == 2 ? parameter(place, function, arguments.get(1)) : Optional.empty();
    return field.isEmpty() || (expected == 2 && parameter.isEmpty())
        ? Optional.empty()
        : typed(place, function, field, parameter, where, defaultValue);
  }

  private static Optional<Aggregation> typed(
      Value place,
      AggregateFunction function,
      Optional<Schema.Field> field,
      Optional<Double> parameter,
      Optional<Filter> where,
      Optional<Double> defaultValue) {
    ValueType type =
        function.resultType(field.map(f -> type(Fields.value(f))).orElse(ValueType.LONG));
    if (defaultValue.isPresent() && type != ValueType.DOUBLE) {
      place.problem(
          "%s has a default; only values that are doubles can have one, and these are %s",
          place.name(),
          type == ValueType.LONG ? "whole numbers" : type.name().toLowerCase(Locale.ROOT));
    }
    return Optional.of(
        new Aggregation(
            place.name(),
            function,
            field.map(Schema.Field::name),
            parameter,
            where,
            defaultValue,
            type));
  }

  private static ValueType type(Schema schema) {
    return switch (schema.getType()) {
      case INT, LONG -> ValueType.LONG;
      case FLOAT, DOUBLE -> ValueType.DOUBLE;
      case BOOLEAN -> ValueType.BOOLEAN;
      case STRING, ENUM, NULL, BYTES, FIXED, RECORD, ARRAY, MAP, UNION -> ValueType.STRING;
    };
  }

  /** How a function is written. */
  private static String usage(AggregateFunction function) {
    List<String> arguments = new ArrayList<>();
    if (function.input().needsField()) {
      arguments.add("field");
    }
    switch (function.parameter()) {
      case SIZE -> arguments.add("how many");
      case FRACTION -> arguments.add("fraction");
      case HALF_LIFE -> arguments.add("half-life");
      case NONE -> {}
    }
    return arguments.isEmpty()
        ? function.name() + " alone"
        : function.name() + "(" + String.join(", ", arguments) + ")";
  }

  private static Optional<Double> parameter(Value place, AggregateFunction function, String text) {
    Optional<Double> parameter =
        switch (function.parameter()) {
          case SIZE -> number(text).filter(n -> n >= 1 && n <= LARGEST_SIZE && n == Math.rint(n));
          case FRACTION -> number(text).filter(n -> n >= 0 && n <= 1);
          case HALF_LIFE -> halfLife(text);
          case NONE -> Optional.empty();
        };
    if (parameter.isEmpty()) {
      place.problem(
          "%s with %s; expected %s",
          usage(function),
          text,
          switch (function.parameter()) {
            case SIZE -> "a whole number from 1 to " + LARGEST_SIZE;
            case FRACTION -> "a number from 0 to 1";
            case HALF_LIFE -> "a duration of more than nothing, as in 7d";
            case NONE -> "nothing";
          });
    }
    return parameter;
  }

  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Double> halfLife(String text) {
    try {
      return Optional.of((double) Durations.parse(text).toMillis()).filter(millis -> millis > 0);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<Schema.Field> field(Value place, AggregateFunction function, String name) {
    return Fields.find(place, name, schema, source)
        .filter(
            field -> {
              boolean fits =
                  function.input().isNumeric() ? Fields.isNumeric(field) : Fields.isScalar(field);
              if (!fits) {
                place.problem(
                    "%s(%s), but %s is %s; expected a number%s a bool%s",
                    function.name(),
                    field.name(),
                    field.name(),
                    Fields.describe(field),
                    function.input().isNumeric() ? " or" : ",",
                    function.input().isNumeric() ? "" : " or a string");
              }
              return fits;
            });
  }
}
