package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.leat.drift.statistic.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How often each category occurred: the most frequent ones by name, all others together. Immutable.
 *
 * <p>Each kept category is a cell; then comes one for the others, and one for those that did not
 * occur at all, which are new. Statistics count the two in one bucket: what is rare in the
 * reference is folded there on both sides, and a window's rare categories are no drift for not
 * having occurred before.
 */
public final class Categories {
  /** So many are kept of a column. */
  public static final int KEPT = 200;

  /** Names of so many others are kept, so that those that are new can be told. */
  static final int OTHERS_KEPT = 10_000;

  @JsonProperty private final List<String> names;
  @JsonProperty private final List<Long> counts;
  @JsonProperty private final long other;

  /** As the file lists them. */
  @JsonProperty("otherNames")
  private final Set<String> others;

  /** Whether {@code otherNames} are all. */
  @JsonProperty private final boolean namesAll;

  private final Map<String, Integer> cells = new HashMap<>();
  private final long count;

  @JsonCreator
  Categories(
      @JsonProperty(value = "names", required = true) List<String> names,
      @JsonProperty(value = "counts", required = true) List<Long> counts,
      @JsonProperty(value = "other", required = true) long other,
      @JsonProperty(value = "otherNames", required = true) List<String> otherNames,
      @JsonProperty(value = "namesAll", required = true) boolean namesAll) {
    this.names = List.copyOf(names);
    this.counts = List.copyOf(counts);
    this.other = other;
    this.namesAll = namesAll;
    names.forEach(name -> cells.put(name, cells.size()));
    this.others = new LinkedHashSet<>(otherNames);
    this.count = other + counts.stream().mapToLong(Long::longValue).sum();
    if (names.size() != counts.size()
        || cells.size() != names.size()
        || other < otherNames.size()
        || counts.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "not counts of categories: expected different names, a count of at least 1 for each, and the count of all others");
    }
  }

  /**
   * The categories of a column, of which the most frequent are kept; of equally frequent ones those
   * whose names come first.
   *
   * @param counts how often each occurred, at least once
   * @param kept how many are kept
   */
  static Categories of(Map<String, Long> counts, int kept) {
    List<Map.Entry<String, Long>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(
        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    List<Map.Entry<String, Long>> first = sorted.subList(0, Math.min(kept, sorted.size()));
    List<Map.Entry<String, Long>> rest = sorted.subList(first.size(), sorted.size());
    return new Categories(
        first.stream().map(Map.Entry::getKey).toList(),
        first.stream().map(Map.Entry::getValue).toList(),
        rest.stream().mapToLong(Map.Entry::getValue).sum(),
        rest.stream().limit(OTHERS_KEPT).map(Map.Entry::getKey).sorted().toList(),
        rest.size() <= OTHERS_KEPT);
  }

  /**
   * The categories of both. Exact where neither has others; else a category that one of them keeps
   * has no more than is known of it, and what the other may have of it stays among the others.
   */
  Categories merge(Categories that) {
    Map<String, Long> merged = new HashMap<>();
    for (Categories one : List.of(this, that)) {
      for (int i = 0; i < one.names.size(); i++) {
        merged.merge(one.names.get(i), one.counts.get(i), Long::sum);
      }
    }
    Categories known = of(merged, KEPT);
    Set<String> names = new TreeSet<>(others);
    names.addAll(that.others);
    names.addAll(known.others);
    known.names.forEach(names::remove);
    List<String> kept = names.stream().limit(OTHERS_KEPT).toList();
    return new Categories(
        known.names,
        known.counts,
        known.other + other + that.other,
        kept,
        namesAll && that.namesAll && kept.size() == names.size());
  }

  /** How many of another's values fall into each cell. */
  FeatureCounts count(Categories that) {
    FeatureCounts found = new FeatureCounts(cells());
    for (int i = 0; i < that.names.size(); i++) {
      found.add(cell(that.names.get(i)), that.counts.get(i));
    }
    found.add(names.size(), that.other);
    return found;
  }

  /** The kept categories, the most frequent first. */
  public List<String> names() {
    return names;
  }

  /** How often each kept category occurred. */
  public List<Long> counts() {
    return counts;
  }

  /** How often others occurred, all together. */
  public long other() {
    return other;
  }

  /** How often any occurred. */
  public long count() {
    return count;
  }

  /** Whether a category that is new can be told from one that is not kept. */
  public boolean tellsNew() {
    return namesAll;
  }

  int cells() {
    return names.size() + 2;
  }

  /** The cell of those that are new. */
  int newCell() {
    return names.size() + 1;
  }

  /** The cell of a category. */
  int cell(String category) {
    Integer kept = cells.get(category);
    if (kept != null) {
      return kept;
    }
    return namesAll && !others.contains(category) ? newCell() : names.size();
  }

  /** The bucket of a cell; nulls have the one behind the last of these. */
  int bucket(int cell) {
    return Math.min(cell, names.size());
  }

  /** The counts by bucket, with room for nulls behind them. */
  long[] expected() {
    long[] expected = new long[names.size() + 2];
    for (int i = 0; i < names.size(); i++) {
      expected[i] = counts.get(i);
    }
    expected[names.size()] = other;
    return expected;
  }

  /** One side of a comparison; categories have no distribution function. */
  static Sample sample(long values, long[] buckets) {
    return new Sample(new double[0], new long[0], new long[0], values, buckets);
  }
}
