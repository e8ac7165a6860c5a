package io.leat.cli.backtest;

import io.leat.cli.backtest.Report.Agreement;
import io.leat.cli.backtest.Report.AtThreshold;
import io.leat.cli.backtest.Report.Cost;
import io.leat.cli.backtest.Report.Decisions;
import io.leat.cli.backtest.Report.Example;
import io.leat.cli.backtest.Report.Segment;
import io.leat.cli.backtest.Report.Yes;
import io.leat.cli.backtest.Row.Answer;
import io.leat.cli.backtest.Row.Logged;
import io.leat.evaluation.ClusteredMean;
import io.leat.evaluation.OffPolicy;
import io.leat.evaluation.Performance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** From rows to what is said of them. */
final class Backtest {
  private static final int EXAMPLES = 10;
  private static final double CLOSE = 1e-6;

  /** Values of a field that are looked at apart; further ones, the rarest, are taken together. */
  private static final int SEGMENTS = 20;

  private static final String OTHERS = "(others)";

  private final List<Row> rows;
  private final List<Row> both;
  private final List<Row> labelled;

  Backtest(List<Row> rows) {
    this.rows = rows;
    this.both = rows.stream().filter(Row::isScoredByBoth).toList();
    this.labelled = both.stream().filter(Row::isLabelled).toList();
  }

  /** The vectors that both scored and whose label is known. */
  List<Row> labelled() {
    return labelled;
  }

  List<Row> scoredByBoth() {
    return both;
  }

  static double baseline(Row row) {
    return row.baseline().map(Answer::score).orElse(Double.NaN);
  }

  static double candidate(Row row) {
    return row.candidate().map(Answer::score).orElse(Double.NaN);
  }

  Agreement agreement() {
    long same = 0;
    long close = 0;
    double largest = 0;
    for (Row row : both) {
      double before = baseline(row);
      double after = candidate(row);
      double difference = Math.abs(after - before);
      same += Double.doubleToRawLongBits(before) == Double.doubleToRawLongBits(after) ? 1 : 0;
      close += difference <= CLOSE ? 1 : 0;
      largest = Math.max(largest, difference);
    }
    long onlyBaseline =
        rows.stream()
            .filter(row -> row.baseline().isPresent() && row.candidate().isEmpty())
            .count();
    long onlyCandidate =
        rows.stream()
            .filter(row -> row.baseline().isEmpty() && row.candidate().isPresent())
            .count();
    return new Agreement(
        both.size(),
        onlyBaseline,
        onlyCandidate,
        rows.size() - both.size() - onlyBaseline - onlyCandidate,
        same,
        close,
        largest);
  }

  private static String decision(Optional<Answer> answer) {
    return answer.map(given -> given.decision().orElse(Report.NONE)).orElse(Report.NO_SCORE);
  }

  private static boolean isChanged(Row row) {
    return !decision(row.baseline()).equals(decision(row.candidate()));
  }

  List<Decisions> decisions() {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    rows.stream()
        .filter(row -> row.baseline().isPresent() || row.candidate().isPresent())
        .forEach(
            row ->
                counts
                    .computeIfAbsent(decision(row.baseline()), any -> new TreeMap<>())
                    .merge(decision(row.candidate()), 1L, Long::sum));
    List<Decisions> found = new ArrayList<>();
    counts.forEach(
        (before, after) ->
            after.forEach((to, count) -> found.add(new Decisions(before, to, count))));
    return found;
  }

  long changed() {
    return both.stream().filter(Backtest::isChanged).count();
  }

  List<Example> examples() {
    return both.stream()
        .filter(Backtest::isChanged)
        .limit(EXAMPLES)
        .map(
            row ->
                new Example(
                    row.eventId(),
                    row.eventTime(),
                    baseline(row),
                    candidate(row),
                    decision(row.baseline()),
                    decision(row.candidate()),
                    row.isLabelled() ? Optional.of(row.label()) : Optional.empty()))
        .toList();
  }

  Optional<Performance.Pair> performance() {
    return performance(labelled);
  }

