package io.leat.models.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.leat.common.Lookups;
import io.leat.pipeline.model.ModelInput.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model on batches of vectors: {@link #add} each, then {@link #run}. Owned by one thread.
 *
 * <p>Numbers go in and come out through direct buffers that it keeps for its life, so that a score
 * of theirs allocates no native memory; texts and maps of classes are copied, and closed.
 */
public final class Inference implements AutoCloseable {
  private final OnnxSession session;
  private final InputBinding binding;
  private final OutputReader score;
  private final Map<String, OutputReader> others;
  private final List<InputTensor> inputs;
  private final int most;
  private final boolean together;
  private final Optional<RunLimit> limit;
  private final Map<String, RunOutput.Numbers> kept = new HashMap<>();
  private final Set<String> made = new LinkedHashSet<>();
  private final Map<Rows, Tensors> tensors = new HashMap<>();

  /** The rows that were run last, and what with: where vectors are alone, they are always these. */
  private Rows latest = new Rows(0, 0);

  private Tensors ofLatest = new Tensors(Map.of(), Map.of(), Map.of());
  private int size;

  /** Some rows of the batch. */
  private record Rows(int from, int count) {}

  /**
   * What some rows are run with, beside their texts.
   *
   * @param given where the outputs that are kept are read
   */
  private record Tensors(
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxValue> outputs,
      Map<String, RunOutput> given) {
    /** The same; maps of one are gone through faster so. */
    Tensors fixed() {
      return new Tensors(Map.copyOf(inputs), Map.copyOf(outputs), Map.copyOf(given));
    }

    void close() {
      inputs.values().forEach(OnnxTensor::close);
      outputs.values().forEach(OnnxValue::close);
    }
  }

  /**
   * @param most vectors a batch
   * @param together whether ONNX Runtime gets a batch as one
   * @param shapes rows of those outputs of numbers whose shape is known
   * @param limit of a run, closed with this; empty: none
   */
  Inference(
      OnnxSession session,
      InputBinding binding,
      OutputReader score,
      Map<String, OutputReader> others,
      int most,
      boolean together,
      Map<String, RunOutput.Numbers> shapes,
      Optional<RunLimit> limit) {
    this.limit = limit;
    this.session = session;
    this.binding = binding;
    this.score = score;
    this.others = others;
    this.inputs = binding.tensors(most);
    this.most = most;
    this.together = together;
    shapes.forEach((name, shape) -> kept.put(name, shape.room(most)));
    made.add(score.output());
    others.values().forEach(reader -> made.add(reader.output()));
    made.removeAll(kept.keySet());
  }

  /**
   * Adds a vector to the batch.
   *
   * @param values one a feature, in the service's order: Number, Boolean, text or null
   * @return why it is no input of the model; it is not in the batch then
   * @throws IllegalStateException if the batch is full
   */
  public Optional<Refusal> add(List<? extends @Nullable Object> values) {
    if (size == most) {
      throw new IllegalStateException("a batch has at most %d vectors".formatted(most));
    }
    Optional<Refusal> refusal = binding.write(values, inputs, size);
    if (refusal.isEmpty()) {
      size++;
    }
    return refusal;
  }

  /** How many vectors are in the batch. */
  public int size() {
    return size;
  }

  /**
   * Runs the model on the batch, which is empty afterwards, whatever happens.
   *
   * @return what it says of each vector, in the order in which they were added
   * @throws OutOfTimeException if it takes longer than it may
   * @throws InferenceException if the model fails on some vector of the batch
   */
  public List<Prediction> run() throws InferenceException {
    int rows = size;
    size = 0;
    List<Prediction> predictions = new ArrayList<>(rows);
    int step = together ? Math.max(rows, 1) : 1;
    for (int from = 0; from < rows; from += step) {
      predict(outputs(new Rows(from, step)), step, predictions);
    }
    return predictions;
  }

  private void predict(Map<String, RunOutput> given, int rows, List<Prediction> predictions)
      throws InferenceException {
    if (!made.isEmpty()) { // what is kept was tried when the model was opened
      Optional<String> problem = problem(given);
      if (problem.isPresent()) {
        throw new InferenceException(problem.get());
      }
    }
    RunOutput scores = output(given, score);
    for (int row = 0; row < rows; row++) {
      Map<String, Object> more = others.isEmpty() ? Map.of() : new LinkedHashMap<>();
      for (Map.Entry<String, OutputReader> other : others.entrySet()) {
        more.put(other.getKey(), other.getValue().value(output(given, other.getValue()), row));
      }
      predictions.add(new Prediction(score.real(scores, row), more));
    }
  }

  private static RunOutput output(Map<String, RunOutput> given, OutputReader reader) {
    return Lookups.required(given, reader.output());
  }

  /** What keeps a score or another output from being read; empty where nothing does. */
  Optional<String> problem(Map<String, RunOutput> given) {
    Optional<String> problem = score.problem(output(given, score));
    for (OutputReader other : others.values()) {
      problem = problem.or(() -> other.problem(output(given, other)));
    }
    return problem;
  }

  /** Runs the model on the batch as one; what was kept is overwritten by the next run. */
  Map<String, RunOutput> outputs() throws InferenceException {
    Rows all = new Rows(0, size);
    size = 0;
    return outputs(all);
  }

  private Map<String, RunOutput> outputs(Rows rows) throws InferenceException {
    List<OnnxTensor> texts = new ArrayList<>();
    try {
      if (!rows.equals(latest)) {
        ofLatest = ready(rows);
        latest = rows;
      }
      Tensors ready = ofLatest;
      Map<String, OnnxTensor> fed = ready.inputs();
      if (binding.hasText()) {
        fed = new HashMap<>(fed);
        for (int i = 0; i < inputs.size(); i++) {
          if (inputs.get(i).isText()) {
            OnnxTensor text = inputs.get(i).rows(rows.from(), rows.count());
            texts.add(text);
            fed.put(binding.name(i), text);
          }
        }
      }
      try (OrtSession.Result result = run(fed, ready)) {
        if (made.isEmpty()) {
          return ready.given();
        }
        Map<String, RunOutput> given = new HashMap<>(ready.given());
        for (String name : made) {
          given.put(name, RunOutput.of(name, result.get(name).orElseThrow(), rows.count()));
        }
        return given;
      }
    } catch (OrtException e) {
      throw new InferenceException(e);
    } finally {
      texts.forEach(OnnxTensor::close);
    }
  }

  private OrtSession.Result run(Map<String, OnnxTensor> fed, Tensors ready)
      throws OrtException, OutOfTimeException {
    if (limit.isEmpty()) {
      return session.run(fed, made, ready.outputs(), null);
    }
    RunLimit within = limit.get();
    within.begin();
    OrtSession.Result result;
    try {
      result = session.run(fed, made, ready.outputs(), within.options());
    } catch (OrtException e) {
      if (within.end()) {
        throw new OutOfTimeException(within.limit());
      }
      throw e;
    }
    within.end(); // one that was done just in time counts
    return result;
  }

  private Tensors ready(Rows rows) throws OrtException {
    Tensors known = tensors.get(rows);
    if (known != null) {
      return known;
    }
    Tensors ready = new Tensors(new HashMap<>(), new HashMap<>(), new HashMap<>());
    try {
      for (int i = 0; i < inputs.size(); i++) {
        if (!inputs.get(i).isText()) {
          ready.inputs().put(binding.name(i), inputs.get(i).rows(rows.from(), rows.count()));
        }
      }
      for (Map.Entry<String, RunOutput.Numbers> place : kept.entrySet()) {
        RunOutput.Numbers part = place.getValue().rows(rows.from(), rows.count());
        ready.given().put(place.getKey(), part);
        ready.outputs().put(place.getKey(), part.tensor(rows.count()));
      }
    } catch (OrtException e) {
      ready.close();
      throw e;
    }
    Tensors fixed = ready.fixed();
    tensors.put(rows, fixed);
    return fixed;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensors::close);
    tensors.clear();
    limit.ifPresent(RunLimit::close);
  }
}
