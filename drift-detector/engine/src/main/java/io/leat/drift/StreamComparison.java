package io.leat.drift;

import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stream's reference and one statistic, for values that are counted elsewhere than in a monitor's
 * windows. A value has a place: the cell of the reference that it falls into, or why it is null.
 * Immutable, thread-safe.
 */
public final class StreamComparison {
  private final FeatureReference reference;
  private final Statistic statistic;

  /** Segments of the monitor: the one called other is of rows that are in none of these. */
  private final Set<String> segments;

  private StreamComparison(FeatureReference reference, Statistic statistic, Set<String> segments) {
    this.reference = reference;
    this.statistic = statistic;
    this.segments = segments;
  }

  /**
   * What a monitor compares of a stream; empty where the profile has no such stream, or there is no
   * such statistic. Embeddings have no place of their own in a vector, and are not explained.
   */
  public static Optional<StreamComparison> of(
      ReferenceProfile profile, String monitor, DriftStream stream, String statistic) {
    Set<String> segments =
        profile.monitor(monitor).stream()
            .flatMap(one -> one.segments().stream())
            .flatMap(one -> one.stream().segment().stream())
            .collect(Collectors.toSet());
    Optional<Statistic> known =
        Statistics.all().stream().filter(one -> one.name().equals(statistic)).findFirst();
    return Stream.of(
            profile.features().stream(),
            profile.outputs().stream(),
            profile.monitor(monitor).stream().flatMap(one -> one.segments().stream()))
        .flatMap(all -> all)
        .filter(one -> one.stream().equals(stream) && !(one instanceof EmbeddingReference))
        .findFirst()
        .flatMap(one -> known.map(of -> new StreamComparison(one, of, segments)));
  }

  /**
   * Whether a row is one of the stream's.
   *
   * @param row for each key of segments the row's value; keys of which it has none are absent
   */
  public boolean isOf(Map<String, String> row) {
    Optional<String> wanted = stream().segment();
    if (wanted.isEmpty()) {
      return true;
    }
    String key = wanted.get().substring(0, wanted.get().indexOf('='));
    String own = WindowLayout.segment(key, row.getOrDefault(key, WindowLayout.OTHER));
    return segments.contains(own)
        ? own.equals(wanted.get())
        : wanted.get().equals(WindowLayout.segment(key, WindowLayout.OTHER));
  }

  public DriftStream stream() {
    return reference.stream();
  }

  public Statistic statistic() {
    return statistic;
  }

  /** Whether another is of the same stream by the same statistic. */
  public boolean isSameAs(StreamComparison other) {
    return stream().equals(other.stream()) && statistic.equals(other.statistic);
  }

  /**
   * The place of a value.
   *
   * @param value Number, Boolean, text, null, or the reason for being null
   * @return 0 or more for a cell, below 0 for a null
   */
  public int place(@Nullable Object value) {
    ColumnValues row = ColumnValues.of(value);
    int cell = reference.cell(row, 0);
    return cell >= 0 ? cell : -1 - row.reasons()[0];
  }

  /** Why a value of this place is null; empty where it is not. */
  public static Optional<NullReason> reason(int place) {
    return place >= 0 ? Optional.empty() : Optional.of(NullReason.of((byte) (-1 - place)));
  }

  /** Whether values of this place are known not to be in the reference: of categories alone. */
  public boolean isNew(int place) {
    return place >= 0 && reference.isNew(place);
  }

  /** Counts that hold nothing yet. */
  public FeatureCounts newCounts() {
    return reference.newCounts();
  }

  /** Counts values of one place. */
  public static void add(FeatureCounts counts, int place, long times) {
    if (place >= 0) {
      counts.add(place, times);
    } else {
      counts.addNulls(NullReason.of((byte) (-1 - place)), times);
    }
  }

  /**
   * What is counted once a part of it is taken out and something else put in.
   *
   * @param without a part of {@code all}
   * @param times how often all but that part counts
   * @param with what takes its place
   * @param withTimes how often that counts
   */
  public static FeatureCounts replaced(
      FeatureCounts all, FeatureCounts without, long times, FeatureCounts with, long withTimes) {
    FeatureCounts replaced = new FeatureCounts(all.cells());
    for (int cell = 0; cell < all.cells(); cell++) {
      long count = times * (all.cell(cell) - without.cell(cell)) + withTimes * with.cell(cell);
      if (count > 0) {
        replaced.add(cell, count);
      }
    }
    for (NullReason reason : NullReason.values()) {
      replaced.addNulls(
          reason,
          times * (all.nulls(reason) - without.nulls(reason)) + withTimes * with.nulls(reason));
    }
    return replaced;
  }

  /** How far what was counted lies off the reference; empty where nothing was. */
  public OptionalDouble value(FeatureCounts counts) {
    return Comparison.of(reference, counts).value(statistic, 1);
  }

  /**
   * A part of what values may be.
   *
   * @param label for people: {@code over 10 to 25}, {@code AT}, {@code null}
   * @param reference share of the reference's rows, from 0 to 1
   * @param window share of the counted rows
   */
  public record Bucket(String label, double reference, double window) {}

  /** Both histograms: the shares by bucket, in the reference's order. */
  public List<Bucket> buckets(FeatureCounts counts) {
    List<String> labels = reference.labels();
    Comparison both = Comparison.of(reference, counts);
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      buckets.add(
          new Bucket(
              labels.get(i),
              share(both.reference().bucket(i), both.reference().counted()),
              share(both.window().bucket(i), both.window().counted())));
    }
    return buckets;
  }

  private static double share(long count, long of) {
    return of == 0 ? 0 : (double) count / of;
  }
}
