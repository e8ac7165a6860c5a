package io.leat.performance;

import io.leat.pipeline.definition.PerformanceRule;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The pairs of a window, all counted and at most {@link #MOST} of them kept: those whose hash is
 * least, so that which they are follows from the events alone.
 */
final class WindowSample {
  static final int MOST = 100_000;

  /** The segment that all are in. */
  static final String ALL = "";

  private final int most;
  private final PriorityQueue<Drawn> drawn =
      new PriorityQueue<>(Comparator.comparingLong(Drawn::hash).reversed());
  private final Map<String, Counts> counts = new TreeMap<>();

  private record Drawn(long hash, Pair pair) {}

  /** How many scores there are of a segment. */
  static final class Counts {
    private long scored;
    private long labelled;
    private long missing;

    private void add(Pair pair) {
      scored++;
      switch (pair.known()) {
        case LABELLED -> labelled++;
        case MISSING -> missing++;
        case NOT_YET -> {}
      }
    }

    long scored() {
      return scored;
    }

    long labelled() {
      return labelled;
    }

    long missing() {
      return missing;
    }
  }

  WindowSample(int most) {
    this.most = most;
  }

  /**
   * @param hash evenly spread over events
   */
  void add(long hash, Pair pair) {
    counts.computeIfAbsent(ALL, all -> new Counts()).add(pair);
    pair.segments()
        .forEach(
            (name, value) ->
                counts.computeIfAbsent(name + "=" + value, segment -> new Counts()).add(pair));
    drawn.add(new Drawn(hash, pair));
    if (drawn.size() > most) {
      drawn.poll();
    }
  }

  /** The segments that there are; the empty text for all. */
  List<String> segments() {
    return List.copyOf(new TreeSet<>(counts.keySet()));
  }

  Counts counts(String segment) {
    return counts.getOrDefault(segment, new Counts());
  }

  /** Kept pairs of a segment, in an order that follows from their events. */
  List<Pair> pairs(String segment, Predicate<Pair> wanted) {
    return drawn.stream()
        .sorted(Comparator.comparingLong(Drawn::hash))
        .map(Drawn::pair)
        .filter(pair -> isOf(pair, segment))
        .filter(wanted)
        .toList();
  }

  static boolean isOf(Pair pair, String segment) {
    return segment.isEmpty()
        || pair.segments().entrySet().stream()
            .anyMatch(entry -> segment.equals(entry.getKey() + "=" + entry.getValue()));
  }

  /**
   * As columns.
   *
   * @param rule says what decisions cost
   */
  static Sample sample(List<Pair> pairs, PerformanceRule rule) {
    Map<String, Integer> clusters = new HashMap<>();
    int rows = pairs.size();
    double[] scores = new double[rows];
    double[] labels = new double[rows];
    boolean[] decided = new boolean[rows];
    int[] cluster = new int[rows];
    Optional<double[]> costs =
        hasCosts(pairs, rule) ? Optional.of(new double[rows]) : Optional.empty();
    for (int i = 0; i < rows; i++) {
      Pair pair = pairs.get(i);
      scores[i] = pair.score();
      labels[i] = pair.label();
      decided[i] = pair.decided();
      int row = i;
      costs.ifPresent(of -> of[row] = rule.cost(pair.decision(), pair.label() == 1));
      cluster[i] = clusters.computeIfAbsent(pair.cluster(), name -> clusters.size());
    }
    return new Sample(scores, labels, decided, cluster, costs);
  }

  /** Whether it is known what decisions of pairs cost, which takes the name of each. */
  static boolean hasCosts(List<Pair> pairs, PerformanceRule rule) {
    return !rule.costs().isEmpty() && pairs.stream().noneMatch(pair -> "".equals(pair.decision()));
  }

  static double[] scores(List<Pair> pairs) {
    return pairs.stream().mapToDouble(Pair::score).toArray();
  }

  static boolean[] decided(List<Pair> pairs) {
    boolean[] decided = new boolean[pairs.size()];
    for (int i = 0; i < decided.length; i++) {
      decided[i] = pairs.get(i).decided();
    }
    return decided;
  }
}
