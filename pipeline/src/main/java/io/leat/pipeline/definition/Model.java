package io.leat.pipeline.definition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model version that scores a service's vectors.
 *
 * @param version the version's name, unique for the model
 * @param service name of the feature service that it reads
 * @param serviceVersion version of that service
 * @param artifact absolute path of the ONNX file
 * @param referenceProfile absolute path of the profile of its training data; the file may be absent
 *     before training
 * @param nulls the default of null inputs
 * @param score output that is the score
 * @param decisions decisions in declared order; the first whose condition holds is taken
 */
public record Model(
    String name,
    String version,
    String service,
    int serviceVersion,
    Path artifact,
    Path referenceProfile,
    String owner,
    String intendedUse,
    Nulls nulls,
    Output score,
    List<Decision> decisions) {
  public Model {
    decisions = List.copyOf(decisions);
  }

  /**
   * The default of a null input: a finite number, or {@link #MISSING}.
   *
   * @param defaultValue for every feature; empty: a vector with a null is not scored and is
   *     dead-lettered
   * @param byFeature for single features, by full name
   */
  public record Nulls(Optional<Double> defaultValue, Map<String, Double> byFeature) {
    /** NaN, for a model that learnt what is missing; {@code missing} in the definition language. */
    public static final double MISSING = Double.NaN;

    public Nulls {
      byFeature = Map.copyOf(byFeature);
    }
  }

  /**
   * A place in a model's output: {@code probabilities[1]}.
   *
   * @param output name of the ONNX output
   * @param index column of a two-dimensional output; 0 for one column
   */
  public record Output(String output, int index) {}

  /**
   * @param condition CEL of type bool over {@code score}
   */
  public record Decision(String name, Expression condition) {}
}
