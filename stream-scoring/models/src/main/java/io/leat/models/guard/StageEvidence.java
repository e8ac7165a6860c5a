package io.leat.models.guard;

import io.leat.models.guard.Finding.Verdict;
import io.leat.records.RolloutBandit;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutObservation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * What is known of the version that a rollout brings in, and of the one that it is held against, in
 * one stage: a fold over observations, in their order. Not thread-safe.
 *
 * <p>It is kept in two parts, so that an observation more costs no more than it changes: {@link
 * #bytes}, of one size, and how many scores lie in each of the places into which they are sorted
 * ({@link #drainChanged}), of which an observation changes two at most.
 */
public final class StageEvidence {
  private final ShareDifference unscored;
  private final ShareDifference slow;
  private final ScoreDistance scores;
  private final LossDifference losses;
  private long failuresInARow;

  /** Its most: a circuit breaker that was open stays open, whatever comes after. */
  private long mostInARow;

  /** Vectors that only one version scored, since others waited. */
  private long leftOut;

  /** How many scores lie in a place. */
  @FunctionalInterface
  public interface Places {
    /**
     * @param place in the order of the scores
     * @param champion scores of the version that the other is held against
     * @param candidate scores of the version that is rolled out
     */
    void put(int place, long champion, long candidate);
  }

  private StageEvidence(
      ShareDifference unscored, ShareDifference slow, ScoreDistance scores, LossDifference losses) {
    this.unscored = unscored;
    this.slow = slow;
    this.scores = scores;
    this.losses = losses;
  }

  /** Of a stage that has just begun. */
  public StageEvidence() {
    this(new ShareDifference(), new ShareDifference(), new ScoreDistance(), new LossDifference());
  }

  /**
   * Takes an observation; constant time, but for a margin of the scores' distance, which costs time
   * by the number of places that have a score.
   */
  public void add(RolloutObservation observation) {
    if (observation.getVersionLoss() != null || observation.getChampionLoss() != null) {
      losses.add(observation.getVersionLoss(), observation.getChampionLoss());
      return;
    }
    boolean candidate = observation.getCandidate();
    Double score = observation.getScore();
    boolean failed = score == null;
    if (candidate) {
      failuresInARow = failed ? failuresInARow + 1 : 0;
      mostInARow = Math.max(mostInARow, failuresInARow);
    }
    if (observation.getLeftOut()) {
      leftOut++;
      return;
    }
    unscored.add(candidate, failed);
    if (observation.getSlow() != null) {
      slow.add(candidate, observation.getSlow());
    }
    Double margin = observation.getMargin();
    if (score == null || margin == null) {
      return;
    }
    if (candidate) {
      scores.version(score, margin);
    } else {
      scores.champion(score);
    }
  }

  /** How many vectors the version was given. */
  public long events() {
    return unscored.versionCount();
  }

  /** How many of the version's scores have their label. */
  public long labels() {
    return losses.versionCount();
  }

  /** How likely it is that the version's scores cost less; a half where nothing is known. */
  public double chance() {
    return losses.chance();
  }

  /**
   * The share of the version that follows from that, in whole parts of 1024: so the shares of both
   * are exact, and sum to 1.
   */
  public double share(RolloutBandit bandit) {
    return ThompsonSampling.share(chance(), bandit.getFloor());
  }

  /** What the scores of both cost that have their label. */
  public String costs() {
    return losses.toString();
  }

  /** How many vectors either was given, and how many of them they had no score for. */
  public String counts() {
    return "version: %d of %d vectors without a score; champion: %d of %d%s"
        .formatted(
            unscored.versionMarked(),
            unscored.versionCount(),
            unscored.championMarked(),
            unscored.championCount(),
            leftOut == 0 ? "" : "; %d left out, since others waited".formatted(leftOut));
  }

  /** What follows from a guard now. */
  public Verdict verdict(RolloutGuard guard) {
    double limit = guard.getLimit();
    double alpha = guard.getAlpha();
    return switch (guard.getKind()) {
      case UNSCORED -> verdict(unscored.interval(alpha), limit);
      case LATENCY -> verdict(slow.interval(alpha), limit);
      case LOSS -> verdict(losses.interval(alpha), limit);
      case SCORE_DISTRIBUTION ->
          verdict(scores.evidence() >= 1 / alpha, scores.interval(alpha).upper() < limit);
      case FAILURES_IN_A_ROW -> verdict(mostInARow >= limit, true);
    };
  }

  /**
   * What a guard says now, with its figures: for who is told, since {@link #verdict} is quicker.
   */
  public Finding finding(RolloutGuard guard) {
    return new Finding(verdict(guard), figures(guard));
  }

  private String figures(RolloutGuard guard) {
    double limit = guard.getLimit();
    double alpha = guard.getAlpha();
    return switch (guard.getKind()) {
      case UNSCORED -> mean("unscored", unscored.interval(alpha), guard, vectors(unscored));
      case LATENCY -> mean("latency", slow.interval(alpha), guard, vectors(slow));
      case LOSS -> mean("loss", losses.interval(alpha), guard, costs());
      case SCORE_DISTRIBUTION ->
          String.format(
              Locale.ROOT,
              "score_distribution: distance %.4g in %s, margin %s, alpha %s, e-value %.4g, of %d and %d scores",
              scores.distance(),
              scores.interval(alpha),
              limit,
              alpha,
              scores.evidence(),
              scores.versionCount(),
              scores.championCount());
      case FAILURES_IN_A_ROW ->
          "failures_in_a_row: at most %d, limit %d".formatted(mostInARow, Math.round(limit));
    };
  }

  private static String vectors(ShareDifference share) {
    return "of %d and %d vectors".formatted(share.versionCount(), share.championCount());
  }

  private static String mean(String name, Interval interval, RolloutGuard guard, String of) {
    return "%s: version less champion in %s, margin %s, alpha %s, %s"
        .formatted(name, interval, guard.getLimit(), guard.getAlpha(), of);
  }

  private static Verdict verdict(Interval difference, double margin) {
    return verdict(difference.lower() > margin, difference.upper() < margin);
  }

  private static Verdict verdict(boolean tripped, boolean passed) {
    return tripped ? Verdict.TRIPPED : passed ? Verdict.PASSED : Verdict.UNDECIDED;
  }

  /** All but the places, as {@link #read} has it. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream to = new DataOutputStream(bytes)) {
      unscored.write(to);
      slow.write(to);
      to.writeLong(failuresInARow);
      to.writeLong(mostInARow);
      scores.write(to);
      losses.write(to);
      to.writeLong(leftOut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** From what {@link #bytes} gave; its places are put back one by one. */
  public static StageEvidence read(byte[] bytes) {
    try (DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes))) {
      ShareDifference unscored = ShareDifference.read(from);
      ShareDifference slow = ShareDifference.read(from);
      long failuresInARow = from.readLong();
      long mostInARow = from.readLong();
      ScoreDistance scores = ScoreDistance.read(from);
      // Earlier releases kept neither losses nor what was left out.
      LossDifference losses =
          from.available() > 0 ? LossDifference.read(from) : new LossDifference();
      StageEvidence evidence = new StageEvidence(unscored, slow, scores, losses);
      evidence.failuresInARow = failuresInARow;
      evidence.mostInARow = mostInARow;
      evidence.leftOut = from.available() > 0 ? from.readLong() : 0;
      return evidence;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the places whose counts changed since this was last called. */
  public void drainChanged(Places to) {
    scores.drainChanged(to);
  }

  /** Puts a place back that {@link #drainChanged} gave. */
  public void put(int place, long champion, long candidate) {
    scores.put(place, champion, candidate);
  }
}
