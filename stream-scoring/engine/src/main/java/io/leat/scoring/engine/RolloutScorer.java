package io.leat.scoring.engine;

import io.leat.common.Lookups;
import io.leat.models.registry.Assignment;
import io.leat.records.FallbackKind;
import io.leat.records.FeatureVector;
import io.leat.records.ModelRole;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutFallback;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scores vectors by one rollout. Owned by one thread; a user of the rollout's versions until it is
 * closed.
 */
public final class RolloutScorer implements AutoCloseable {
  private final LoadedRollout rollout;
  private final @Nullable RolloutFallback fallback;
  private final Map<RolloutArm, VectorScorer> scorers = new IdentityHashMap<>();

  /**
   * What an arm made of a vector.
   *
   * @param nanos how long it took
   * @param insteadOf what the arm made of it whose place this one took, which is no score; empty
   *     where this one should have decided
   */
  public record Answer(
      RolloutArm arm,
      LoadedVersion version,
      Outcome outcome,
      long nanos,
      Optional<Answer> insteadOf) {
    /** What the arm that should have decided made of the vector: this, where it did. */
    public Answer first() {
      return insteadOf.map(Answer::first).orElse(this);
    }

    /** Why the arm that should have decided had no score; empty where this is its own. */
    public Optional<UnscoredReason> fallback() {
      return insteadOf
          .map(Answer::first)
          .map(Answer::outcome)
          .map(failed -> failed instanceof Unscored unscored ? unscored.reason() : null);
    }

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
    this.fallback = rollout.rollout().getFallback();
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
   * What the arm that decides for a key makes of a vector. Where it has no score for it, another
   * takes its place as the rollout says ({@link FallbackKind}), in a canary's first the champion;
   * where none of them has one, the last says why.
   */
  public Answer decide(byte[] key, FeatureVector vector) {
    Assignment assignment = rollout.assignment();
    Answer first = answer(assignment.decides(key), vector, Optional.empty());
    if (first.outcome() instanceof Scored || kind() == FallbackKind.DLQ) {
      return first;
    }
    Answer champion =
        first.arm().getRole() == ModelRole.CANARY
            ? answer(assignment.champion(), vector, Optional.of(first))
            : first;
    Answer last =
        champion.outcome() instanceof Scored
            ? champion
            : insteadOfChampion(champion, vector).orElse(champion);
    count(last.insteadOf());
    return last;
  }

  private FallbackKind kind() {
    return fallback == null ? FallbackKind.CHAMPION : fallback.getKind();
  }

  private Optional<Answer> insteadOfChampion(Answer champion, FeatureVector vector) {
    return switch (kind()) {
      case PREVIOUS ->
          rollout.assignment().fallback().map(arm -> answer(arm, vector, Optional.of(champion)));
      case DEFAULT -> {
        double score =
            Objects.requireNonNull(fallback == null ? null : fallback.getScore(), "of DEFAULT");
        Outcome outcome = Lookups.required(scorers, champion.arm()).standIn(score);
        yield Optional.of(
            new Answer(champion.arm(), champion.version(), outcome, 0, Optional.of(champion)));
      }
      case CHAMPION, DLQ -> Optional.empty();
    };
  }

  /** Each that had no score, and whose place another took. */
  private static void count(Optional<Answer> failed) {
    for (Optional<Answer> next = failed; next.isPresent(); next = next.get().insteadOf()) {
      if (next.get().outcome() instanceof Unscored unscored) {
        next.get().version().metrics().fallbacks(unscored.reason()).increment();
      }
    }
  }

  /** Whether versions score beside those that decide. */
  public boolean hasShadows() {
    return !rollout.assignment().shadows().isEmpty();
  }

  /** Counts a vector that no shadow scores, since there is no time for it. */
  public void leaveShadowsOut() {
    rollout
        .assignment()
        .shadows()
        .forEach(
            shadow ->
                Lookups.required(scorers, shadow).version().metrics().shadowLeftOut().increment());
  }

  /** What each shadow makes of a vector. */
  public List<Answer> shadows(FeatureVector vector) {
    List<RolloutArm> shadows = rollout.assignment().shadows();
    return shadows.isEmpty()
        ? List.of()
        : shadows.stream().map(shadow -> answer(shadow, vector, Optional.empty())).toList();
  }

  private Answer answer(RolloutArm arm, FeatureVector vector, Optional<Answer> insteadOf) {
    VectorScorer scorer = Lookups.required(scorers, arm);
    long begun = System.nanoTime();
    Outcome outcome = scorer.score(vector);
    return new Answer(arm, scorer.version(), outcome, System.nanoTime() - begun, insteadOf);
  }

  @Override
  public void close() {
    scorers.values().forEach(VectorScorer::close);
    scorers.clear();
    rollout.release();
  }
}
