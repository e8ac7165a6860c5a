package io.leat.drift;

import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What differs between two profiles, a column each: by every statistic that is defined of it, with
 * the first as the reference.
 *
 * @param column full name of the feature, or of an output
 * @param what why nothing is compared; empty where it is
 * @param before rows of the first whose value was null, and all; 0 and 0 where it lacks the column
 * @param after the same of the second
 * @param values the statistics, in the order of their catalogue
 */
public record ProfileDifference(
    String column, String what, Nulls before, Nulls after, Map<Statistic, Double> values) {
  /** Values that were null, out of all. */
  public record Nulls(long nulls, long rows) {
    /** From 0 to 1; 0 of no rows. */
    public double share() {
      return rows == 0 ? 0 : nulls / (double) rows;
    }
  }

  /** Compares the columns of both, in the order of the first, then of the second. */
  public static List<ProfileDifference> of(ReferenceProfile before, ReferenceProfile after) {
    Map<DriftStream, FeatureReference> later = columns(after);
    List<ProfileDifference> differences = new ArrayList<>();
    columns(before)
        .forEach(
            (stream, one) -> {
              FeatureReference other = later.remove(stream);
              differences.add(
                  other == null
                      ? absent(one, "not in the second", nulls(one), new Nulls(0, 0))
                      : compare(one, other));
            });
    later
        .values()
        .forEach(
            one -> differences.add(absent(one, "not in the first", new Nulls(0, 0), nulls(one))));
    return differences;
  }

  static Map<DriftStream, FeatureReference> columns(ReferenceProfile profile) {
    Map<DriftStream, FeatureReference> columns = new LinkedHashMap<>();
    profile.features().forEach(one -> columns.put(one.stream(), one));
    profile.outputs().forEach(one -> columns.put(one.stream(), one));
    return columns;
  }

  private static Nulls nulls(FeatureReference one) {
    return new Nulls(one.nulls(), one.count() + one.nulls());
  }

  private static ProfileDifference absent(
      FeatureReference one, String what, Nulls before, Nulls after) {
    return new ProfileDifference(one.name(), what, before, after, Map.of());
  }

  private static ProfileDifference compare(FeatureReference before, FeatureReference after) {
    return before
        .counts(after)
        .map(
            counts -> {
              Comparison comparison = Comparison.of(before, counts);
              Map<Statistic, Double> values = new LinkedHashMap<>();
              for (Statistic statistic : Statistics.of(before.kind())) {
                comparison.value(statistic, 1).ifPresent(value -> values.put(statistic, value));
              }
              return new ProfileDifference(before.name(), "", nulls(before), nulls(after), values);
            })
        .orElseGet(
            () ->
                absent(
                    before,
                    "numbers in one, categories in the other",
                    nulls(before),
                    nulls(after)));
  }
}
