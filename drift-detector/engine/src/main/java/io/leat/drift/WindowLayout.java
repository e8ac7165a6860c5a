package io.leat.drift;

import io.leat.common.Lookups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a monitor's streams a row belongs to: of each column the stream of all rows, and for
 * each key of segments the stream of the row's segment. Immutable, thread-safe.
 */
final class WindowLayout {
  /** The segment of rows whose own segment has no streams, or that have none. */
  static final String OTHER = "other";

  private static final int NONE = -1;
  private static final int[] NOTHING = {};
  private static final int BYTES_OF_COUNTS = 64;
  private static final int BYTES_OF_AN_EVENT = 64;

  private final List<FeatureReference> references;
  private final List<String> columns;

  /** Embeddings, by their names: for each the places of its numbers among the columns. */
  private final Map<String, int[]> embeddings = new LinkedHashMap<>();

  private final List<String> outputs;
  private final List<String> keys;
  private final int[] whole;
  private final int[] ofScores;
  private final double[] farBelow;
  private final double[] farAbove;

  /** For each key, by the segment's value, for each column its stream. */
  private final List<Map<String, int[]>> segments = new ArrayList<>();

  /**
   * @param references one a stream
   * @param outputs those columns that are not of vectors, but of scores
   */
  WindowLayout(List<FeatureReference> references, Collection<String> outputs) {
    this.references = List.copyOf(references);
    Set<String> names = new LinkedHashSet<>();
    Set<String> members = new LinkedHashSet<>();
    Map<String, List<String>> membersOf = new LinkedHashMap<>();
    Set<String> keysOf = new LinkedHashSet<>();
    for (FeatureReference reference : references) {
      if (reference instanceof EmbeddingReference embedding) {
        membersOf.put(embedding.name(), embedding.features());
        members.addAll(embedding.features());
      } else {
        names.add(reference.name());
      }
      reference.stream().segment().ifPresent(segment -> keysOf.add(key(segment)));
    }
    this.outputs = names.stream().filter(outputs::contains).toList();
    names.removeAll(this.outputs);
    names.addAll(members);
    this.columns = List.copyOf(names);
    membersOf.forEach(
        (name, features) ->
            embeddings.put(name, features.stream().mapToInt(columns::indexOf).toArray()));
    this.keys = List.copyOf(keysOf);
    this.whole = none();
    this.ofScores = new int[this.outputs.size()];
    keys.forEach(key -> segments.add(new HashMap<>()));
    Map<String, Integer> places = new HashMap<>();
    columns.forEach(column -> places.put(column, places.size()));
    embeddings.keySet().forEach(embedding -> places.put(embedding, places.size()));
    for (int i = 0; i < this.references.size(); i++) {
      DriftStream stream = this.references.get(i).stream();
      int column = places.getOrDefault(stream.feature(), NONE);
      if (column == NONE) {
        ofScores[this.outputs.indexOf(stream.feature())] = i;
      } else if (stream.segment().isEmpty()) {
        whole[column] = i;
      } else {
        String segment = stream.segment().get();
        segments.get(keys.indexOf(key(segment)))
                .computeIfAbsent(value(segment), value -> none())[column] =
            i;
      }
    }
    this.farBelow = far(false);
    this.farAbove = far(true);
  }

  /** Below what, or above what, a column's numbers are far off; infinite where none is. */
  private double[] far(boolean above) {
    double[] bounds = new double[columns.size()];
    for (int column = 0; column < bounds.length; column++) {
      bounds[column] = above ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      if (whole[column] != NONE
          && references.get(whole[column]) instanceof NumberReference numbers
          && numbers.hasRange()) {
        bounds[column] = above ? numbers.farAbove() : numbers.farBelow();
      }
    }
    return bounds;
  }

  private int[] none() {
    int[] none = new int[columns.size() + embeddings.size()];
    Arrays.fill(none, NONE);
    return none;
  }

  /** The segment of rows that have a value by a key. */
  static String segment(String key, String value) {
    return key + "=" + value;
  }

  private static String key(String segment) {
    return segment.substring(0, segment.indexOf('='));
  }

  private static String value(String segment) {
    return segment.substring(segment.indexOf('=') + 1);
  }

  List<FeatureReference> references() {
    return references;
  }

  /**
   * The columns, in the order of {@link ColumnValues#numbers}: also those that are watched as a
   * part of an embedding alone.
   */
  List<String> columns() {
    return columns;
  }

  /** Below this a column's number is far beyond those of the reference. */
  double farBelow(int column) {
    return farBelow[column];
  }

  /** Above this it is. */
  double farAbove(int column) {
    return farAbove[column];
  }

  /** The columns of scores, in the order of {@link ColumnValues#numbers}. */
  List<String> outputs() {
    return outputs;
  }

  boolean isOfScores(int stream) {
    return outputs.contains(references.get(stream).name());
  }

  /** The streams of scores. */
  int[] ofScores() {
    return ofScores;
  }

  /** Counts a score in each of its streams. */
  void countScore(ColumnValues row, FeatureCounts[] counts) {
    count(List.of(row), ofScores, counts);
  }

  /** The keys of segments, in the order of {@link ColumnValues#segments}. */
  List<String> keys() {
    return keys;
  }

  /**
   * Counts rows in each of their streams: a column after the other, so that what a column is
   * counted by is at hand.
   */
  void count(List<ColumnValues> rows, FeatureCounts[] counts) {
    count(rows, whole, counts);
    for (int key = 0; key < segments.size(); key++) {
      Map<String, int[]> ofKey = segments.get(key);
      int[][] streams = new int[rows.size()][];
      for (int row = 0; row < streams.length; row++) {
        @Nullable String value = rows.get(row).segments()[key];
        int[] own = value == null ? null : ofKey.get(value);
        streams[row] = own == null ? ofKey.getOrDefault(OTHER, NOTHING) : own;
      }
      for (int column = 0; column < whole.length; column++) {
        for (int row = 0; row < streams.length; row++) {
          int[] of = streams[row];
          if (column < of.length && of[column] != NONE) {
            count(references.get(of[column]), rows.get(row), column, counts[of[column]]);
          }
        }
      }
    }
  }

  private void count(List<ColumnValues> rows, int[] streams, FeatureCounts[] counts) {
    for (int column = 0; column < streams.length; column++) {
      if (streams[column] != NONE) {
        FeatureReference reference = references.get(streams[column]);
        FeatureCounts of = counts[streams[column]];
        for (ColumnValues row : rows) {
          count(reference, row, column, of);
        }
      }
    }
  }

  private void count(FeatureReference reference, ColumnValues row, int column, FeatureCounts of) {
    if (reference instanceof EmbeddingReference embedding) {
      embedding.count(row, Lookups.required(embeddings, embedding.name()), of);
    } else {
      reference.count(row, column, of);
    }
  }

  /** About how much memory a summary takes of which every stream has counted something. */
  long bytes() {
    long bytes = (long) BYTES_OF_AN_EVENT * EventSample.MOST + (long) Long.BYTES * Ages.CELLS;
    for (FeatureReference reference : references) {
      bytes += BYTES_OF_COUNTS + (long) Long.BYTES * reference.cells();
      bytes += reference instanceof EmbeddingReference embedding ? embedding.bytes() : 0;
    }
    return bytes;
  }
}
