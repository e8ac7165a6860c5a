package io.leat.drift.explanation;

import io.leat.drift.FeatureCounts;
import io.leat.drift.StreamComparison;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Vectors (or scores) of an episode's windows and of those before, as far as an explanation needs
 * them: of each where its values lie by the reference, and its traits. About 4 bytes a vector,
 * stream and trait, 100 MB at most. Not thread-safe.
 */
public final class ObservedVectors {
  /** A trait of which more values are seen tells vectors apart too well to be a cause. */
  static final int MOST_VALUES = 50;

  /** So many vectors before the episode, and in it, are taken; {@link #isCut} says if more came. */
  static final int MOST_VECTORS = 500_000;

  /** The same, of vectors times what is kept of each. */
  static final long MOST_PLACES = 6_000_000;

  /** So many new categories of a column are counted by their names: the first. */
  private static final int MOST_NEW = 1_000;

  private static final int MOST_TRAITS = 60;
  private static final int NOT_OF_STREAM = Integer.MIN_VALUE;
  private static final int NONE = 0;

  private final List<StreamComparison> streams;
  private final Span span;
  private final Part before;
  private final Part since;
  private final Map<Trait, Map<String, Integer>> values = new LinkedHashMap<>();
  private final Set<Trait> tooMany = new java.util.HashSet<>();
  private final Map<String, Map<String, Long>> newCategories = new TreeMap<>();

  /**
   * @param streams what is compared; may be none
   */
  public ObservedVectors(List<StreamComparison> streams, Span span) {
    this.streams = List.copyOf(streams);
    this.span = span;
    this.before = new Part(streams.size());
    this.since = new Part(streams.size());
  }

  /** Vectors of one side. */
  private static final class Part {
    final Ints[] places;
    final Map<Trait, Ints> traits = new HashMap<>();
    final Set<Instant> windows = new TreeSet<>();
    long written = Long.MAX_VALUE;
    long writtenLast = Long.MIN_VALUE;
    int rows;
    boolean cut;

    Part(int streams) {
      places = new Ints[streams];
      Arrays.setAll(places, i -> new Ints());
    }
  }

  /** Numbers in a row. */
  private static final class Ints {
    private int[] numbers = new int[64];
    private int size;

    void set(int place, int number) {
      if (place >= numbers.length) {
        numbers = Arrays.copyOf(numbers, Math.max(place + 1, 2 * numbers.length));
      }
      numbers[place] = number;
      size = place + 1;
    }

    /** {@link #NONE} behind the last that was set. */
    int get(int place) {
      return place < size ? numbers[place] : NONE;
    }
  }

  /**
   * Takes a vector, if it lies within the span.
   *
   * @param time event time
   * @param written when it was written to its topic, milliseconds since 1970-01-01 UTC
   * @param value of a column: Number, Boolean, text, null, or the reason for being null
   * @param segments for each key of segments the vector's value
   * @param traits what else it has values of
   */
  public void add(
      Instant time,
      long written,
      Function<String, @Nullable Object> value,
      Map<String, String> segments,
      Map<Trait, String> traits) {
    Part part = span.isSince(time) ? since : before;
    if (!span.isSince(time) && !span.isBefore(time)) {
      return;
    }
    if (part.rows == MOST_VECTORS
        || (part.rows + 1L) * (streams.size() + values.size()) > MOST_PLACES) {
      part.cut = true;
      return;
    }
    int row = part.rows++;
    part.windows.add(
        span.from()
            .plus(
                span.window()
                    .multipliedBy(
                        java.time.Duration.between(span.from(), time).dividedBy(span.window()))));
    part.written = Math.min(part.written, written);
    part.writtenLast = Math.max(part.writtenLast, written);
    Set<String> seen = new java.util.HashSet<>();
    for (int i = 0; i < streams.size(); i++) {
      StreamComparison stream = streams.get(i);
      String column = stream.stream().feature();
      Object found = value.apply(column);
      int place = stream.place(found);
      part.places[i].set(row, stream.isOf(segments) ? place : NOT_OF_STREAM);
      if (seen.add(column)) {
        StreamComparison.reason(place)
            .ifPresent(why -> trait(part, row, Trait.Kind.NULLS, column, why.text()));
        if (stream.isNew(place)) {
          trait(part, row, Trait.Kind.NEWNESS, column, "new");
          if (part == since) {
            Map<String, Long> known = newCategories.computeIfAbsent(column, of -> new HashMap<>());
            String name = String.valueOf(found);
            if (known.size() < MOST_NEW || known.containsKey(name)) {
              known.merge(name, 1L, Long::sum);
            }
          }
        }
      }
    }
    traits.forEach((trait, of) -> trait(part, row, trait.kind(), trait.name(), of));
  }

