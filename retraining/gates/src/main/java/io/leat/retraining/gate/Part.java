package io.leat.retraining.gate;

import io.leat.evaluation.Auc;
import io.leat.evaluation.ClusteredMean;
import io.leat.evaluation.Estimate;
import io.leat.evaluation.Losses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/** Some of the rows, and what they say. */
final class Part {
  /** Below these nothing is said: normal approximations would not hold. */
  static final int LEAST_ROWS = 100;

  static final int LEAST_ENTITIES = 30;
  static final int LEAST_OF_A_LABEL = 10;

  private static final int BINS = 10;

  private final double[] labels;
  private final double[] challenger;
  private final double[] champion;
  private final boolean compares;
  private final int[] entities;
  private final int entityCount;
  private final List<String> groups;
  private final Optional<DoublePredicate> decides;

  /**
   * @param rows which
   * @param compares whether with the champion, which there is then
   * @param groups each row's group; empty where none is asked for
   */
  Part(GateRows all, int[] rows, boolean compares, Optional<List<String>> groups) {
    this.labels = Arrays.stream(rows).mapToDouble(row -> all.labels()[row]).toArray();
    this.challenger =
        Arrays.stream(rows).mapToDouble(row -> all.challenger().scores()[row]).toArray();
    this.compares = compares;
    double[] scores = compares ? all.champion().orElseThrow().scores() : new double[0];
    this.champion =
        compares ? Arrays.stream(rows).mapToDouble(row -> scores[row]).toArray() : scores;
    Map<String, Integer> numbers = new HashMap<>();
    this.entities =
        Arrays.stream(rows)
            .map(row -> numbers.computeIfAbsent(all.entities().get(row), key -> numbers.size()))
            .toArray();
    this.entityCount = numbers.size();
    this.groups =
        groups.map(of -> Arrays.stream(rows).mapToObj(of::get).toList()).orElse(List.of());
    this.decides = all.decides();
  }

  int rows() {
    return labels.length;
  }

  int entities() {
    return entityCount;
  }

  /** Why a metric cannot be judged by these rows; empty where it can. */
  Optional<String> obstacle(Metric metric) {
    if (labels.length < LEAST_ROWS) {
      return Optional.of("%d rows; at least %d are needed".formatted(labels.length, LEAST_ROWS));
    }
    if (entityCount < LEAST_ENTITIES) {
      return Optional.of(
          "%d entities; at least %d are needed".formatted(entityCount, LEAST_ENTITIES));
    }
    boolean numbers =
        Arrays.stream(labels).allMatch(Double::isFinite)
            && Arrays.stream(challenger).allMatch(Double::isFinite)
            && Arrays.stream(champion).allMatch(Double::isFinite);
    if (!numbers) {
      return Optional.of("a score or a label is no finite number");
    }
    if (metric.needs() == Metric.Needs.NUMBERS) {
      return Optional.empty();
    }
    if (!Arrays.stream(labels).allMatch(label -> label == 0 || label == 1)) {
      return Optional.of("a label is neither 0 nor 1");
    }
    int positives = (int) Arrays.stream(labels).sum();
    if (Math.min(positives, labels.length - positives) < LEAST_OF_A_LABEL) {
      return Optional.of(
          "%d rows with a true and %d with a false label; at least %d of each are needed"
              .formatted(positives, labels.length - positives, LEAST_OF_A_LABEL));
    }
    boolean wantsProbabilities =
        metric == Metric.LOG_LOSS || metric == Metric.BRIER || metric == Metric.CALIBRATION;
    if (wantsProbabilities && !(areProbabilities(challenger) && areProbabilities(champion))) {
      return Optional.of("a score is not between 0 and 1, so no probability");
    }
    return metric.isOfGroups() ? obstacleOfGroups(metric) : Optional.empty();
  }

