package io.leat.scoring.engine;

import io.leat.common.Lookups;
import io.leat.models.registry.Assignment;
import io.leat.records.FeatureVector;
import io.leat.records.ModelRole;
import io.leat.records.RolloutArm;
import io.leat.scoring.engine.Outcome.Unscored;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores vectors by one rollout. Owned by one thread; a user of the rollout's versions until it is
 * closed.
 */
public final class RolloutScorer implements AutoCloseable {
  private final LoadedRollout rollout;
  private final Map<RolloutArm, VectorScorer> scorers = new IdentityHashMap<>();

  /**
   * What an arm made of a vector.
   *
   * @param fallback why the arm that should have decided had no score; empty where this is its own
   */
  public record Answer(
      RolloutArm arm, LoadedVersion version, Outcome outcome, Optional<UnscoredReason> fallback) {
    /** As {@link Assignment#propensity}. */
    public double propensity() {
      return Assignment.propensity(arm);
    }
  }

  /**
   * @param rollout that the caller has become a user of, which this is now
   */
  public RolloutScorer(LoadedRollout rollout) {
    this.rollout = rollout;
    List<RolloutArm> arms = rollout.rollout().getArms();
    try {
      for (int i = 0; i < arms.size(); i++) {
        scorers.put(arms.get(i), new VectorScorer(rollout.versions().get(i)));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  public LoadedRollout rollout() {
    return rollout;
  }

  /**
   * What the arm that decides for a key makes of a vector. Where that is a canary that has no score
   * for it, the champion decides.
   */
  public Answer decide(byte[] key, FeatureVector vector) {
    Assignment assignment = rollout.assignment();
    RolloutArm arm = assignment.decides(key);
    Answer answer = answer(arm, vector, Optional.empty());
    if (arm.getRole() == ModelRole.CANARY && answer.outcome() instanceof Unscored unscored) {
      answer.version().metrics().fallbacks(unscored.reason()).increment();
      return answer(assignment.champion(), vector, Optional.of(unscored.reason()));
    }
    return answer;
  }

  /** What each shadow makes of a vector. */
  public List<Answer> shadows(FeatureVector vector) {
    List<RolloutArm> shadows = rollout.assignment().shadows();
    return shadows.isEmpty()
        ? List.of()
        : shadows.stream().map(shadow -> answer(shadow, vector, Optional.empty())).toList();
  }

  private Answer answer(RolloutArm arm, FeatureVector vector, Optional<UnscoredReason> fallback) {
    VectorScorer scorer = Lookups.required(scorers, arm);
    return new Answer(arm, scorer.version(), scorer.score(vector), fallback);
  }

  @Override
  public void close() {
    scorers.values().forEach(VectorScorer::close);
    scorers.clear();
    rollout.release();
  }
}
