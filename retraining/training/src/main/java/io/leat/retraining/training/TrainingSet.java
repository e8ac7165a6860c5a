package io.leat.retraining.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of numbers with their labels, ordered by event time. Immutable.
 *
 * <p>Values are kept in single precision, because that is what the model will be fed.
 */
public final class TrainingSet {
  private final List<String> features;
  private final List<Row> rows;

  /**
   * One labelled vector.
   *
   * @param eventTimeMillis event time, milliseconds since 1970-01-01 UTC
   * @param values one number a feature, finite, or NaN for what is missing; not to be changed
   * @param label the truth: 0 for false and 1 for true, the index of a class from 0, or a number
   * @param entity whose row it is: rows of one hang together; empty where it stands for itself
   */
  // The array is shared on purpose: a training set has millions of rows.
  @SuppressWarnings("ArrayRecordComponent")
  public record Row(long eventTimeMillis, float[] values, double label, String entity) {}

  private TrainingSet(List<String> features, List<Row> rows) {
    this.features = features;
    this.rows = rows;
  }

  /** A set of rows with one value for each of these features, in this order. */
  public static Builder builder(List<String> features) {
    return new Builder(List.copyOf(features));
  }

  /** Takes rows in any order; rows of the same event time keep the order they were added in. */
  public static final class Builder {
    private final List<String> features;
    private final List<Row> rows = new ArrayList<>();

    private Builder(List<String> features) {
      this.features = features;
    }

    /**
     * Adds a row whose label is true or false.
     *
     * @throws IllegalArgumentException as {@link #add(long, double[], double)}
     */
    public Builder add(long eventTimeMillis, double[] values, boolean label) {
      return add(eventTimeMillis, values, label ? 1.0 : 0.0);
    }

    /**
     * Adds a row that stands for itself.
     *
     * @param label the index of a class from 0, or a number
     * @throws IllegalArgumentException as {@link #add(long, double[], double, String)}
     */
    public Builder add(long eventTimeMillis, double[] values, double label) {
      return add(eventTimeMillis, values, label, "");
    }

    /**
     * Adds a row.
     *
     * @param label the index of a class from 0, or a number
     * @param entity whose row it is; empty where it stands for itself
     * @throws IllegalArgumentException if the number of values is not that of the features, or a
     *     value is infinite in single precision, or the label is not finite
     */
    public Builder add(long eventTimeMillis, double[] values, double label, String entity) {
      if (!Double.isFinite(label)) {
        throw new IllegalArgumentException(
            "a label is %s; expected a finite number".formatted(label));
      }
      if (values.length != features.size()) {
        throw new IllegalArgumentException(
            "a row has %d values; expected %d".formatted(values.length, features.size()));
      }
      float[] row = new float[values.length];
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) values[i];
        if (Float.isInfinite(row[i])) {
          throw new IllegalArgumentException(
              "feature %s is %s; expected a finite number, or NaN for what is missing"
                  .formatted(features.get(i), values[i]));
        }
      }
      rows.add(new Row(eventTimeMillis, row, label, entity));
      return this;
    }

    public TrainingSet build() {
      List<Row> ordered = new ArrayList<>(rows);
      ordered.sort(Comparator.comparingLong(Row::eventTimeMillis));
      return new TrainingSet(features, List.copyOf(ordered));
    }
  }

  /**
   * The earlier and the later part of a set.
   *
   * @param training rows before the hold-out's first event time
   * @param holdOut the newest rows
   */
  public record Split(TrainingSet training, TrainingSet holdOut) {}

  /**
   * Splits by event time: the newest rows are held out, so that a model is measured on what came
   * after what it learnt from. Rows of one event time stay together, in the hold-out.
   *
   * @param holdOutShare share of the rows to hold out, above 0 and below 1
   */
  public Split splitByTime(double holdOutShare) {
    if (!(holdOutShare > 0 && holdOutShare < 1)) {
      throw new IllegalArgumentException(
          "the hold-out's share is %s; expected more than 0 and less than 1"
              .formatted(holdOutShare));
    }
    int border = border((int) Math.floor(rows.size() * (1 - holdOutShare)));
    return new Split(part(0, border), part(border, rows.size()));
  }

  /**
   * Cuts the rows by event time into one part more than there are folds, of about equally many
   * rows; each fold learns from the parts before one, and holds that out. No fold learns from a row
   * as late as one that it holds out. Fewer where rows of one event time fill a part.
   *
   * @param folds at least 1
   */
  List<Split> expandingFolds(int folds) {
    List<Split> all = new ArrayList<>();
    int from = border(rows.size() / (folds + 1));
    for (int fold = 1; fold <= folds; fold++) {
      int until = border((int) ((long) rows.size() * (fold + 1) / (folds + 1)));
      if (from > 0 && until > from) {
        all.add(new Split(part(0, from), part(from, until)));
      }
      from = until;
    }
    return all;
  }

  /** The place, or the nearest before it, that tears no rows of one event time apart. */
  private int border(int place) {
    int border = place;
    while (border > 0
        && border < rows.size()
        && rows.get(border - 1).eventTimeMillis() == rows.get(border).eventTimeMillis()) {
      border--;
    }
    return border;
  }

  TrainingSet part(int from, int until) {
    return new TrainingSet(features, rows.subList(from, until));
  }

  /** Full names of the features, in the order of the values. */
  public List<String> features() {
    return features;
  }

  /** The rows by event time. */
  public List<Row> rows() {
    return rows;
  }

  /** Number of rows. */
  public int size() {
    return rows.size();
  }

  /** The labels of the rows, by event time. */
  public double[] labels() {
    return rows.stream().mapToDouble(Row::label).toArray();
  }

  /** Number of each row's cluster, from 0: rows of one entity have one. */
  int[] clusters() {
    return clusters(rows);
  }

  /** As {@link #clusters()}, of rows of several sets. */
  static int[] clusters(List<Row> rows) {
    Map<String, Integer> numbers = new HashMap<>();
    int[] clusters = new int[rows.size()];
    int next = 0;
    for (int i = 0; i < clusters.length; i++) {
      String entity = rows.get(i).entity();
      Integer known = entity.isEmpty() ? null : numbers.putIfAbsent(entity, next);
      clusters[i] = known == null ? next++ : known;
    }
    return clusters;
  }

  /** Number of rows whose label is true. */
  public int positives() {
    return (int) rows.stream().filter(row -> row.label() == 1).count();
  }
}
