package io.leat.scoring.engine;

import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.Score;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.RolloutScorer.Answer;

/** Scores as they are written. */
public final class Scores {
  private Scores() {}

  /**
   * The record of a score: the same for the same vector, position and rollout, whoever makes it.
   *
   * @param position where the vector lies
   * @param rollout by which the answer was given
   * @param scored the answer's outcome
   */
  public static Score of(
      FeatureVector vector, LogPosition position, Rollout rollout, Answer answer, Scored scored) {
    ModelVersion version = answer.version().version();
    return Score.newBuilder()
        .setModel(version.getModel())
        .setModelVersion(version.getLabel())
        .setEventId(vector.getEventId())
        .setEventTime(vector.getEventTime())
        .setScore(scored.prediction().score())
        .setDecision(scored.decision().orElse(null))
        .setService(vector.getService())
        .setServiceVersion(vector.getServiceVersion())
        .setDefinition(vector.getDefinition())
        .setVector(position)
        .setSource(vector.getSource())
        .setModelDigest(version.getDigest())
        .setOutputs(scored.prediction().outputs())
        .setModelNumber(version.getNumber())
        .setRole(answer.arm().getRole().name())
        .setRollout(rollout.getRevision())
        .setStage(rollout.getStage())
        .setPropensity(answer.propensity())
        .setFallback(answer.fallback().map(Enum::name).orElse(null))
        .setContributions(scored.contributions().orElse(null))
        .build();
  }
}
