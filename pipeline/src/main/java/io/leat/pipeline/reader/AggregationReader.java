package io.leat.pipeline.reader;

import io.leat.pipeline.Expression;
import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.FeatureView.Function;
import io.leat.pipeline.Suggestions;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * Reads one aggregation: {@code name: function(field) where condition}, {@code name: count}, with
 * {@code default: number} beside it where a window without values has one.
 */
final class AggregationReader {
  static final String DEFAULT = "default";

  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?<function>\\w+)(?:\\s*\\(\\s*(?<field>[^()\\s]*)\\s*\\))?(?:\\s+where\\s+(?<where>.+))?",
          Pattern.DOTALL);
  private static final List<String> FUNCTIONS =
      Stream.of(Function.values()).map(f -> f.name().toLowerCase(Locale.ROOT)).toList();
  private static final Set<String> NOT_YET =
      Set.of(
          "stddev",
          "variance",
          "median",
          "quantile",
          "distinct",
          "top_k",
          "first",
          "last",
          "last_n",
          "time_since_last");

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
          "an aggregation with the keys %s; expected one name and perhaps default, as in '{ risk: avg(fraud), default: 0 }'",
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
          "%s is '%s'; expected function(field), perhaps with 'where condition', as in 'sum(amount) where amount > 1'",
          place.name(), text.text());
      return Optional.empty();
    }
    Optional<Function> function = function(place, matcher.group("function"));
    Optional<String> field =
        function.flatMap(f -> field(place, f, Optional.ofNullable(matcher.group("field"))));
    Optional<Expression> where =
        Optional.ofNullable(matcher.group("where"))
            .map(condition -> new Expression(condition, text.file(), text.line()));
    where.ifPresent(e -> Expressions.check(e, scope, Program.Result.BOOL, problems));
    return function
        .filter(f -> f == Function.COUNT || field.isPresent())
        .map(f -> new Aggregation(place.name(), f, field, where, defaultValue));
  }

  private static Optional<Function> function(Value place, String name) {
    if (FUNCTIONS.contains(name)) {
      return Optional.of(Function.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    if (NOT_YET.contains(name)) {
      place.problem("%s: this version of Leat does not run it yet; remove it", name);
    } else {
      place.problem(
          "no function %s; expected one of %s.%s",
          name, String.join(", ", FUNCTIONS), Suggestions.didYouMean(name, FUNCTIONS));
    }
    return Optional.empty();
  }

  private Optional<String> field(Value place, Function function, Optional<String> name) {
    if (function == Function.COUNT) {
      if (name.isPresent()) {
        place.problem(
            "count(%s); count takes no field. To count the events that have a value write 'count where has(%s)'",
            name.get(), name.get().isEmpty() ? "field" : name.get());
      }
      return Optional.empty();
    }
    String functionName = function.name().toLowerCase(Locale.ROOT);
    if (name.isEmpty() || name.get().isEmpty()) {
      place.problem("%s without a field; expected %s(field)", functionName, functionName);
      return Optional.empty();
    }
    return Fields.find(place, name.get(), schema, source)
        .filter(
            field -> {
              if (!Fields.isNumeric(field)) {
                place.problem(
                    "%s(%s), but %s is %s; expected a number or a bool",
                    functionName, field.name(), field.name(), Fields.describe(field));
              }
              return Fields.isNumeric(field);
            })
        .map(Schema.Field::name);
  }
}
