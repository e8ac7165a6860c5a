package io.leat.pipeline.reader;

import io.leat.pipeline.Contract;
import io.leat.pipeline.Durations;
import io.leat.pipeline.FeatureService.DerivedFeature;
import io.leat.pipeline.FeatureService.EventFeature;
import io.leat.pipeline.FeatureService.Feature;
import io.leat.pipeline.FeatureService.ViewFeature;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.Suggestions;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a service's list of features: {@code event.field}, {@code view.column}, {@code view.*} and
 * {@code name: expression}.
 */
final class FeatureListReader {
  private final Contract spine;
  private final Declared<FeatureView> views;
  private final Problems problems;
  private final Map<String, FeatureView> used = new LinkedHashMap<>();
  private @Nullable Scope scope;
  private boolean metSomethingBroken;

  FeatureListReader(Contract spine, Declared<FeatureView> views, Problems problems) {
    this.spine = spine;
    this.views = views;
    this.problems = problems;
  }

  List<Feature> read(Value list) {
    List<Feature> features = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value entry : list.nonEmptyList()) {
      for (Feature feature : entry.isMapping() ? derived(entry) : named(entry)) {
        if (names.add(feature.name())) {
          features.add(feature);
        } else {
          entry.problem("the feature %s stands twice", feature.name());
        }
      }
    }
    return features;
  }

  /** Every view that the features need, by their names or within expressions. */
  Collection<FeatureView> views() {
    return used.values();
  }

  /** Whether the features name a view that is broken, so that nothing can be said of them. */
  boolean metSomethingBroken() {
    return metSomethingBroken;
  }

  private List<? extends Feature> named(Value entry) {
    Optional<String> text = entry.text();
    if (text.isEmpty()) {
      return List.of();
    }
    String[] parts = text.get().split("\\.", -1);
    if (parts.length != 2) {
      entry.problem(
          "'%s' is no feature; expected event.field, view.column, view.* or 'name: expression'",
          text.get());
      return List.of();
    }
    return parts[0].equals("event")
        ? eventField(entry, parts[1])
        : ofView(entry, parts[0], parts[1]);
  }

  private List<EventFeature> eventField(Value entry, String name) {
    if (name.equals("*")) {
      entry.problem("event.*; expected the fields one by one, since events grow");
      return List.of();
    }
    return Fields.find(entry, name, spine.schema(), spine.event())
        .filter(
            field -> {
              if (!Fields.isScalar(field)) {
                entry.problem(
                    "event.%s is %s; expected a number, bool or string. Derive one from it, as in 'hour: event.time.getHours()'",
                    name, Fields.describe(field));
              }
              return Fields.isScalar(field);
            })
        .map(field -> List.of(new EventFeature(field.name())))
        .orElse(List.of());
  }

  private List<ViewFeature> ofView(Value entry, String name, String column) {
    Optional<FeatureView> found = views.find(entry, name);
    if (found.isEmpty()) {
      metSomethingBroken = true;
      return List.of();
    }
    FeatureView view = found.get();
    if (!use(entry, view)) {
      return List.of();
    }
    List<ViewFeature> all = features(view);
    List<ViewFeature> chosen =
        all.stream().filter(f -> column.equals("*") || f.column().equals(column)).toList();
    if (chosen.isEmpty()) {
      List<String> columns = all.stream().map(ViewFeature::column).toList();
      entry.problem(
          "no feature %s.%s; the view has the aggregations %s over the windows %s.%s",
          name,
          column,
          view.aggregations().stream().map(Aggregation::name).collect(Collectors.joining(", ")),
          view.windows().stream().map(Durations::format).collect(Collectors.joining(", ")),
          Suggestions.didYouMean(column, columns));
    }
    return chosen;
  }

  /** Notes that a view is needed; reports where the spine lacks the key of its entity. */
  private boolean use(Value entry, FeatureView view) {
    return used.putIfAbsent(view.name(), view) != null
        || ViewReader.hasKey(entry, view.entity(), spine);
  }

  private List<DerivedFeature> derived(Value entry) {
    Optional<Block> block = entry.openBlock("a derived feature");
    if (block.isEmpty() || block.get().values().size() != 1) {
      entry.problem(
          "a derived feature is one name with one expression, as in 'ratio: event.a / event.b'");
      return List.of();
    }
    Value definition = block.get().values().get(0);
    if (!NameRule.IDENTIFIER.allows(definition.name())) {
      definition.problem(
          "feature '%s'; expected a name of %s",
          definition.name(), NameRule.IDENTIFIER.description());
    }
    return definition
        .expression()
        .filter(expression -> !namesBrokenView(expression.text()))
        .map(
            expression -> {
              Expressions.check(expression, scope(), Program.Result.SCALAR, problems)
                  .ifPresent(program -> useAll(definition, program.names()));
              return List.of(new DerivedFeature(definition.name(), expression));
            })
        .orElse(List.of());
  }

  private boolean namesBrokenView(String expression) {
    boolean broken =
        views.broken().stream()
            .anyMatch(view -> Pattern.compile("\\b" + view + "\\.").matcher(expression).find());
    metSomethingBroken |= broken;
    return broken;
  }

  private void useAll(Value place, Set<String> names) {
    for (String name : names) {
      views.get(name.substring(0, Math.max(0, name.indexOf('.')))).ifPresent(v -> use(place, v));
    }
  }

  /** The spine's fields and the columns of every view of the pipeline. */
  private Scope scope() {
    if (scope == null) {
      scope = Scope.ofVector(spine.schema(), views.all());
    }
    return scope;
  }

  /** Every feature of a view: aggregations as declared, windows ascending. */
  private static List<ViewFeature> features(FeatureView view) {
    return view.columns().stream()
        .map(column -> new ViewFeature(view.name(), column.name()))
        .toList();
  }
}
