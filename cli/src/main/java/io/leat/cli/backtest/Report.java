package io.leat.cli.backtest;

import io.leat.evaluation.Estimate;
import io.leat.evaluation.OffPolicy;
import io.leat.evaluation.Performance;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a backtest found. Differences are the candidate's figure less the baseline's.
 *
 * @param baseline {@code fraud@1 (2026-11-01)}, or what was written
 * @param from begin of the span; empty: the topic's
 * @param to end of the span, exclusive; empty: the topic's
 * @param vectors that were looked at
 * @param offsets in the span: as many vectors, or fewer
 * @param share of the entities that were looked at
 * @param entities of the vectors that were looked at
 * @param unreadable records that are no vectors
 * @param agreement of scores, of vectors that both scored
 * @param decisions which became which, how often, of vectors that one of both scored at least
 * @param changed vectors that both scored and decided otherwise
 * @param examples of these, ten at most
 * @param unscored vectors that the candidate cannot score, by reason
 * @param labels empty: the service declares none
 * @param performance on vectors that both scored and whose label is known; empty: there are none
 * @param cost empty: no costs were named, or no label is known
 * @param thresholds as they were asked for
 * @param segments values of the fields that were asked for, by field and then by rising value
 * @param offPolicy empty where the log does not say anything
 * @param offPolicySays what it says, or why it does not, a sentence
 */
record Report(
    String model,
    String candidate,
    String baseline,
    Optional<Instant> from,
    Optional<Instant> to,
    long vectors,
    long offsets,
    double share,
    int entities,
    long unreadable,
    Agreement agreement,
    List<Decisions> decisions,
    long changed,
    List<Example> examples,
    Map<String, Long> unscored,
    Optional<LabelReader.Found> labels,
    Optional<Performance.Pair> performance,
    Optional<Cost> cost,
    List<AtThreshold> thresholds,
    List<Segment> segments,
    Optional<OffPolicy> offPolicy,
    String offPolicySays) {
  /** A decision that was not taken, in {@link Decisions}. */
  static final String NONE = "none";

  /** No score, in {@link Decisions}. */
  static final String NO_SCORE = "no score";

  /**
   * @param both vectors that both scored
   * @param same of these, with the same bits
   * @param close of these, no farther apart than 1e-6
   * @param largest difference between two scores; 0 where none was scored by both
   */
  record Agreement(
      long both,
      long onlyBaseline,
      long onlyCandidate,
      long neither,
      long same,
      long close,
      double largest) {}

  /** How many vectors the baseline decided so and the candidate so. */
  record Decisions(String baseline, String candidate, long vectors) {}

  record Example(
      String eventId,
      Instant eventTime,
      double baselineScore,
      double candidateScore,
      String baseline,
      String candidate,
      Optional<Boolean> label) {}

  /** Mean cost a vector. */
  record Cost(Estimate baseline, Estimate candidate, Estimate difference) {
    static final Cost NONE = new Cost(Estimate.NONE, Estimate.NONE, Estimate.NONE);
  }

  /**
   * What decisions were if a score of at least this one were a yes.
   *
   * @param changed vectors that both scored and of which only one says yes
   * @param cost empty: no costs were named, the model has several decisions, or no label is known
   */
  record AtThreshold(
      double threshold, Yes baseline, Yes candidate, long changed, Optional<Cost> cost) {}

  /**
   * @param yes vectors with at least that score
   * @param truePositives of these, those whose label is known and true
   * @param falsePositives of these, those whose label is known and false
   * @param falseNegatives of the others, those whose label is known and true
   * @param trueNegatives of the others, those whose label is known and false
   */
  record Yes(
      long yes, long truePositives, long falsePositives, long falseNegatives, long trueNegatives) {
    /** Share of the true ones among the known that are a yes; NaN where none is. */
    double precision() {
      return (double) truePositives / (truePositives + falsePositives);
    }

    /** Share of a yes among those known to be true; NaN where none is. */
    double recall() {
      return (double) truePositives / (truePositives + falseNegatives);
    }
  }

  /**
   * @param vectors that both scored
   * @param performance empty: no label is known
   */
  record Segment(
      String field,
      String value,
      long vectors,
      long changed,
      Optional<Performance.Pair> performance) {}
}