  private static Optional<Performance.Pair> performance(List<Row> labelled) {
    return labelled.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Performance.pair(
                doubles(labelled, Backtest::baseline),
                doubles(labelled, Backtest::candidate),
                labels(labelled),
                entities(labelled)));
  }

  Optional<Cost> cost(Costs costs) {
    return cost(
        costs,
        row -> costs.of(decision(row.baseline()), row.label()),
        row -> costs.of(decision(row.candidate()), row.label()));
  }

  private Optional<Cost> cost(
      Costs costs, ToDoubleFunction<Row> baseline, ToDoubleFunction<Row> candidate) {
    if (costs.isEmpty() || labelled.isEmpty()) {
      return Optional.empty();
    }
    int[] entities = entities(labelled);
    return Optional.of(
        new Cost(
            ClusteredMean.of(doubles(labelled, baseline), entities),
            ClusteredMean.of(doubles(labelled, candidate), entities),
            ClusteredMean.of(
                doubles(
                    labelled, row -> candidate.applyAsDouble(row) - baseline.applyAsDouble(row)),
                entities)));
  }

  /**
   * @param decisions of the model; with one alone a yes is that one
   */
  AtThreshold at(double threshold, Costs costs, Set<String> decisions) {
    BiFunction<ToDoubleFunction<Row>, Row, String> decided =
        (score, row) ->
            score.applyAsDouble(row) >= threshold ? decisions.iterator().next() : Report.NONE;
    return new AtThreshold(
        threshold,
        yes(threshold, Backtest::baseline),
        yes(threshold, Backtest::candidate),
        both.stream()
            .filter(row -> baseline(row) >= threshold != candidate(row) >= threshold)
            .count(),
        decisions.size() == 1
            ? cost(
                costs,
                row -> costs.of(decided.apply(Backtest::baseline, row), row.label()),
                row -> costs.of(decided.apply(Backtest::candidate, row), row.label()))
            : Optional.empty());
  }

  private Yes yes(double threshold, ToDoubleFunction<Row> score) {
    long[][] counts = new long[2][2];
    for (Row row : labelled) {
      counts[score.applyAsDouble(row) >= threshold ? 1 : 0][row.label() ? 1 : 0]++;
    }
    return new Yes(
        both.stream().filter(row -> score.applyAsDouble(row) >= threshold).count(),
        counts[1][1],
        counts[1][0],
        counts[0][1],
        counts[0][0]);
  }

  List<Segment> segments(List<SegmentField> fields) {
    List<Segment> found = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      int place = i;
      String field = fields.get(i).name();
      Map<String, Long> counts =
          both.stream()
              .collect(Collectors.groupingBy(row -> row.segment(place), Collectors.counting()));
      Set<String> apart =
          counts.entrySet().stream()
              .sorted(
                  Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                      .thenComparing(Map.Entry.comparingByKey()))
              .limit(SEGMENTS)
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet());
      Function<Row, String> value =
          row -> apart.contains(row.segment(place)) ? row.segment(place) : OTHERS;
      both.stream()
          .collect(Collectors.groupingBy(value, TreeMap::new, Collectors.toList()))
          .forEach(
              (name, inIt) ->
                  found.add(
                      new Segment(
                          field,
                          name,
                          inIt.size(),
                          inIt.stream().filter(Backtest::isChanged).count(),
                          performance(inIt.stream().filter(Row::isLabelled).toList()))));
    }
    return found;
  }

  /** Rows that say their propensity, of rollouts in which the candidate decided some row. */
  Optional<OffPolicy> offPolicy() {
    Set<Long> rollouts =
        rows.stream()
            .flatMap(row -> row.logged().stream())
            .filter(Logged::byCandidate)
            .map(Logged::rollout)
            .collect(Collectors.toSet());
    List<Row> considered =
        rows.stream()
            .filter(Row::isLabelled)
            .filter(row -> row.logged().filter(one -> rollouts.contains(one.rollout())).isPresent())
            .toList();
    if (considered.stream()
        .noneMatch(row -> row.logged().filter(Logged::byCandidate).isPresent())) {
      return Optional.empty();
    }
    boolean[] byCandidate = new boolean[considered.size()];
    for (int i = 0; i < byCandidate.length; i++) {
      byCandidate[i] = considered.get(i).logged().map(Logged::byCandidate).orElse(false);
    }
    return Optional.of(
        OffPolicy.of(
            doubles(considered, row -> row.label() ? 1 : 0),
            doubles(considered, row -> row.logged().map(Logged::propensity).orElse(1.0)),
            byCandidate,
            entities(considered)));
  }

  /** What the log says of that, or why it says nothing. */
  String offPolicySays(Optional<OffPolicy> found) {
    if (found.isPresent()) {
      return found.get().hasChoice()
          ? "Share of true labels if the candidate decided alone, of the rollouts in which it had a share."
          : "Every propensity is 1: the stream had no choice, so the log says nothing of what other decisions would have led to.";
    }
    if (rows.stream().noneMatch(row -> row.logged().isPresent())) {
      return "No score of the span says how likely its version was: nothing can be said of what other decisions would have led to.";
    }
    if (rows.stream().noneMatch(row -> row.logged().filter(Logged::byCandidate).isPresent())) {
      return "The candidate decided none of these vectors: the log says nothing of what its decisions would have led to. A canary of it would.";
    }
    return "No label is known of a vector that the candidate decided: nothing can be said of what its decisions led to.";
  }

  static double[] doubles(List<Row> rows, ToDoubleFunction<Row> figure) {
    return rows.stream().mapToDouble(figure).toArray();
  }

  static boolean[] labels(List<Row> rows) {
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = rows.get(i).label();
    }
    return labels;
  }

  private static int[] entities(List<Row> rows) {
    return rows.stream().mapToInt(Row::entity).toArray();
  }
}
