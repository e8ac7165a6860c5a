package io.leat.pipeline.definition;

import io.leat.pipeline.expression.Expression;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
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
 * @param inputs which features, by full name, each of the graph's inputs takes; an input that is
 *     not named here takes all of them, where it is the only one, or the feature of its own name
 * @param nulls the default of null inputs
 * @param score output that is the score
 * @param outputs what else of the graph's outputs is kept, by the name that it is given, in
 *     declared order
 * @param decisions decisions in declared order; the first whose condition holds is taken
 * @param approval whether somebody else than its publisher has to approve a version of it
 * @param explain which scores say what the features contributed; empty: none does
 * @param rollout stages that a version which is promoted goes through, the last of them {@link
 *     ModelStage.Kind#CHAMPION}; empty: it scores all at once
 * @param fallback who scores what the version that was to decide cannot
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
    Map<String, List<String>> inputs,
    Nulls nulls,
    Output score,
    Map<String, Output> outputs,
    List<Decision> decisions,
    Approval approval,
    Optional<Explain> explain,
    List<ModelStage> rollout,
    Fallback fallback) {
  public Model {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    decisions = List.copyOf(decisions);
    rollout = List.copyOf(rollout);
  }

  /** A model that finds its inputs by itself and gives nothing but a score. */
  public Model(
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
    this(
        name,
        version,
        service,
        serviceVersion,
        artifact,
        referenceProfile,
        owner,
        intendedUse,
        Map.of(),
        nulls,
        score,
        Map.of(),
        decisions,
        Approval.NONE,
        Optional.empty(),
        List.of(),
        Fallback.CHAMPION);
  }

  /** What has to be before a version may score. */
  public enum Approval {
    /** Nothing: whoever may publish it may promote it. */
    NONE,
    /** Somebody else than its publisher approves it. */
    REQUIRED
  }

  /** The same model with another file, and with the profile of that name that lies beside it. */
  public Model withArtifact(Path other) {
    return new Model(
        name,
        version,
        service,
        serviceVersion,
        other,
        other.resolveSibling(referenceProfile.getFileName()),
        owner,
        intendedUse,
        inputs,
        nulls,
        score,
        outputs,
        decisions,
        approval,
        explain,
        rollout,
        fallback);
  }

  /**
   * Which scores say what the features contributed to them, and of how many features.
   *
   * @param top most features that are named, those that contributed most; from 1
   * @param share of the events whose scores are explained, more than 0, at most 1; only {@link
   *     When#SAMPLE} has another than 1
   */
  public record Explain(int top, When when, double share) {
    /** Which scores are explained. */
    public enum When {
      /** All. */
      ALWAYS,
      /** Those with a decision. */
      DECISIONS,
      /** Those of a share of the events, which the hash of their ids picks. */
      SAMPLE
    }
  }

  /**
   * The default of a null input: a finite number, {@link #MISSING}, or of a feature that is text a
   * text.
   *
   * @param defaultValue for every feature that is a number; empty: a vector with a null is not
   *     scored and is dead-lettered
   * @param byFeature for single features, by full name
   * @param texts for single features that are text, by full name
   */
  public record Nulls(
      Optional<Double> defaultValue, Map<String, Double> byFeature, Map<String, String> texts) {
    /** NaN, for a model that learnt what is missing; {@code missing} in the definition language. */
    public static final double MISSING = Double.NaN;

    public Nulls {
      byFeature = Map.copyOf(byFeature);
      texts = Map.copyOf(texts);
    }

    /** The defaults of a service without text. */
    public Nulls(Optional<Double> defaultValue, Map<String, Double> byFeature) {
      this(defaultValue, byFeature, Map.of());
    }
  }

  /**
   * A place in a model's output: {@code probabilities[1]}, {@code output_probability[fraud]}.
   *
   * @param output name of the ONNX output
   * @param element column of a matrix, from 0, or class of a map of classes; empty: all of it, and
   *     of a score its first column
   */
  public record Output(String output, Optional<String> element) {
    /** A column of a matrix. */
    public Output(String output, int column) {
      this(output, Optional.of(Integer.toString(column)));
    }

    /** As the definition language has it. */
    @Override
    public String toString() {
      return element.map(inner -> "%s[%s]".formatted(output, inner)).orElse(output);
    }
  }

  /**
   * @param condition CEL of type bool over {@code score}
   */
  public record Decision(String name, Expression condition) {}
}
