package io.leat.retraining.samples;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.drift.ReferenceProfileException;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelInput;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.NullReason;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Vectors on their way to a model: what it learns from, and what its profile is made of. */
public final class Samples {
  private final Model model;
  private final FeatureService service;
  private final double mostLeftOut;
  private final List<Monitor> monitors;
  private final ReferenceProfileBuilder profile;
  private final ModelInput input;
  private final double[] row;
  private final List<TrainingSet.Builder> parts = new ArrayList<>();
  private final Map<ModelInput.Reason, Map<String, Long>> leftOut =
      new EnumMap<>(ModelInput.Reason.class);
  private long vectors;
  private long labelled;
  private String example = "";

  /**
   * @param mostLeftOut greatest share of the labelled vectors, from 0 to 1, that may be no input of
   *     the model for one reason
   */
  public Samples(Pipeline pipeline, Model model, FeatureService service, double mostLeftOut) {
    this.model = model;
    this.service = service;
    this.mostLeftOut = mostLeftOut;
    this.monitors =
        pipeline.monitors().stream().filter(m -> m.model().equals(model.name())).toList();
    this.profile = ReferenceProfileBuilder.of(pipeline, model);
    this.input = ModelInput.of(model, service);
    this.row = new double[input.width()];
  }

  /** A part of the rows, to be filled. */
  public TrainingSet.Builder part() {
    TrainingSet.Builder part = TrainingSet.builder(input.features());
    parts.add(part);
    return part;
  }

  /**
   * Adds a vector that stands for itself, as {@link #add(TrainingSet.Builder, long, List, Optional,
   * String)}.
   */
  public void add(
      TrainingSet.Builder part, long time, List<Object> valuesOrReasons, Optional<Boolean> label) {
    add(part, time, valuesOrReasons, label, "");
  }

  /**
   * Adds a vector to a part, where it has a label and is an input of the model.
   *
   * @param valuesOrReasons one a feature, in the service's order
   * @param entity whose vector it is; empty where it stands for itself
   */
  public void add(
      TrainingSet.Builder part,
      long time,
      List<Object> valuesOrReasons,
      Optional<Boolean> label,
      String entity) {
    vectors++;
    profile.add(time, valuesOrReasons);
    if (label.isEmpty()) {
      return;
    }
    labelled++;
    Optional<ModelInput.Refusal> refusal = input.write(NullReason.plain(valuesOrReasons), row);
    if (refusal.isEmpty()) {
      part.add(time, row, label.get() ? 1 : 0, entity);
      return;
    }
    example = refusal.get().message();
    leftOut
        .computeIfAbsent(refusal.get().reason(), reason -> new TreeMap<>())
        .merge(refusal.get().feature().orElse("the vector"), 1L, Long::sum);
  }

  /**
   * A label as a model learns it; empty where it is not known.
   *
   * @throws LeatException if it is no truth
   */
  public static Optional<Boolean> truth(@Nullable Object value, FeatureService service) {
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Boolean truth) {
      return Optional.of(truth);
    }
    if (value instanceof Number number
        && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
      return Optional.of(number.doubleValue() == 1);
    }
    throw new LeatException(
        ErrorCode.INPUT,
        "A label of service %s is '%s'; expected true, false, 1 or 0."
            .formatted(service.name(), value));
  }

  /**
   * Prints what came and what is left out of it.
   *
   * @throws LeatException if too much is left out for one reason
   */
  public void check(PrintWriter out) {
    long refused = leftOut.values().stream().mapToLong(Samples::count).sum();
    out.printf(
        "%s@%d: %,d vectors; left out: %,d without a label, %,d that are no input of the model%s%n",
        service.name(),
        service.version(),
        vectors,
        vectors - labelled,
        refused,
        example.isEmpty() ? "" : " (" + example + ")");
    leftOut.forEach(this::requireFew);
  }

  private void requireFew(ModelInput.Reason reason, Map<String, Long> byFeature) {
    double share = (double) count(byFeature) / labelled;
    if (share > mostLeftOut) {
      throw new LeatException(
          ErrorCode.INPUT,
          "Cannot train %s: %.1f%% of the %,d labelled vectors are no input of it (%s), more than the %.1f%% that may be left out: %s. What is left is no fair sample of what the model will score. For instance: %s. Mend that, or raise --max-left-out if those vectors may be passed over."
              .formatted(
                  model.name(),
                  100 * share,
                  labelled,
                  reason,
                  100 * mostLeftOut,
                  byFeature.entrySet().stream()
                      .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                      .map(f -> "%s in %,d".formatted(f.getKey(), f.getValue()))
                      .collect(Collectors.joining(", ")),
                  example));
    }
  }

  private static long count(Map<String, Long> byFeature) {
    return byFeature.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The profile of all vectors, and, where a monitor watches it, of what the model says of those
   * that it was given.
   *
   * @param score what the model calls its score, of an input of it
   * @throws LeatException if they do not make one
   */
  public ReferenceProfile profile(ToDoubleFunction<float[]> score) {
    if (monitors.stream().anyMatch(monitor -> !monitor.outputs().isEmpty())) {
      addScores(score);
    }
    try {
      return profile.build();
    } catch (ReferenceProfileException e) {
      throw new LeatException(ErrorCode.INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  private void addScores(ToDoubleFunction<float[]> scores) {
    Decisions decisions = new Decisions(model);
    for (TrainingSet.Builder part : parts) {
      for (TrainingSet.Row vector : part.build().rows()) {
        double score = scores.applyAsDouble(vector.values());
        Map<String, @Nullable Object> said = new HashMap<>();
        said.put(Monitor.SCORE, score);
        said.put(Monitor.DECISION, decisions.of(score).orElse(null));
        profile.addScore(vector.eventTimeMillis(), said);
      }
    }
  }
}
