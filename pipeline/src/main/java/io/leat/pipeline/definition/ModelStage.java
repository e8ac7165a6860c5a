package io.leat.pipeline.definition;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stage that a version goes through before it scores all.
 *
 * @param weight share of the entities that the version decides for, at first of {@link
 *     Kind#BANDIT}: 0 of a shadow, 1 of {@link Kind#BLUE_GREEN} and {@link Kind#CHAMPION}
 * @param minDuration how long it lasts at least
 * @param minEvents how many vectors the version is given at least
 * @param maxDuration how long it lasts at most before the champion of before has all again; empty:
 *     for ever
 * @param guards what ends the rollout at once, or has to be passed
 * @param minLabels how many of the version's scores are held against their labels at least
 * @param loss what they cost then; empty where the stage does not go by labels
 * @param bandit of {@link Kind#BANDIT}, and of it alone
 */
public record ModelStage(
    Kind kind,
    double weight,
    Duration minDuration,
    int minEvents,
    Optional<Duration> maxDuration,
    List<Guard> guards,
    int minLabels,
    Optional<Loss> loss,
    Optional<Bandit> bandit) {
  public ModelStage {
    guards = List.copyOf(guards);
  }

  /** What the version is in a stage. */
  public enum Kind {
    /** It scores beside the champion and decides nothing. */
    SHADOW,
    /** It decides for a share of the entities. */
    CANARY,
    /** It decides for all, and the champion of before scores beside it. */
    BLUE_GREEN,
    /** It is the champion: the end of the rollout. */
    CHAMPION,
    /** It decides for a share of the entities that follows from what scores cost. */
    BANDIT
  }

  /** What a guard looks at. */
  public enum GuardKind {
    /** The share of vectors without a score. */
    UNSCORED,
    /** The share of vectors that took longer than a budget. */
    LATENCY,
    /** How far the scores of both versions lie apart. */
    SCORE_DISTRIBUTION,
    /** Vectors without a score, one after the other. */
    FAILURES_IN_A_ROW,
    /** What the scores cost once their labels are known. */
    LOSS
  }

  /** What a score costs, from 0 to 1. */
  public enum LossKind {
    /** The square of the distance between the score and the label, which is 0 or 1. */
    BRIER,
    /** 1 where there is a decision and the label is false, or none and it is true. */
    WRONG_DECISION,
    /** The distance between the score and the label, as a part of a scale. */
    ABSOLUTE_ERROR
  }

  /**
   * What a score costs once its label is known.
   *
   * @param scale of {@link LossKind#ABSOLUTE_ERROR}, and of it alone: the distance that costs 1
   * @param after how long after its event a score is held against its label; one that comes later
   *     does not count
   */
  public record Loss(LossKind kind, Optional<Double> scale, Duration after) {}

  /**
   * How the share of the version follows from what scores cost.
   *
   * @param period how long a share holds at least
   * @param floor least share of either version, less than a half
   */
  public record Bandit(Duration period, double floor) {}

  /**
   * What ends a rollout, or lets it go on.
   *
   * @param limit by how much the version may differ from the champion; of {@link
   *     GuardKind#FAILURES_IN_A_ROW} how many end the rollout
   * @param alpha how likely it is at most that it ever ends the stage of a version that keeps to
   *     the limit; 0 of {@link GuardKind#FAILURES_IN_A_ROW}
   * @param budget of {@link GuardKind#LATENCY}, and of it alone
   */
  public record Guard(GuardKind kind, double limit, double alpha, Optional<Duration> budget) {}
}
