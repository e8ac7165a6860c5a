package io.leat.retraining.worker;

import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.definition.FeatureService;
import io.leat.retraining.samples.Samples;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.schemas.NullReason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Scores the test part's rows with challenger and champion, those that neither has learnt from. A
 * row that one of them does not take is left out for both.
 */
final class Evaluation {
  private static final double PERCENTILE = 0.99;

  /** With fewer, rows of a day hang together, for they are of one process. */
  private static final int LEAST_ENTITIES = 30;

  private final List<Boolean> labels = new ArrayList<>();
  private final List<String> entities = new ArrayList<>();
  private final List<String> days = new ArrayList<>();
  private final Map<String, List<String>> segments = new TreeMap<>();
  private final List<Double> ofChallenger = new ArrayList<>();
  private final List<Double> ofChampion = new ArrayList<>();
  private final List<Long> nanos = new ArrayList<>();

  private Evaluation() {}

  /**
   * Scores.
   *
   * @param champion opened; empty where there is none, or it reads other features
   * @param newFrom event time from which on rows are new to the champion
   * @param entity column whose value says whose row it is, before other keys
   * @param segments features, by full name, whose values part the rows
   */
  static Comparison of(
      PinnedSet set,
      FeatureService service,
      OnnxModel challenger,
      Optional<OnnxModel> champion,
      Instant newFrom,
      Optional<String> entity,
      List<String> segments) {
    Evaluation evaluation = new Evaluation();
    segments.forEach(feature -> evaluation.segments.put(feature, new ArrayList<>()));
    try (Inference one = challenger.inference(1);
        Closing other = new Closing(champion.map(model -> model.inference(1)))) {
      set.folder()
          .readWhole(
              TrainingSetFolder.TEST,
              service,
              (time, values, label, columns) -> {
                Optional<Boolean> truth = Samples.truth(label, service);
                Instant at = Instant.ofEpochMilli(time);
                if (truth.isPresent()
                    && !at.isBefore(newFrom)
                    && evaluation.add(
                        NullReason.plain(values), truth.get(), one, other.inference())) {
                  evaluation.place(set, entity, at, columns);
                }
              });
    }
    return evaluation.comparison(champion.isPresent());
  }

  /** An inference that may not be there. */
  private record Closing(Optional<Inference> inference) implements AutoCloseable {
    @Override
    public void close() {
      inference.ifPresent(Inference::close);
    }
  }

  /** Whose row it is, and in which segments. */
  private void place(
      PinnedSet set, Optional<String> entity, Instant time, Map<String, @Nullable Object> columns) {
    days.add(time.truncatedTo(ChronoUnit.DAYS).toString());
    entities.add(
        entity
            .filter(set.keys()::contains)
            .or(() -> set.keys().stream().findFirst())
            .map(key -> String.valueOf(columns.get(key)))
            .orElse(""));
    segments.forEach((feature, values) -> values.add(String.valueOf(columns.get(feature))));
  }

  private boolean add(
      List<? extends @Nullable Object> values,
      boolean label,
      Inference challenger,
      Optional<Inference> champion) {
    Optional<Double> before = champion.flatMap(inference -> score(inference, values));
    long begun = System.nanoTime();
    Optional<Double> after = score(challenger, values);
    long took = System.nanoTime() - begun;
    boolean whole = after.isPresent() && (champion.isEmpty() || before.isPresent());
    if (whole) {
      labels.add(label);
      ofChallenger.add(after.get());
      before.ifPresent(ofChampion::add);
      nanos.add(took);
    }
    return whole;
  }

  private static Optional<Double> score(
      Inference inference, List<? extends @Nullable Object> values) {
    if (inference.add(values).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(inference.run().get(0).score()).filter(Double::isFinite);
    } catch (InferenceException e) {
      return Optional.empty(); // in the stream it would be a dead letter
    }
  }

  private Comparison comparison(boolean hasChampion) {
    boolean[] truth = new boolean[labels.size()];
    for (int row = 0; row < truth.length; row++) {
      truth[row] = labels.get(row);
    }
    return new Comparison(
        truth,
        entities.stream().distinct().count() < LEAST_ENTITIES ? days : entities,
        segments,
        plain(ofChallenger),
        hasChampion ? Optional.of(plain(ofChampion)) : Optional.empty(),
        percentile());
  }

  private static double[] plain(List<Double> scores) {
    return scores.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** In milliseconds; NaN of no rows. */
  private double percentile() {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.ceil(PERCENTILE * sorted.length) - 1] / 1e6;
  }
}
