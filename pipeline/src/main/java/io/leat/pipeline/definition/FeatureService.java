package io.leat.pipeline.definition;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ordered vector that one model reads.
 *
 * @param version version of the definition, from 1
 * @param spine event at whose times vectors are evaluated
 * @param features the features in order, wildcards expanded; names are unique
 * @param views by name, the version that is meant of each view that the features need, in lists or
 *     within expressions; a view that is not named has but one version
 * @param definition fingerprint (hex) of this service and of every view that it uses
 */
public record FeatureService(
    String name,
    int version,
    String spine,
    List<Feature> features,
    Optional<Label> label,
    Map<String, Integer> views,
    String definition) {
  public FeatureService {
    features = List.copyOf(features);
    views = Map.copyOf(views);
  }

  /** A service of a pipeline that has one version of each view. */
  public FeatureService(
      String name,
      int version,
      String spine,
      List<Feature> features,
      Optional<Label> label,
      String definition) {
    this(name, version, spine, features, label, Map.of(), definition);
  }

  /** Whether a view, in this version, is the one of its name that the features are of. */
  public boolean means(FeatureView view) {
    return views.getOrDefault(view.name(), view.version()) == view.version();
  }

  /** Names of the features, in order. */
  public List<String> featureNames() {
    return features.stream().map(Feature::name).toList();
  }

  /** One place of the vector. */
  public sealed interface Feature {
    /**
     * Full name: {@code event.amount}, {@code customer_activity.avg_amount_7d}, {@code
     * amount_vs_usual}.
     */
    String name();
  }

  /** A field of the spine event. */
  public record EventFeature(String field) implements Feature {
    @Override
    public String name() {
      return "event." + field;
    }
  }

  /**
   * A column of a view, in the version that the service means of it.
   *
   * @param column name within the view: {@code avg_amount_7d}
   */
  public record ViewFeature(String view, String column) implements Feature {
    @Override
    public String name() {
      return view + "." + column;
    }
  }

  /**
   * CEL over {@code event} and the views' columns, evaluated when the vector is made; null where
   * any input that it needs is null. One that a view declares ({@link FeatureView#derived}) is the
   * service's as if the service had declared it.
   *
   * @param name full name: {@code amount_vs_usual}, or {@code customer_activity.amount_vs_usual}
   *     where a view declares it
   */
  public record DerivedFeature(String name, Expression expression) implements Feature {}

  /**
   * Where the truth comes from.
   *
   * @param field field that holds it
   * @param from event that brings it; the spine itself where it knows already
   * @param on field that both share
   * @param within how long after the spine event it may come
   * @param seenBy features that may see it sooner: full names, or {@code view.*}
   */
  public record Label(String field, String from, String on, Duration within, List<String> seenBy) {
    public Label {
      seenBy = List.copyOf(seenBy);
    }

    /** Whether a feature is declared to see the label before it is known. */
    public boolean isSeenBy(String feature) {
      return seenBy.stream()
          .anyMatch(
              declared ->
                  declared.equals(feature)
                      || (declared.endsWith(".*")
                          && feature.startsWith(declared.substring(0, declared.length() - 1))));
    }
  }
}
