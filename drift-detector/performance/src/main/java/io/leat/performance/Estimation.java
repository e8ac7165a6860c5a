package io.leat.performance;

import io.leat.evaluation.Estimate;
import io.leat.performance.Estimator.Row;
import io.leat.pipeline.definition.PerformanceRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Estimates windows whose labels are not there. What it goes by, it takes from windows whose labels
 * are: of a version the first {@link References#MOST} rows, with what the scores were made of.
 * Owned by one task.
 */
final class Estimation {
  /** As metrics name how they were estimated; docs/reference/performance.md defines them. */
  static final String CBPE = "cbpe";

  static final String PAPE = "pape";
  static final String DLE = "dle";

  private final LabelledModel model;
  private final KeyValueStore<Bytes, byte[]> store;
  private final WindowInputs inputs;
  private final References references;

  Estimation(LabelledModel model, KeyValueStore<Bytes, byte[]> store) {
    this.model = model;
    this.store = store;
    this.inputs = new WindowInputs(store);
    this.references = new References(store, model.service().definition());
  }

  private boolean isTaken(Inputs inputs) {
    return !inputs.isNone() && inputs.isOf(model.service().definition());
  }

  /** Keeps what a score was made of, if it is among those that are kept. */
  void take(byte[] window, long time, String event, Inputs of) {
    if (isTaken(of)) {
      Bytes place = WindowProcessor.pairPlace(window, time, event);
      inputs.add(
          window, WindowProcessor.hash(place, window), new WindowInputs.Entry(time, event, of));
    }
  }

  /** A score with its inputs, and where it lies in the order of what is kept. */
  private record Seen(long hash, Pair pair, Row row) {}

  private List<Seen> seen(byte[] window) {
    List<Seen> seen = new ArrayList<>();
    for (WindowInputs.Entry entry : inputs.of(window)) {
      Bytes place = WindowProcessor.pairPlace(window, entry.time(), entry.event());
      byte[] found = store.get(place);
      if (found != null && isTaken(entry.inputs())) {
        Pair pair = Pair.fromBytes(found);
        seen.add(
            new Seen(
                WindowProcessor.hash(place, window),
                pair,
                new Row(entry.inputs().numbers(), pair.score(), pair.label())));
      }
    }
    return seen;
  }

  /** Tells what a window's figures are expected to be. */
  void estimate(Findings findings, byte[] window, WindowSample sample) {
    List<Seen> seen = seen(window);
    List<Row> rows = seen.stream().map(Seen::row).toList();
    Estimator estimator = new Estimator(references.of(findings.window().series()));
    if (!model.isYesOrNo()) {
      estimator.errors(rows).ifPresent(errors -> tellErrors(findings, sample, seen, errors));
      return;
    }
    DoubleUnaryOperator calibrated = estimator.calibrated();
    Optional<DoubleUnaryOperator> adapted = estimator.adapted(rows);
    for (String segment : WindowProcessor.segments(sample, findings.monitor())) {
      List<Pair> pairs = sample.pairs(segment, Pair::isItsOwn);
      if (pairs.isEmpty()) {
        continue;
      }
      if (pairs.stream().allMatch(pair -> pair.score() >= 0 && pair.score() <= 1)) {
        tell(findings, sample, segment, CBPE, expected(findings, pairs, calibrated), pairs.size());
      }
      adapted.ifPresent(
          of -> tell(findings, sample, segment, PAPE, expected(findings, pairs, of), pairs.size()));
    }
  }

  private Map<String, Double> expected(
      Findings findings, List<Pair> pairs, DoubleUnaryOperator probability) {
    double[] scores = WindowSample.scores(pairs);
    double[] probabilities = java.util.Arrays.stream(scores).map(probability).toArray();
    Map<String, Double> figures =
        Sample.expected(scores, probabilities, WindowSample.decided(pairs), model.decides());
    PerformanceRule rule = findings.monitor().performance().orElseThrow();
    if (WindowSample.hasCosts(pairs, rule)) {
      figures.put(
          Sample.COST,
          IntStream.range(0, scores.length)
              .mapToDouble(
                  i ->
                      probabilities[i] * rule.cost(pairs.get(i).decision(), true)
                          + (1 - probabilities[i]) * rule.cost(pairs.get(i).decision(), false))
              .average()
              .orElse(Double.NaN));
    }
    return figures;
  }

  private static void tellErrors(
      Findings findings, WindowSample sample, List<Seen> seen, Estimator.Errors errors) {
    for (String segment : WindowProcessor.segments(sample, findings.monitor())) {
      int[] of =
          IntStream.range(0, seen.size())
              .filter(i -> WindowSample.isOf(seen.get(i).pair(), segment))
              .toArray();
      Map<String, Double> figures = new TreeMap<>();
      figures.put("mae", mean(errors.absolutes(), of));
      figures.put("rmse", Math.sqrt(mean(errors.squares(), of)));
      tell(findings, sample, segment, DLE, figures, of.length);
    }
  }

  private static double mean(double[] values, int[] of) {
    return IntStream.of(of).mapToDouble(i -> values[i]).average().orElse(Double.NaN);
  }

  private static void tell(
      Findings findings,
      WindowSample sample,
      String segment,
      String estimator,
      Map<String, Double> figures,
      int used) {
    figures.forEach(
        (name, value) ->
            findings.metric(
                sample.counts(segment),
                segment,
                name,
                new Estimate(value, Double.NaN, Double.NaN),
                used,
                builder -> builder.setComplete(false).setEstimated(true).setEstimator(estimator)));
  }

  /** Takes rows of a window whose labels are known for those that estimates go by. */
  void learn(Series series, byte[] window) {
    if (references.isFull(series)) {
      return;
    }
    List<Seen> known = seen(window).stream().filter(one -> one.pair().isMeasured()).toList();
    references.add(
        series, known.stream().map(Seen::row).toList(), known.stream().map(Seen::hash).toList());
  }

  void forget(byte[] window) {
    inputs.forget(window);
  }

  void forgetMonitor(String monitor) {
    references.forget(monitor);
  }
}
