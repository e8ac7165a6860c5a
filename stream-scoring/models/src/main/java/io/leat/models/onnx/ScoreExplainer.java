package io.leat.models.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.models.explanation.Explainer;
import io.leat.models.explanation.FeatureRow;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelInput;
import io.leat.records.Contribution;
import io.leat.records.Contributions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.MurmurHash3;
import org.jspecify.annotations.Nullable;

/**
 * Says of a model's scores what the features contributed to the margin behind them, as the model's
 * definition declares it. A function of vector, event id and version alone, so that a replay gives
 * the same. Owned by one thread.
 */
public final class ScoreExplainer {
  private static final int DROPPED_BITS = 11;
  private static final double UNIT = 0x1.0p-53;

  private final Explainer explainer;
  private final Explain declared;
  private final ModelInput input;

  /** Of each feature of the service, its place in the graph's order. */
  private final int[] places;

  private final int margin;
  private final FeatureRow row;
  private final double[] contributions;

  private ScoreExplainer(
      Explainer explainer, Explain declared, ModelInput input, int[] places, int margin) {
    this.explainer = explainer;
    this.declared = declared;
    this.input = input;
    this.places = places;
    this.margin = margin;
    this.row = new FeatureRow(places.length);
    this.contributions = new double[explainer.length()];
  }

  /**
   * @param shapes rows of those outputs whose shape is known
   * @throws ModelException if the graph cannot be explained, or not the output that is the score
   */
  static ScoreExplainer of(
      byte[] graph,
      Explain declared,
      InputBinding inputs,
      Model.Output score,
      Signature signature,
      Map<String, RunOutput.Numbers> shapes) {
    List<String> order = inputs.inGraphOrder();
    if (new HashSet<>(order).size() < order.size()) {
      throw new ModelException(
          "the model cannot be explained: a feature goes into several of its inputs, %s. Take it out of all but one, or take explain out of the definition."
              .formatted(order));
    }
    Explainer explainer = Explainer.of(graph, order);
    int margin =
        margin(
            explainer.outputs(), score, signature, Optional.ofNullable(shapes.get(score.output())));
    return new ScoreExplainer(
        explainer,
        declared,
        inputs.values(),
        inputs.values().features().stream().mapToInt(order::indexOf).toArray(),
        margin);
  }

  /**
   * Which margin a score is made of.
   *
   * @param margins what each is of: a class, of two classes with one margin the second, or an index
   */
  private static int margin(
      List<String> margins,
      Model.Output score,
      Signature signature,
      Optional<RunOutput.Numbers> shape) {
    boolean byClass =
        signature.output(score.output()).filter(Signature.ClassMaps.class::isInstance).isPresent();
    if (byClass) {
      int found = margins.indexOf(score.element().orElse(""));
      if (found >= 0) {
        return found;
      }
      throw refused(score, "class " + margins);
    }
    int column = score.element().map(Integer::parseInt).orElse(0);
    if (margins.size() > 1) {
      if (column < margins.size()) {
        return column;
      }
      throw refused(score, "a column below " + margins.size());
    }
    boolean twoClasses = shape.map(found -> found.width() == 2).orElse(!margins.get(0).equals("0"));
    int wanted = twoClasses ? 1 : 0;
    if (column == wanted) {
      return 0;
    }
    throw refused(score, "column " + wanted);
  }

  private static ModelException refused(Model.Output score, String expected) {
    return new ModelException(
        "the score is %s, which is not what the model's margin is of; to be explained, expected %s of that output. Name it under outputs.score, or take explain out of the definition."
            .formatted(score, expected));
  }

  /** The same with buffers of its own. */
  ScoreExplainer forAnotherThread() {
    return new ScoreExplainer(explainer.forAnotherThread(), declared, input, places, margin);
  }

  /**
   * Whether the score of an event is explained.
   *
   * @param decided whether it has a decision
   */
  public boolean explains(String eventId, boolean decided) {
    return switch (declared.when()) {
      case ALWAYS -> true;
      case DECISIONS -> decided;
      case SAMPLE -> place(eventId) < declared.share();
    };
  }

  /** From 0 to 1 without it; independent of what arms of rollouts are chosen by. */
  private static double place(String eventId) {
    byte[] salted = ("explain:" + eventId).getBytes(UTF_8);
    return (MurmurHash3.hash128x64(salted)[0] >>> DROPPED_BITS) * UNIT;
  }

  /**
   * What the features contributed: those that moved the margin most, the largest first, equal ones
   * in the order in which the graph takes them.
   *
   * @param values of a vector that the model has scored
   */
  public Contributions explain(List<? extends @Nullable Object> values) {
    Optional<ModelInput.Refusal> refusal = input.write(values, this::set);
    if (refusal.isPresent()) {
      throw new IllegalArgumentException(refusal.get().message());
    }
    explainer.explain(row, contributions);
    return new Contributions(
        explainer.baseValue(margin),
        explainer.topK(contributions, margin, declared.top()).stream()
            .map(one -> new Contribution(one.feature(), one.value()))
            .toList());
  }

  private Optional<ModelInput.Refusal> set(int feature, Object value) {
    if (value instanceof Number number) {
      row.set(places[feature], number.doubleValue());
    } else if (value instanceof Boolean truth) {
      row.set(places[feature], truth ? 1 : 0);
    } else {
      row.set(places[feature], value.toString());
    }
    return Optional.empty();
  }
}
