package io.leat.pipeline.reader;

import io.leat.common.Lookups;
import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureInputs;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.definition.Window;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.reader.DeclaredViews.Reference;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a service's list of features: {@code event.field}, {@code view.column}, {@code view.*} and
 * {@code name: expression}. Of a view that has several versions the service means one: {@code
 * view@2.column} says which, or the service's list of views does, and expressions follow.
 */
final class FeatureListReader {
  private final Contract spine;
  private final Declared<Contract> contracts;
  private final DeclaredViews views;
  private final Problems problems;

  /** The versions that the service says, by name of the view. */
  private final Map<String, FeatureView> said = new LinkedHashMap<>();

  /** Names that stood for no view, which has been reported or is a broken view's fault. */
  private final Set<String> unclear = new HashSet<>();

  private final Map<String, FeatureView> used = new LinkedHashMap<>();
  private @Nullable VectorExpressions expressions;
  private boolean metSomethingBroken;

  FeatureListReader(
      Contract spine, Declared<Contract> contracts, DeclaredViews views, Problems problems) {
    this.spine = spine;
    this.contracts = contracts;
    this.views = views;
    this.problems = problems;
  }

  /** Reads {@code views: [view@2]}: which versions are meant. */
  void readViews(Value list) {
    for (Value entry : list.nonEmptyList()) {
      Optional<Reference> reference = entry.text().flatMap(text -> Reference.read(entry, text));
      reference.ifPresent(given -> find(entry, given, ""));
    }
  }

