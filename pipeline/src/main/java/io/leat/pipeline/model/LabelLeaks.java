package io.leat.pipeline.model;

import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureInputs;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The features of a service that see labels before these are known: the label of their own row, or
 * labels of other rows sooner than {@link Label#within} after them. A model that learns from them
 * is good in training and worthless in the stream.
 *
 * <p>A label is known {@code within} after its event. A window that ends {@code offset} before the
 * row therefore holds nothing that was not known, as long as {@code offset} is not less than {@code
 * within}; a window without offset takes in the row's own event. What cannot be seen from the
 * definitions is not found: a field that says the same as the label under another name.
 */
public final class LabelLeaks {
  private final Label label;
  private final boolean ownLabel;
  private final Map<String, String> columns = new LinkedHashMap<>();

  private LabelLeaks(Label label, boolean ownLabel) {
    this.label = label;
    this.ownLabel = ownLabel;
  }

  /**
   * Each feature that sees the label too soon, in the service's order, with the way in which it
   * does, for a person.
   *
   * @param label the label to be learnt: the service's own, or another
   * @param views the views that the service needs
   */
  public static Map<String, String> of(
      FeatureService service, Label label, Collection<FeatureView> views) {
    boolean ownLabel = label.from().equals(service.spine());
    LabelLeaks leaks = new LabelLeaks(label, ownLabel);
    views.forEach(leaks::look);
    Map<String, String> found = new LinkedHashMap<>();
    for (Feature feature : service.features()) {
      leaks.of(feature).ifPresent(way -> found.put(feature.name(), way));
    }
    return found;
  }

  /**
   * One sentence over all features that see the label and are not declared to; empty where there
   * are none.
   */
  public static Optional<String> sentence(Map<String, String> leaks, Label label) {
    Map<String, List<String>> byWay =
        leaks.keySet().stream()
            .filter(feature -> !label.isSeenBy(feature))
            .collect(Collectors.groupingBy(leaks::get, LinkedHashMap::new, Collectors.toList()));
    return byWay.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the label %s is seen before it is known by %s. A model would learn from what it cannot have when it scores: end the view's windows as long before the row as the label may take (offset: %s), take the feature out, or, where the label is known in time, declare it under the service's label, as in seen_by: [%s]"
                .formatted(
                    label.field(),
                    byWay.entrySet().stream()
                        .map(way -> String.join(", ", way.getValue()) + " (" + way.getKey() + ")")
                        .collect(Collectors.joining("; ")),
                    label.within().isZero() ? "1ms or more" : Durations.format(label.within()),
                    byWay.values().iterator().next().get(0)));
  }

  private void look(FeatureView view) {
    if (ownLabel && view.entity().key().equals(label.field())) {
      view.columns()
          .forEach(
              column ->
                  put(
                      view,
                      column,
                      "%s is looked up by the label, which is the key of %s"
                          .formatted(view.id(), view.entity().name())));
    }
    if (!view.source().equals(label.from())
        || (!view.offset().isZero() && view.offset().compareTo(label.within()) >= 0)) {
      return;
    }
    String window =
        view.offset().isZero()
            ? "windows that end at the row's own time"
            : "windows that end %s before the row".formatted(Durations.format(view.offset()));
    String known =
        view.offset().isZero() && ownLabel
            ? ", the row's own event among them"
            : ", and a label may take " + Durations.format(label.within());
    for (FeatureView.Column column : view.columns()) {
      if (reads(view, column.aggregation())) {
        put(
            view,
            column,
            "%s of %s takes %s.%s in %s%s"
                .formatted(
                    column.aggregation().name(),
                    view.id(),
                    label.from(),
                    label.field(),
                    window,
                    known));
      }
    }
  }

  private void put(FeatureView view, FeatureView.Column column, String way) {
    columns.putIfAbsent(view.name() + "." + column.name(), way);
  }

  private boolean reads(FeatureView view, Aggregation aggregation) {
    return view.entity().key().equals(label.field())
        || aggregation.fields().stream().anyMatch(name -> isOrIsIn(name, label.field()));
  }

  private Optional<String> of(Feature feature) {
    if (feature instanceof EventFeature event) {
      return ownLabel && event.field().equals(label.field())
          ? Optional.of("it is the label itself")
          : Optional.empty();
    }
    if (feature instanceof DerivedFeature derived) {
      return namesOf(derived.inputs())
          .filter(
              name ->
                  columns.containsKey(name)
                      || (ownLabel && isOrIsIn(name, "event." + label.field())))
          .findFirst()
          .map(name -> "it is derived from " + name);
    }
    return Optional.ofNullable(columns.get(feature.name()));
  }

  /** What a feature is made of, by the names that expressions use, in their order. */
  private static Stream<String> namesOf(FeatureInputs inputs) {
    return Stream.concat(
            inputs.fields().stream().map(field -> "event." + field),
            inputs.columns().stream().map(ViewFeature::name))
        .sorted();
  }

  /** Whether a name is a field's, or that of a field within it. */
  private static boolean isOrIsIn(String name, String field) {
    return name.equals(field) || name.startsWith(field + ".");
  }
}
