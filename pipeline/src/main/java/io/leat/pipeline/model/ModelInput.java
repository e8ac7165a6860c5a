package io.leat.pipeline.model;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way from a feature vector to what a model reads. Immutable, thread-safe.
 *
 * <p>A null, and a number that is not finite in single precision (NaN, an infinity, 1e39), becomes
 * what the model's definition gives as its default: a number, NaN for a model that learnt what is
 * missing, or a text. All else passes as it is; in a row of numbers booleans are 0 and 1.
 */
public final class ModelInput {
  private final List<String> features;
  private final List<Optional<Object>> standIns;

  /** The input of a model that reads a service's vectors as numbers. */
  public static ModelInput of(Model model, FeatureService service) {
    return new ModelInput(service.featureNames(), model.nulls(), feature -> true);
  }

  /**
   * @param features full names of the features, in the service's order
   * @param takesDefault whether a feature takes the default of all features
   */
  public ModelInput(List<String> features, Model.Nulls nulls, Predicate<String> takesDefault) {
    this.features = List.copyOf(features);
    this.standIns =
        features.stream()
            .map(
                feature ->
                    Optional.<Object>ofNullable(nulls.texts().get(feature))
                        .or(() -> Optional.ofNullable(nulls.byFeature().get(feature)))
                        .or(() -> nulls.defaultValue().filter(any -> takesDefault.test(feature))))
            .toList();
  }

  /** Why a vector is no input of the model. */
  public enum Reason {
    /** A value is null, and the model's definition names no default for it. */
    NULL_INPUT,
    /** A value is text, and a number or boolean is read. */
    NOT_A_NUMBER,
    /** A value has no equal in the type that the model reads. */
    NOT_EXACT,
    /** The vector has more or fewer values than the service has features. */
    WRONG_WIDTH
  }

  /**
   * @param feature full name of the feature whose value it is; empty where it is the whole vector
   * @param message what was found, what was expected and what to do, for a person
   */
  public record Refusal(Reason reason, Optional<String> feature, String message) {}

  /** Takes the values of a vector, one after the other. */
  @FunctionalInterface
  public interface Row {
    /**
     * @param feature the feature's place in the service's order, from 0
     * @param value a Number, finite or NaN for what is missing; a Boolean, or text
     * @return why the value is no input; empty where it was taken
     */
    Optional<Refusal> put(int feature, Object value);
  }

  /** Number of features. */
  public int width() {
    return features.size();
  }

  /** Full names of the features, in the service's order. */
  public List<String> features() {
    return features;
  }

  /**
   * Writes a vector's values into a row of numbers.
   *
   * @param values one a feature, in the service's order: Number, Boolean, text or null
   * @param row takes {@link #width} numbers, finite or NaN for what is missing; unspecified where
   *     the vector is refused
   * @return why the vector cannot be an input; empty where the row was filled
   */
  public Optional<Refusal> write(List<? extends @Nullable Object> values, double[] row) {
    return write(
        values,
        (feature, value) -> {
          if (value instanceof Number number) {
            row[feature] = number.doubleValue();
          } else if (value instanceof Boolean truth) {
            row[feature] = truth ? 1 : 0;
          } else {
            return Optional.of(notANumber(features.get(feature)));
          }
          return Optional.empty();
        });
  }

  /** The refusal of a text where a number is read. */
  public static Refusal notANumber(String feature) {
    return new Refusal(
        Reason.NOT_A_NUMBER,
        Optional.of(feature),
        "feature %s is text; expected a number or a boolean".formatted(feature));
  }

  /**
   * Hands a vector's values on, with its nulls replaced.
   *
   * @param values one a feature, in the service's order: Number, Boolean, text or null
   * @return why the vector cannot be an input; empty where the row took all of it
   */
  public Optional<Refusal> write(List<? extends @Nullable Object> values, Row row) {
    Optional<Refusal> width = refuseWidth(values);
    for (int i = 0; width.isEmpty() && i < features.size(); i++) {
      Optional<Refusal> refusal = write(i, values.get(i), row);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return width;
  }

  /** Why a vector cannot be an input, whatever its values are; empty where they have to tell. */
  public Optional<Refusal> refuseWidth(List<? extends @Nullable Object> values) {
    return values.size() == features.size()
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Reason.WRONG_WIDTH,
                Optional.empty(),
                "the vector has %d values; expected %d, one a feature of its service"
                    .formatted(values.size(), features.size())));
  }

  /**
   * Hands one value on, or what stands for it where it is null.
   *
   * @param feature its place in the service's order, from 0
   * @param value Number, Boolean, text or null
   * @return why it cannot be an input; empty where the row took it
   */
  public Optional<Refusal> write(int feature, @Nullable Object value, Row row) {
    if (value != null
        && !(value instanceof Number number && !Float.isFinite((float) number.doubleValue()))) {
      return row.put(feature, value);
    }
    Optional<Object> standIn = standIns.get(feature);
    return standIn.isPresent()
        ? row.put(feature, standIn.get())
        : Optional.of(
            new Refusal(
                Reason.NULL_INPUT,
                Optional.of(features.get(feature)),
                "feature %s is %s and the model's definition names no default for it; add it under nulls: a number, or 'missing' for a model that learnt what is missing"
                    .formatted(features.get(feature), value)));
  }
}
