package io.leat.models.onnx;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelInput.Refusal;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph that was found to take a service's vectors and to give what the model's definition names.
 * Thread-safe; each thread makes an {@link Inference} of its own. Owns its session: close it after
 * every inference made from it.
 */
public final class OnnxModel implements AutoCloseable {
  private final OnnxSession session;
  private final InputBinding inputs;
  private final OutputReader score;
  private final Map<String, OutputReader> others;
  private final Map<String, RunOutput.Numbers> shapes;
  private final Optional<ScoreExplainer> explainer;

  private OnnxModel(
      OnnxSession session, ModelFile file, Model model, Map<String, Optional<ValueType>> features) {
    this.session = session;
    Signature signature = session.signature();
    this.inputs = InputBinding.of(model, features, signature);
    this.score = new OutputReader("score", model.score(), signature);
    Map<String, OutputReader> readers = new LinkedHashMap<>();
    model
        .outputs()
        .forEach((name, place) -> readers.put(name, new OutputReader(name, place, signature)));
    this.others = Collections.unmodifiableMap(readers);
    this.shapes = shapes();
    this.explainer =
        model
            .explain()
            .map(
                declared ->
                    ScoreExplainer.of(
                        file.bytes(), declared, inputs, model.score(), signature, shapes));
  }

  /**
   * Opens a graph and tries it with rows of zeros.
   *
   * @param features types of the features of the model's service, in its order, as {@link
   *     io.leat.pipeline.model.FeatureTypes} tells them
   * @throws ModelException if the file is no ONNX model that can be run, does not take those
   *     features, has no such outputs, or cannot be explained where the definition says that it is
   */
  public static OnnxModel open(
      ModelFile file, Model model, Map<String, Optional<ValueType>> features) {
    OnnxSession session = OnnxSession.open(file);
    try {
      return new OnnxModel(session, file, model, features);
    } catch (ModelException e) {
      ModelException why = new ModelException(file.path() + ": " + e.getMessage(), e);
      try {
        session.close();
      } catch (RuntimeException second) {
        why.addSuppressed(second);
      }
      throw why;
    }
  }

  /**
   * Shapes of the outputs of numbers, which files often leave open, learnt from a row and from two.
   * None where the model refuses the texts that it was tried with.
   */
  private Map<String, RunOutput.Numbers> shapes() {
    Map<String, RunOutput> given;
    try (Inference trial =
        new Inference(session, inputs, score, others, 2, true, Map.of(), Optional.empty())) {
      trial.add(inputs.neutral()).ifPresent(OnnxModel::refuse);
      try {
        given = trial.outputs();
      } catch (InferenceException e) {
        if (inputs.hasText()) {
          return Map.of(); // it may know no such text
        }
        throw new ModelException(
            "the model fails on a row of %d zeros: %s".formatted(inputs.width(), e.getMessage()),
            e);
      }
      trial
          .problem(given)
          .ifPresent(
              problem -> {
                throw new ModelException(problem);
              });
      trial.add(inputs.neutral()).ifPresent(OnnxModel::refuse);
      trial.add(inputs.neutral()).ifPresent(OnnxModel::refuse);
      try {
        trial.outputs();
      } catch (InferenceException e) {
        throw new ModelException(
            "the model takes a row, and fails on two: %s. Its inputs leave the number of rows free; something within it does not. Export it so, as with dynamic_shapes of torch.onnx.export."
                .formatted(e.getMessage()),
            e);
      }
    }
    Map<String, RunOutput.Numbers> shapes = new HashMap<>();
    given.forEach(
        (name, output) -> {
          if (output instanceof RunOutput.Numbers numbers && leavesRowsFree(name)) {
            shapes.put(name, numbers);
          }
        });
    return shapes;
  }

  /** Whether an output may have more rows than one; some files say 1 and give more. */
  private boolean leavesRowsFree(String output) {
    return session.signature().output(output).orElseThrow() instanceof Signature.Tensor tensor
        && !tensor.shape().isEmpty()
        && tensor.shape().get(0) < 0;
  }

  private static void refuse(Refusal refusal) {
    throw new IllegalStateException(refusal.message());
  }

  /** What the graph takes and gives. */
  public Signature signature() {
    return session.signature();
  }

  /** What the file says it was made for; empty where it was not made by Leat. */
  public Optional<ModelMetadata> metadata() {
    return session.metadata();
  }

  /** Values that every model can be tried with: zeros, and of texts their defaults or nothing. */
  public List<Object> neutral() {
    return inputs.neutral();
  }

  /** Whether it reads texts, so that it may refuse the neutral ones. */
  public boolean hasText() {
    return inputs.hasText();
  }

  /**
   * A way to run the model, for one thread. A batch gives every vector the bits that it has alone:
   * where the graph's operators do not promise that, ONNX Runtime gets the vectors one by one.
   *
   * @param most vectors a batch, from 1
   */
  public Inference inference(int most) {
    return inference(most, Optional.empty());
  }

  /**
   * As {@link #inference(int)}, one vector at a time.
   *
   * @param limit how long a vector may take, and somewhat longer: it is ended some twenty
   *     milliseconds later, where the graph's operators let it
   */
  public Inference inference(Duration limit) {
    return inference(1, Optional.of(new RunLimit(limit)));
  }

  private Inference inference(int most, Optional<RunLimit> limit) {
    return new Inference(
        session, inputs, score, others, most, session.rowsAreAlone(), shapes, limit);
  }

  /** A way to explain scores, for one thread; empty where the definition declares none. */
  public Optional<ScoreExplainer> explainer() {
    return explainer.map(ScoreExplainer::forAnotherThread);
  }

  /**
   * Runs the graph on tensors as they are, all rows at once, whatever the definition says.
   *
   * @param given by name of the graph's input, each of its type
   * @param wanted names of outputs that are tensors
   * @throws InferenceException if the graph fails on them
   */
  public Map<String, TensorValue> run(Map<String, TensorValue> given, List<String> wanted)
      throws InferenceException {
    return TensorValue.run(session, given, wanted);
  }

  @Override
  public void close() {
    session.close();
  }
}
