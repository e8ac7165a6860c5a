package io.leat.pipeline.definition;

import io.leat.pipeline.expression.Expression;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ordered vector that one model reads.
 *
 * @param id name, and version of the definition
 * @param spine event at whose times vectors are evaluated
 * @param features the features in order, wildcards expanded, each with its inputs; names are unique
 * @param definition fingerprint (hex) of this service and of every view that it uses
 */
public record FeatureService(
    ServiceId id, String spine, List<Feature> features, Optional<Label> label, String definition) {
  public FeatureService {
    features = List.copyOf(features);
  }

  /** A service by its name and version. */
  public FeatureService(
      String name,
      int version,
      String spine,
      List<Feature> features,
      Optional<Label> label,
      String definition) {
    this(new ServiceId(name, version), spine, features, label, definition);
  }

  public String name() {
    return id.name();
  }

  /** Version of the definition, from 1. */
  public int version() {
    return id.version();
  }

  /** The views that the features need, in lists or within expressions, each in one version. */
  public Set<ViewId> views() {
    Set<ViewId> views = new LinkedHashSet<>();
    for (Feature feature : features) {
      feature.inputs().columns().forEach(column -> views.add(column.view()));
    }
    return views;
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

    /** What it is made of. */
    FeatureInputs inputs();
  }

  /** A field of the spine event. */
  public record EventFeature(String field) implements Feature {
    @Override
    public String name() {
      return "event." + field;
    }

    @Override
    public FeatureInputs inputs() {
      return FeatureInputs.of(field);
    }
  }

  /**
   * A column of a view.
   *
   * @param view the view, in the version that is meant
   * @param column name within the view: {@code avg_amount_7d}
   */
  public record ViewFeature(ViewId view, String column) implements Feature {
    @Override
    public String name() {
      return view.name() + "." + column;
    }

    @Override
    public FeatureInputs inputs() {
      return FeatureInputs.of(this);
    }
  }

  /**
   * CEL over {@code event} and the views' columns, evaluated when the vector is made; null where
   * any input that it needs is null. One that a view declares ({@link FeatureView#derived}) is the
   * service's as if the service had declared it.
   *
   * @param name full name: {@code amount_vs_usual}, or {@code customer_activity.amount_vs_usual}
   *     where a view declares it
   * @param inputs what the expression names
   * @param type what its values are
   */
  public record DerivedFeature(
      String name, Expression expression, FeatureInputs inputs, ValueType type)
      implements Feature {}

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
