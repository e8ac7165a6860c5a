package io.leat.pipeline.model;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way from a feature vector to the row of numbers that a model reads. Immutable, thread-safe.
 *
 * <p>Booleans become 0 and 1. A null, and a number that is not finite in single precision (NaN, an
 * infinity, 1e39), becomes what the model's definition gives as its default: a number, or NaN for a
 * model that learnt what is missing. Other numbers pass as they are.
 */
public final class ModelInput {
  private final List<String> features;
  private final List<Optional<Double>> standIns;

  /** The input of a model that reads a service's vectors. */
  public static ModelInput of(Model model, FeatureService service) {
    return new ModelInput(service.featureNames(), model.nulls());
  }

  private ModelInput(List<String> features, Model.Nulls nulls) {
    this.features = features;
    this.standIns =
        features.stream()
            .map(
                feature ->
                    Optional.ofNullable(nulls.byFeature().get(feature)).or(nulls::defaultValue))
            .toList();
  }

  /** Why a vector is no input of the model. */
  public enum Reason {
    /** A value is null, and the model's definition names no default for it. */
    NULL_INPUT,
    /** A value is text. */
    NOT_A_NUMBER,
    /** The vector has more or fewer values than the service has features. */
    WRONG_WIDTH
  }

  /**
   * @param feature full name of the feature whose value it is; empty where it is the whole vector
   * @param message what was found, what was expected and what to do, for a person
   */
  public record Refusal(Reason reason, Optional<String> feature, String message) {}

  /** Number of features. */
  public int width() {
    return features.size();
  }

  /** Full names of the features, in the service's order. */
  public List<String> features() {
    return features;
  }

  /**
   * Writes a vector's values into a row.
   *
   * @param values one a feature, in the service's order: Number, Boolean, text or null
   * @param row takes {@link #width} numbers, finite or NaN for what is missing; unspecified where
   *     the vector is refused
   * @return why the vector cannot be an input; empty where the row was filled
   */
  public Optional<Refusal> write(List<? extends @Nullable Object> values, double[] row) {
    if (values.size() != features.size()) {
      return Optional.of(
          new Refusal(
              Reason.WRONG_WIDTH,
              Optional.empty(),
              "the vector has %d values; expected %d, one a feature of its service"
                  .formatted(values.size(), features.size())));
    }
    for (int i = 0; i < row.length; i++) {
      Object value = values.get(i);
      double number;
      if (value instanceof Number given) {
        number = given.doubleValue();
      } else if (value instanceof Boolean given) {
        number = given ? 1 : 0;
      } else if (value == null) {
        number = Double.NaN;
      } else {
        return Optional.of(
            new Refusal(
                Reason.NOT_A_NUMBER,
                Optional.of(features.get(i)),
                "feature %s is text; expected a number or a boolean, which is all a model reads"
                    .formatted(features.get(i))));
      }
      if (!Float.isFinite((float) number)) {
        Optional<Double> standIn = standIns.get(i);
        if (standIn.isEmpty()) {
          return Optional.of(
              new Refusal(
                  Reason.NULL_INPUT,
                  Optional.of(features.get(i)),
                  "feature %s is %s and the model's definition names no default for it; add it under nulls: a number, or 'missing' for a model that learnt what is missing"
                      .formatted(features.get(i), value)));
        }
        number = standIn.get();
      }
      row[i] = number;
    }
    return Optional.empty();
  }
}
