package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.leat.drift.statistic.ColumnKind;
import io.leat.drift.statistic.Sample;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.schemas.NullReason;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a profile keeps of one stream: how its values are distributed, and its nulls. Immutable.
 *
 * <p>It cuts what values may be into cells, by which windows are counted, and folds these into the
 * buckets of statistics; the last bucket is of nulls. Nulls that are not known say nothing of the
 * data and are in none.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({
  @JsonSubTypes.Type(NumberReference.class),
  @JsonSubTypes.Type(CategoryReference.class),
  @JsonSubTypes.Type(EmbeddingReference.class)
})
public abstract sealed class FeatureReference
    permits NumberReference, CategoryReference, EmbeddingReference {
  /** What is measured of categories where a monitor names no statistic that is defined of them. */
  private static final List<Statistic> OF_CATEGORIES = List.of(Statistics.JENSEN_SHANNON);

  @JsonProperty("name")
  private final DriftStream stream;

  @JsonProperty private final long nulls;

  /** By the reasons' texts; empty in profiles of releases that did not tell them apart. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonProperty
  private final Map<String, Long> nullsByReason;

  FeatureReference(DriftStream stream, long nulls, Map<String, Long> nullsByReason) {
    this.stream = stream;
    this.nulls = nulls;
    this.nullsByReason = new TreeMap<>(nullsByReason);
    long reported = sum(nullsByReason);
    if (nulls < 0 || (tellsReasons() && reported != nulls)) {
      throw new IllegalArgumentException(
          "feature %s has %d nulls, and reasons for %d".formatted(stream, nulls, reported));
    }
  }

  static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private boolean tellsReasons() {
    return nulls == 0 || !nullsByReason.isEmpty();
  }

  /** Nulls of the reference that say something of the data. */
  final long evaluatedNulls() {
    if (!tellsReasons()) {
      return nulls;
    }
    long unknown =
        nullsByReason.entrySet().stream()
            .filter(one -> NullReason.of(one.getKey()).filter(FeatureCounts::isUnknown).isPresent())
            .mapToLong(Map.Entry::getValue)
            .sum();
    return nulls - unknown;
  }

  /** The column, and the segment of the rows, that it is of. */
  public DriftStream stream() {
    return stream;
  }

  /** Full name of the feature. */
  public String name() {
    return stream.feature();
  }

  /** Values that were null. */
  public long nulls() {
    return nulls;
  }

  /**
   * By the reasons' texts, how many values were null for each that there was; empty in profiles of
   * releases that did not tell them apart.
   */
  public Map<String, Long> nullsByReason() {
    return Collections.unmodifiableMap(nullsByReason);
  }

  /**
   * Nulls of a window that say something of the data: all but those that were not known. Where the
   * reference does not tell these from other nulls, all.
   */
  final long evaluatedNulls(FeatureCounts window) {
    return window.nulls() - (tellsReasons() ? window.unknown() : 0);
  }

  /** What its values are. */
  public abstract ColumnKind kind();

  /** Values that were not null. */
  public abstract long count();

  /** How many cells a window's counts have. */
  abstract int cells();

  /** The cell of a value; -1 where that is null, or none of its kind. */
  abstract int cell(ColumnValues row, int column);

  /** The reference as one side of a comparison. */
  abstract Sample sample();

  /** A window as the other side. */
  abstract Sample sample(FeatureCounts window);

  /** A window's counts by bucket. */
  abstract long[] buckets(FeatureCounts window);

  /** What falls into each bucket, for people; the last is of nulls. */
  abstract List<String> labels();

  /** Whether a cell is of values that the reference is known not to have. */
  boolean isNew(int cell) {
    return false;
  }

  /** The reference of the values of both; empty where these are of different kinds. */
  abstract Optional<FeatureReference> merge(FeatureReference other);

  /** Another's values by the cells of this one; empty where these are of different kinds. */
  abstract Optional<FeatureCounts> values(FeatureReference other);

  /** Another's values and nulls as if it were a window. */
  final Optional<FeatureCounts> counts(FeatureReference other) {
    Optional<FeatureCounts> counts = values(other);
    counts.ifPresent(
        found ->
            other
                .nullsWithReasons()
                .forEach(
                    (reason, count) ->
                        found.addNulls(NullReason.of(reason).orElse(NullReason.UNSTATED), count)));
    return counts;
  }

  private Map<String, Long> nullsWithReasons() {
    return tellsReasons() ? nullsByReason : Map.of(NullReason.UNSTATED.text(), nulls);
  }

  final Map<String, Long> nullsWith(FeatureReference other) {
    Map<String, Long> both = new TreeMap<>(nullsWithReasons());
    other.nullsWithReasons().forEach((reason, count) -> both.merge(reason, count, Long::sum));
    return both;
  }

  /**
   * Where a window's values lie among the cells, on the whole: from 0, all in the first, to 1. Of
   * numbers the mean share of the reference that is below; of categories how rare they are.
   */
  final double level(FeatureCounts window) {
    double sum = 0;
    for (int cell = 0; cell < window.cells(); cell++) {
      sum += (double) window.cell(cell) * cell;
    }
    return sum / window.values() / Math.max(1, cells() - 1);
  }

  FeatureCounts newCounts() {
    return new FeatureCounts(cells());
  }

  /** Counts a row's value. */
  final void count(ColumnValues row, int column, FeatureCounts counts) {
    int cell = cell(row, column);
    if (cell < 0) {
      counts.addNulls(NullReason.of(row.reasons()[column]), 1);
    } else {
      counts.add(cell);
    }
  }

  /**
   * What is measured of it: those of the named statistics that are defined of what its values are;
   * where none is, the Jensen-Shannon distance, which is defined of all but embeddings.
   */
  List<Statistic> statistics(List<String> named) {
    List<Statistic> defined =
        named.stream().map(Statistics::get).filter(s -> s.kinds().contains(kind())).toList();
    return defined.isEmpty() ? OF_CATEGORIES : defined;
  }
}