  List<Feature> read(Value list) {
    List<Value> entries = list.nonEmptyList();
    Map<Value, List<? extends Feature>> read = new IdentityHashMap<>();
    // Expressions last: they mean the versions that the other entries say.
    entries.stream().filter(e -> !e.isMapping()).forEach(e -> read.put(e, named(e)));
    entries.stream().filter(Value::isMapping).forEach(e -> read.put(e, derived(e)));
    List<Feature> features = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value entry : entries) {
      for (Feature feature : Lookups.required(read, entry)) {
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
          "'%s' is no feature; expected event.field, view.column, view.*, view@2.column, view@2.* or 'name: expression'",
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

  private List<? extends Feature> ofView(Value entry, String name, String column) {
    Optional<FeatureView> found =
        Reference.read(entry, name).flatMap(reference -> find(entry, reference, "." + column));
    if (found.isEmpty() || !use(entry, found.get())) {
      return List.of();
    }
    FeatureView view = found.get();
    String full = view.name() + "." + column;
    List<? extends Feature> chosen =
        features(view).filter(f -> column.equals("*") || f.name().equals(full)).toList();
    if (chosen.isEmpty()) {
      entry.problem(
          "no feature %s.%s; the view has the aggregations %s over the windows %s%s.%s",
          name,
          column,
          view.aggregations().stream().map(Aggregation::name).collect(Collectors.joining(", ")),
          view.windows().stream().map(Window::text).collect(Collectors.joining(", ")),
          view.derived().isEmpty()
              ? ""
              : view.derived().stream()
                  .map(view::shortName)
                  .collect(Collectors.joining(", ", ", and derives ", "")),
          view.inItsUnit(column)
              .map(" Did you mean %s?"::formatted)
              .orElseGet(() -> Suggestions.didYouMean(column, view.featureNames())));
    }
    chosen.stream()
        .filter(DerivedFeature.class::isInstance)
        .forEach(derived -> checkSpine(entry, view, (DerivedFeature) derived));
    return chosen;
  }

  /**
   * What a view derives from its source's event is derived from the spine's: reports what that
   * lacks, or has of another type.
   */
  private void checkSpine(Value entry, FeatureView view, DerivedFeature derived) {
    if (view.source().equals(spine.event())) {
      return;
    }
    Scope source = Scope.ofEvent(contracts.get(view.source()).orElseThrow().schema());
    Scope here = Scope.ofEvent(spine.schema());
    for (String field : derived.inputs().fields()) {
      String name = "event." + field;
      Optional<String> needed = source.type(name);
      Optional<String> there = here.type(name);
      if (!there.equals(needed)) {
        entry.problem(
            "%s (%s:%d) needs %s, which is %s in %s; the spine %s has %s",
            derived.name(),
            derived.expression().file(),
            derived.expression().line(),
            name,
            needed.orElseThrow(),
            view.source(),
            spine.event(),
            there.map(type -> "one that is " + type).orElse("none that expressions can read"));
      }
    }
  }

  /** The view that is meant, from here on by its name alone too. */
  private Optional<FeatureView> find(Value place, Reference reference, String rest) {
    Optional<FeatureView> before = Optional.ofNullable(said.get(reference.name()));
    if (before.isPresent() && reference.version().isEmpty()) {
      return before;
    }
    Optional<FeatureView> found = views.find(place, reference, rest);
    if (found.isEmpty()) {
      metSomethingBroken = true;
      unclear.add(reference.name());
    }
    if (found.isPresent() && before.isPresent() && !found.equals(before)) {
      place.problem(
          "%s beside %s; a service takes one version of a view",
          found.get().id(), before.get().id());
      return Optional.empty();
    }
    found.ifPresent(view -> said.put(view.name(), view));
    return found;
  }

  /** Notes that a view is needed; reports where the spine lacks the key of its entity. */
  private boolean use(Value entry, FeatureView view) {
    return used.putIfAbsent(view.name(), view) != null
        || ViewReader.hasKey(entry, view.entity(), spine);
  }

  private List<DerivedFeature> derived(Value entry) {
    return Expressions.derived(entry, "ratio: event.a / event.b")
        .flatMap(definition -> definition.expression().flatMap(text -> derived(definition, text)))
        .map(List::of)
        .orElse(List.of());
  }

  private Optional<DerivedFeature> derived(Value definition, Expression expression) {
    if (namesUnclearView(expression.text())
        || namesSeveralVersions(definition, expression.text())) {
      return Optional.empty();
    }
    Optional<DerivedFeature> derived =
        Expressions.check(() -> expressions().derive(definition.name(), expression), problems);
    derived.ifPresent(feature -> useAll(definition, feature.inputs()));
    return derived;
  }

  private boolean namesUnclearView(String expression) {
    boolean broken =
        Stream.concat(views.broken().stream(), unclear.stream())
            .filter(view -> !said.containsKey(view))
            .anyMatch(view -> names(expression, view));
    metSomethingBroken |= broken;
    return broken;
  }

  /** Reports a view of several versions that nothing says one of. */
  private boolean namesSeveralVersions(Value place, String expression) {
    List<String> several =
        views.all().stream()
            .map(FeatureView::name)
            .distinct()
            .filter(view -> !said.containsKey(view) && views.versions(view).size() > 1)
            .filter(view -> names(expression, view))
            .toList();
    for (String view : several) {
      List<FeatureView> versions = views.versions(view);
      place.problem(
          "the view %s has %s; say which under views, as in 'views: [%s]'",
          view, DeclaredViews.describe(versions), versions.get(versions.size() - 1).id());
    }
    return !several.isEmpty();
  }

  private static boolean names(String expression, String view) {
    return Pattern.compile("\\b" + view + "\\.").matcher(expression).find();
  }

  private void useAll(Value place, FeatureInputs inputs) {
    Set<ViewId> needed = new LinkedHashSet<>();
    inputs.columns().forEach(column -> needed.add(column.view()));
    known().stream().filter(view -> needed.contains(view.id())).forEach(view -> use(place, view));
  }

  /** The views that expressions may name, each in the version that is meant. */
  private List<FeatureView> known() {
    return views.all().stream()
        .filter(view -> view.equals(said.getOrDefault(view.name(), view)))
        .toList();
  }

  /** Over the spine's fields and the columns of every view that expressions may name. */
  private VectorExpressions expressions() {
    if (expressions == null) {
      expressions = new VectorExpressions(spine.schema(), known());
    }
    return expressions;
  }

  /** Every feature of a view: aggregations as declared, windows ascending; then the derived. */
  private static Stream<Feature> features(FeatureView view) {
    return Stream.concat(
        view.columns().stream().map(column -> new ViewFeature(view.id(), column.name())),
        view.derived().stream());
  }
}
