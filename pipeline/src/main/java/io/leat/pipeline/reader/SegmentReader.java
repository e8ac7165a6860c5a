package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.expression.TypedName;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a monitor's list of segments: names of features, or {@code name: expression} over features
 * by their full names. Vectors hold nothing else.
 */
final class SegmentReader {
  private static final String EXAMPLE = "size: 'event.amount > 100.0 ? \"high\" : \"low\"'";

  private final Declared<Contract> contracts;
  private final DeclaredViews views;
  private final Problems problems;

  SegmentReader(Declared<Contract> contracts, DeclaredViews views, Problems problems) {
    this.contracts = contracts;
    this.views = views;
    this.problems = problems;
  }

  List<Segments.Key> read(Value list, FeatureService service) {
    Optional<Contract> spine = contracts.get(service.spine());
    if (spine.isEmpty()) {
      return List.of(); // which has been told
    }
    Map<String, ValueType> types = new LinkedHashMap<>();
    FeatureTypes.of(service, spine.get().schema(), views.all())
        .forEach((feature, type) -> type.ifPresent(known -> types.put(feature, known)));
    List<Segments.Key> keys = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value entry : list.nonEmptyList()) {
      Optional<Segments.Key> key =
          entry.isMapping() ? derived(entry, types) : feature(entry, service, types);
      key.ifPresent(
          k -> {
            if (!names.add(k.name())) {
              entry.problem("two segments have the name %s", k.name());
            }
            keys.add(k);
          });
    }
    return keys;
  }

  private Optional<Segments.Key> derived(Value entry, Map<String, ValueType> types) {
    Optional<Value> definition = Expressions.derived(entry, EXAMPLE);
    Optional<Expression> expression = definition.flatMap(Value::expression);
    if (expression.isEmpty()) {
      return Optional.empty();
    }
    List<TypedName> all =
        types.entrySet().stream().map(one -> new TypedName(one.getKey(), one.getValue())).toList();
    return Expressions.check(expression.get(), Scope.ofRow(all), Program.Result.SCALAR, problems)
        .map(
            program ->
                new Segments.Key(
                    definition.get().name(),
                    expression.get().text(),
                    all.stream()
                        .filter(one -> program.names().contains(one.name()))
                        .map(one -> new Segments.Input(one.name(), one.type()))
                        .toList()));
  }

  /** By its full name, or a field of the event by its own. */
  private static Optional<Segments.Key> feature(
      Value entry, FeatureService service, Map<String, ValueType> types) {
    Optional<String> name = entry.text();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    String full = types.containsKey(name.get()) ? name.get() : "event." + name.get();
    ValueType type = types.get(full);
    if (type == null) {
      entry.problem(
          "the service %s has no feature %s to tell segments by: segments are made of what its vectors hold. Name it among the service's features.%s",
          service.name(), name.get(), Suggestions.didYouMean(name.get(), types.keySet()));
      return Optional.empty();
    }
    return Optional.of(new Segments.Key(name.get(), "", List.of(new Segments.Input(full, type))));
  }
}
