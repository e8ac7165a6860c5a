package io.leat.performance;

import io.leat.evaluation.Estimate;
import io.leat.evaluation.GroupGaps;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the values of a protected segment lie apart in what is decided of them. Values of fewer
 * than {@link #LEAST_ROWS} scores are left out.
 *
 * @param rows how many scores the values have that are told apart
 * @param figures by name, as docs/reference/performance.md has them
 */
record Gaps(int rows, Map<String, Estimate> figures) {
  static final int LEAST_ROWS = 100;

  /**
   * Those of a window.
   *
   * @param key name of the segment
   * @param cap most values that are told apart, those of most scores
   */
  static Gaps of(WindowSample sample, String key, int cap) {
    List<Pair> pairs = sample.pairs(WindowSample.ALL, pair -> pair.segments().containsKey(key));
    Map<String, Integer> counts = new TreeMap<>();
    pairs.forEach(pair -> counts.merge(pair.segments().getOrDefault(key, ""), 1, Integer::sum));
    Map<String, Integer> groups = new HashMap<>();
    counts.entrySet().stream()
        .filter(entry -> entry.getValue() >= LEAST_ROWS)
        .sorted(
            Comparator.comparingInt((Map.Entry<String, Integer> entry) -> -entry.getValue())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(cap)
        .forEach(entry -> groups.put(entry.getKey(), groups.size()));
    List<Pair> told =
        pairs.stream().filter(pair -> groups.containsKey(pair.segments().get(key))).toList();
    int rows = told.size();
    boolean[] decided = new boolean[rows];
    boolean[] all = new boolean[rows];
    boolean[] truths = new boolean[rows];
    boolean[] others = new boolean[rows];
    int[] group = new int[rows];
    Map<String, Integer> numbers = new HashMap<>();
    int[] clusters = new int[rows];
    for (int i = 0; i < rows; i++) {
      Pair pair = told.get(i);
      decided[i] = pair.decided();
      all[i] = true;
      truths[i] = pair.isMeasured() && pair.label() == 1;
      others[i] = pair.isMeasured() && pair.label() == 0;
      group[i] = groups.getOrDefault(pair.segments().get(key), -1);
      clusters[i] = numbers.computeIfAbsent(pair.cluster(), name -> numbers.size());
    }
    GroupGaps gaps = new GroupGaps(decided, group, groups.size(), clusters);
    Map<String, Estimate> figures = new LinkedHashMap<>();
    figures.put("selection_rate_gap", gaps.gap(List.of(all)));
    figures.put("selection_rate_ratio", gaps.ratio());
    figures.put("tpr_gap", gaps.gap(List.of(truths)));
    figures.put("equalized_odds_gap", gaps.gap(List.of(truths, others)));
    return new Gaps(rows, figures);
  }
}