  private Optional<String> obstacleOfGroups(Metric metric) {
    if (decides.isEmpty()) {
      return Optional.of("the model takes no decisions");
    }
    Map<String, Integer> numbers = groupNumbers();
    if (numbers.size() < 2) {
      return Optional.of(
          "%d groups of at least %d rows; at least 2 are needed"
              .formatted(numbers.size(), LEAST_ROWS));
    }
    int[] members = groupsOfRows(numbers);
    for (boolean[] family : families(metric)) {
      for (Map.Entry<String, Integer> group : numbers.entrySet()) {
        int count =
            (int)
                IntStream.range(0, members.length)
                    .filter(i -> members[i] == group.getValue() && family[i])
                    .count();
        if (count < LEAST_OF_A_LABEL) {
          return Optional.of(
              "group %s has %d rows of one label; at least %d are needed"
                  .formatted(group.getKey(), count, LEAST_OF_A_LABEL));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean areProbabilities(double[] scores) {
    return Arrays.stream(scores).allMatch(score -> score >= 0 && score <= 1);
  }

  /**
   * What the rows say, on a scale on which less is better.
   *
   * @param metric without an obstacle
   */
  Evidence evidence(Metric metric, long seed) {
    return switch (metric) {
      case AUC -> auc();
      case LOG_LOSS -> mean((score, label) -> Losses.logLoss(score, label == 1));
      case BRIER, SQUARED_ERROR -> mean((score, label) -> (score - label) * (score - label));
      case ABSOLUTE_ERROR -> mean((score, label) -> Math.abs(score - label));
      case CALIBRATION ->
          CautiousFigures.of(
              bins(challenger),
              compares ? Optional.of(bins(champion)) : Optional.empty(),
              entities,
              entityCount,
              seed,
              compares ? distance(bins(challenger)) : Double.POSITIVE_INFINITY);
      case SELECTION_RATE_GAP, TPR_GAP, EQUALIZED_ODDS_GAP ->
          CautiousFigures.of(
              rates(metric, challenger),
              compares ? Optional.of(rates(metric, champion)) : Optional.empty(),
              entities,
              entityCount,
              seed,
              Double.POSITIVE_INFINITY);
      case LATENCY_P99, SIZE -> throw new IllegalArgumentException(metric.label());
    };
  }

  private Evidence auc() {
    boolean[] truths = new boolean[labels.length];
    for (int i = 0; i < truths.length; i++) {
      truths[i] = labels[i] == 1;
    }
    if (compares) {
      Auc.Pair pair = Auc.pair(champion, challenger, truths, entities);
      return Evidence.of(
          pair.baseline().value(),
          pair.candidate().value(),
          -pair.difference().value(),
          pair.difference().standardError());
    }
    // Beside scores that are all alike, whose area is 1/2 for sure: the interval is not cut to
    // 0..1.
    Auc.Pair pair = Auc.pair(new double[labels.length], challenger, truths, entities);
    double area = pair.candidate().value();
    return Evidence.of(Double.NaN, area, -area, pair.difference().standardError());
  }

  /** Cost of a score. */
  private interface Loss {
    double of(double score, double label);
  }

  private Evidence mean(Loss loss) {
    double[] after = each(loss, challenger);
    Estimate ofChallenger = ClusteredMean.of(after, entities);
    if (!compares) {
      return Evidence.of(
          Double.NaN, ofChallenger.value(), ofChallenger.value(), ofChallenger.standardError());
    }
    double[] before = each(loss, champion);
    double ofChampion = ClusteredMean.of(before, entities).value();
    Arrays.setAll(after, i -> after[i] - before[i]);
    Estimate difference = ClusteredMean.of(after, entities);
    return Evidence.of(
        ofChampion, ofChallenger.value(), difference.value(), difference.standardError());
  }

  private double[] each(Loss loss, double[] scores) {
    return IntStream.range(0, labels.length)
        .mapToDouble(i -> loss.of(scores[i], labels[i]))
        .toArray();
  }

  /** A row's bin is that of the middle rank of all rows of its score: no order decides. */
  private Cells.Bins bins(double[] scores) {
    int rows = scores.length;
    Integer[] order = IntStream.range(0, rows).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
    int[] bins = new int[rows];
    for (int start = 0; start < rows; ) {
      int end = start;
      while (end < rows && scores[order[end]] == scores[order[start]]) {
        end++;
      }
      int bin = (int) ((long) BINS * (start + end) / (2L * rows));
      for (int i = start; i < end; i++) {
        bins[order[i]] = bin;
      }
      start = end;
    }
    return new Cells.Bins(bins, scores, labels, BINS);
  }

  /**
   * How far apart both versions' mean probabilities are over the challenger's bins: over these,
   * their calibration errors cannot differ by more, whatever the labels.
   */
  private double distance(Cells.Bins bins) {
    double[] sums = new double[bins.count()];
    for (int i = 0; i < labels.length; i++) {
      sums[bins.bins()[i]] += challenger[i] - champion[i];
    }
    return Arrays.stream(sums).map(Math::abs).sum() / labels.length;
  }

  private Cells.Rates rates(Metric metric, double[] scores) {
    Map<String, Integer> numbers = groupNumbers();
    boolean[] decisions = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      decisions[i] = decides.orElseThrow().test(scores[i]);
    }
    return new Cells.Rates(groupsOfRows(numbers), numbers.size(), decisions, families(metric));
  }

  /** Which rows count for which rates. */
  private List<boolean[]> families(Metric metric) {
    boolean[] all = new boolean[labels.length];
    boolean[] truths = new boolean[labels.length];
    boolean[] others = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      all[i] = true;
      truths[i] = labels[i] == 1;
      others[i] = labels[i] == 0;
    }
    return metric == Metric.SELECTION_RATE_GAP
        ? List.of(all)
        : metric == Metric.TPR_GAP ? List.of(truths) : List.of(truths, others);
  }

  /** Groups of enough rows, numbered from 0 in the order of their names. */
  private Map<String, Integer> groupNumbers() {
    Map<String, Integer> counts = new TreeMap<>();
    groups.forEach(group -> counts.merge(group, 1, Integer::sum));
    Map<String, Integer> numbers = new TreeMap<>();
    counts.forEach(
        (group, count) -> {
          if (count >= LEAST_ROWS) {
            numbers.put(group, numbers.size());
          }
        });
    return numbers;
  }

  private int[] groupsOfRows(Map<String, Integer> numbers) {
    return groups.stream().mapToInt(group -> numbers.getOrDefault(group, -1)).toArray();
  }

  /** Rows of groups that are too small, for a reader. */
  Optional<String> leftOut() {
    List<String> small = new ArrayList<>();
    Map<String, Integer> numbers = groupNumbers();
    groups.stream()
        .distinct()
        .sorted()
        .filter(group -> !numbers.containsKey(group))
        .forEach(small::add);
    return small.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d groups of fewer than %d rows are left out".formatted(small.size(), LEAST_ROWS));
  }
}
