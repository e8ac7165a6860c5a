package io.leat.cli.demo;

import io.leat.evaluation.Auc;
import io.leat.evaluation.Estimate;
import io.leat.records.Outcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Scores of the first version and of the one after it, joined with their labels, by event. Owned by
 * one thread.
 */
final class LabelledScores {
  private static final String SHADOW = "SHADOW";

  private final Map<String, Row> rows = new HashMap<>();
  private long proofs;

  /** An event whose label is known; a score is NaN before it is. */
  static final class Row {
    private final Instant time;
    private boolean label;
    private double before = Double.NaN;
    private double after = Double.NaN;
    private boolean isDecidedAfter;

    private Row(Instant time) {
      this.time = time;
    }

    Instant time() {
      return time;
    }

    boolean label() {
      return label;
    }

    boolean hasBefore() {
      return !Double.isNaN(before);
    }

    boolean hasAfter() {
      return !Double.isNaN(after);
    }

    /** Whether the later version decided, and the first one scored as its shadow. */
    boolean isProof() {
      return isDecidedAfter && hasBefore();
    }
  }

  /** Takes an outcome; of one event those of a later revision come later. */
  void add(Outcome outcome) {
    if (!(outcome.getLabel() instanceof Boolean label) || outcome.getModelNumber() == null) {
      return;
    }
    Row row = rows.computeIfAbsent(outcome.getEventId(), id -> new Row(outcome.getEventTime()));
    boolean was = row.isProof();
    row.label = label;
    if (outcome.getModelNumber() == 1) {
      row.before = outcome.getScore();
    } else {
      row.after = outcome.getScore();
      row.isDecidedAfter |= !SHADOW.equals(outcome.getRole());
    }
    proofs += !was && row.isProof() ? 1 : 0;
  }

  /** How many rows are proofs. */
  long proofs() {
    return proofs;
  }

  /** How many rows there are of a kind. */
  long count(Predicate<Row> wanted) {
    return rows.values().stream().filter(wanted).count();
  }

  /** AUC of the first version over the rows that it scored. */
  Estimate before(Predicate<Row> wanted) {
    List<Row> chosen = chosen(wanted.and(Row::hasBefore));
    return Auc.estimate(chosen.stream().mapToDouble(row -> row.before).toArray(), labels(chosen));
  }

  /** AUC of the later version over the rows that it scored. */
  Estimate after(Predicate<Row> wanted) {
    List<Row> chosen = chosen(wanted.and(Row::hasAfter));
    return Auc.estimate(chosen.stream().mapToDouble(row -> row.after).toArray(), labels(chosen));
  }

  /** Both over the rows that both scored. */
  Auc.Pair pair(Predicate<Row> wanted) {
    List<Row> chosen = chosen(wanted.and(Row::hasBefore).and(Row::hasAfter));
    return Auc.pair(
        chosen.stream().mapToDouble(row -> row.before).toArray(),
        chosen.stream().mapToDouble(row -> row.after).toArray(),
        labels(chosen));
  }

  private List<Row> chosen(Predicate<Row> wanted) {
    Stream<Row> all = rows.values().stream();
    return all.filter(wanted).toList();
  }

  private static boolean[] labels(List<Row> rows) {
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = rows.get(i).label;
    }
    return labels;
  }
}
