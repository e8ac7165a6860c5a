package io.leat.models.registry;

import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.Prediction;
import io.leat.pipeline.model.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a graph does before it may be published: its rows have finite scores, the same bits alone
 * and in batches, it answers in time, and its runs keep no memory. Times are wall clock on the
 * machine that publishes, and guard against a model that is out of the question, no more.
 *
 * @param runs how often a row was scored
 * @param median of one row
 * @param p99 99 of 100 took no longer
 * @param kept kibibytes of native memory that the runs kept; empty where it cannot be told
 */
record Trial(int runs, Duration median, Duration p99, Optional<Long> kept) {
  /** A score that takes longer stalls a partition; one in a hundred may. */
  private static final Duration SLOWEST = Duration.ofMillis(100);

  /** Rows of an example that are scored; it may have as many as fit in a file of 16 MB. */
  private static final int MOST_EXAMPLES = 1_000;

  private static final int RUNS = 10_000;
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final List<Integer> BATCHES = List.of(2, 7, 32);
  private static final double PERCENTILE = 0.99;

  /**
   * Tries an open graph.
   *
   * @param examples rows that were saved with it, of which the first 1,000 are tried; those that
   *     are no input of it, such as one with a null that has no default, are passed over
   * @throws ModelException if it fails on an example, gives one a score that is not finite or a row
   *     another score in a batch, is too slow, or keeps memory
   */
  static Trial of(OnnxModel model, List<? extends List<? extends @Nullable Object>> examples) {
    List<List<? extends @Nullable Object>> rows = new ArrayList<>();
    List<Double> alone = new ArrayList<>();
    try (Inference one = model.inference(1)) {
      for (int row = 0; row < Math.min(examples.size(), MOST_EXAMPLES); row++) {
        List<? extends @Nullable Object> values = examples.get(row);
        if (one.add(values).isEmpty()) {
          rows.add(values);
          alone.add(score(one, row, values));
        }
      }
    }
    try {
      if (rows.isEmpty()) {
        rows.add(model.neutral());
        try (Inference one = model.inference(1)) {
          one.add(rows.get(0));
          alone.add(one.run().get(0).score());
        }
      }
      agree(model, rows, alone);
      return time(model, rows);
    } catch (InferenceException e) {
      if (model.hasText()) {
        return new Trial(
            0, Duration.ZERO, Duration.ZERO, Optional.empty()); // it may know no such text
      }
      throw new ModelException("the model fails on a row of zeros: " + e.getMessage(), e);
    }
  }

  private static double score(Inference one, int row, List<? extends @Nullable Object> values) {
    double score;
    try {
      score = one.run().get(0).score();
    } catch (InferenceException e) {
      throw new ModelException(
          "the model fails on row %d of the example that was saved with it, %s: %s"
              .formatted(row, values, e.getMessage()),
          e);
    }
    if (!Double.isFinite(score)) {
      throw new ModelException(
          "the model gives row %d of the example that was saved with it, %s, the score %s; expected a finite number"
              .formatted(row, values, score));
    }
    return score;
  }

  /**
   * @param alone the score of each row when it was alone
   */
  private static void agree(
      OnnxModel model, List<List<? extends @Nullable Object>> rows, List<Double> alone)
      throws InferenceException {
    for (int size : BATCHES) {
      try (Inference batch = model.inference(size)) {
        for (int i = 0; i < size; i++) {
          batch.add(rows.get(i % rows.size()));
        }
        List<Prediction> predictions = batch.run();
        for (int i = 0; i < size; i++) {
          double expected = alone.get(i % rows.size());
          double score = predictions.get(i).score();
          if (Double.compare(score, expected) != 0) {
            throw new ModelException(
                "the model gives a row the score %s alone and %s in a batch of %d; expected the same. Something in its graph mixes rows: normalise by constants, not by the batch."
                    .formatted(expected, score, size));
          }
        }
      }
    }
  }

  private static Trial time(OnnxModel model, List<List<? extends @Nullable Object>> rows)
      throws InferenceException {
    List<Long> times = new ArrayList<>();
    MemoryTrial memory;
    try (Inference one = model.inference(1)) {
      time(one, rows, RUNS / MemoryTrial.ROUNDS, times); // all is allocated that is kept for good
      times.clear();
      memory = new MemoryTrial();
      for (int round = 0; round < MemoryTrial.ROUNDS; round++) {
        time(one, rows, RUNS / MemoryTrial.ROUNDS, times);
        memory.endRound();
      }
      if (memory.isSuspicious()) {
        memory = new MemoryTrial();
        for (int round = 0; round < MemoryTrial.MORE_ROUNDS; round++) {
          time(one, rows, RUNS / MemoryTrial.ROUNDS, new ArrayList<>());
          memory.endRound();
        }
      }
    }
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    Trial trial =
        new Trial(
            sorted.length,
            Duration.ofNanos(sorted[sorted.length / 2]),
            Duration.ofNanos(sorted[(int) ((sorted.length - 1) * PERCENTILE)]),
            memory.kept());
    if (trial.p99().compareTo(SLOWEST) > 0) {
      throw new ModelException(
          "a score takes %d ms (99 of 100 of %d runs take less; half of them %d ms); expected at most %d ms, since a partition's vectors are scored one after the other. Make the model smaller, or publish it from a machine that is less busy."
              .formatted(
                  trial.p99().toMillis(),
                  trial.runs(),
                  trial.median().toMillis(),
                  SLOWEST.toMillis()));
    }
    memory.check(trial.runs());
    return trial;
  }

  /**
   * @param most runs, fewer where they take longer than their part of the time
   */
  private static void time(
      Inference one, List<List<? extends @Nullable Object>> rows, int most, List<Long> times)
      throws InferenceException {
    long end = System.nanoTime() + LONGEST.toNanos() / MemoryTrial.ROUNDS;
    for (int run = 0; run < most && System.nanoTime() < end; run++) {
      long start = System.nanoTime();
      one.add(rows.get(times.size() % rows.size()));
      one.run();
      times.add(System.nanoTime() - start);
    }
  }

  /** For the audit. */
  Map<String, String> details() {
    Map<String, String> details = new TreeMap<>();
    if (runs > 0) {
      details.put("score_runs", Integer.toString(runs));
      details.put(
          "score_median_us", Long.toString(TimeUnit.NANOSECONDS.toMicros(median.toNanos())));
      details.put("score_p99_us", Long.toString(TimeUnit.NANOSECONDS.toMicros(p99.toNanos())));
    }
    return details;
  }
}