  private void trait(Part part, int row, Trait.Kind kind, String name, String value) {
    Trait trait = new Trait(kind, name);
    if (tooMany.contains(trait)) {
      return;
    }
    Map<String, Integer> known = values.get(trait);
    if (known == null) {
      if (values.size() >= MOST_TRAITS) {
        return;
      }
      known = new HashMap<>();
      values.put(trait, known);
    }
    Integer id = known.get(value);
    if (id == null) {
      if (known.size() == MOST_VALUES) {
        tooMany.add(trait);
        values.remove(trait);
        before.traits.remove(trait);
        since.traits.remove(trait);
        return;
      }
      id = known.size() + 1;
      known.put(value, id);
    }
    part.traits.computeIfAbsent(trait, of -> new Ints()).set(row, id);
  }

  /** What is compared. */
  List<StreamComparison> streams() {
    return streams;
  }

  /** Vectors of the episode's windows. */
  public int since() {
    return since.rows;
  }

  /** Vectors of the windows before. */
  public int before() {
    return before.rows;
  }

  /** Whether there were more vectors than are taken. */
  public boolean isCut() {
    return before.cut || since.cut;
  }

  /** Whether a time of writing lies among those of the vectors before, or of the episode's. */
  public boolean isWrittenWith(long time, boolean inEpisode) {
    Part part = inEpisode ? since : before;
    return time >= part.written && time <= part.writtenLast;
  }

  /** Categories that the reference lacks, by how often they came, the most frequent first. */
  List<String> newCategories(String column) {
    return newCategories.getOrDefault(column, Map.of()).entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Counts of the streams, of all vectors of a side or of some. */
  static final class Counts {
    final FeatureCounts[] streams;

    private Counts(List<StreamComparison> streams) {
      this.streams =
          streams.stream().map(StreamComparison::newCounts).toArray(FeatureCounts[]::new);
    }

    private void add(Part part, int row) {
      for (int i = 0; i < streams.length; i++) {
        int place = part.places[i].get(row);
        if (place != NOT_OF_STREAM) {
          StreamComparison.add(streams[i], place, 1);
        }
      }
    }
  }

  /** All vectors of the episode's windows. */
  Counts allSince() {
    return all(since);
  }

  /** All vectors of the windows before. */
  Counts allBefore() {
    return all(before);
  }

  private Counts all(Part part) {
    Counts counts = new Counts(streams);
    for (int row = 0; row < part.rows; row++) {
      counts.add(part, row);
    }
    return counts;
  }

  /**
   * Vectors that have one value of a trait.
   *
   * @param since how many of the episode's windows
   * @param before how many of the windows before
   */
  record Members(Trait trait, String value, int since, int before) {}

  /** Every value of every trait. */
  List<Members> members() {
    List<Members> all = new ArrayList<>();
    values.forEach(
        (trait, known) -> {
          int[] ofSince = rows(trait, since);
          int[] ofBefore = rows(trait, before);
          known.entrySet().stream()
              .sorted(Map.Entry.comparingByValue())
              .forEach(
                  value ->
                      all.add(
                          new Members(
                              trait,
                              value.getKey(),
                              ofSince[value.getValue()],
                              ofBefore[value.getValue()])));
        });
    return all;
  }

  /** How many vectors have each value, by its number. */
  private static int[] rows(Trait trait, Part part) {
    int[] rows = new int[MOST_VALUES + 1];
    Ints ids = part.traits.get(trait);
    for (int row = 0; ids != null && row < part.rows; row++) {
      rows[ids.get(row)]++;
    }
    return rows;
  }

  /** Counts of those of the episode's windows, or of those before; made when asked for. */
  Counts counts(Members members, boolean inEpisode) {
    Part part = inEpisode ? since : before;
    Counts counts = new Counts(streams);
    Ints ids = part.traits.get(members.trait());
    Integer id = values.getOrDefault(members.trait(), Map.of()).get(members.value());
    for (int row = 0; ids != null && id != null && row < part.rows; row++) {
      if (ids.get(row) == id) {
        counts.add(part, row);
      }
    }
    return counts;
  }

  /** How many vectors of the episode's windows have both. */
  long both(Members one, Members other) {
    Ints first = since.traits.get(one.trait());
    Ints second = since.traits.get(other.trait());
    if (first == null || second == null) {
      return 0;
    }
    Integer firstId = values.getOrDefault(one.trait(), Map.of()).get(one.value());
    Integer secondId = values.getOrDefault(other.trait(), Map.of()).get(other.value());
    long both = 0;
    for (int row = 0; row < since.rows; row++) {
      if (firstId != null
          && secondId != null
          && first.get(row) == firstId
          && second.get(row) == secondId) {
        both++;
      }
    }
    return both;
  }

  /** Windows of which there are vectors: of the episode, or before. */
  long windows(boolean inEpisode) {
    return (inEpisode ? since : before).windows.size();
  }
}
