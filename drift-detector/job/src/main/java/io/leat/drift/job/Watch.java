package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.pipeline.definition.Monitor;
import java.io.Serializable;

/**
 * A monitor and the profile it compares with, in a form that travels with operators.
 *
 * @param profile {@link ReferenceProfile#toJson}
 * @param rollout revision of the rollout whose champion brought it; {@link #NO_ROLLOUT} of the
 *     pipeline's folder
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Watch(Monitor monitor, byte[] profile, long rollout) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Of a profile that no champion brought. */
  static final long NO_ROLLOUT = 0;

  /** Whether a profile is of the monitor's model, and of a later rollout than this one. */
  boolean isBefore(ChampionProfile champion) {
    return champion.model().equals(monitor.model()) && champion.rollout() > rollout;
  }

  /** The monitor with the profile that a champion brought. */
  Watch follow(ChampionProfile champion) {
    return new Watch(monitor, champion.profile(), champion.rollout());
  }

  DriftDetector detector() {
    return new DriftDetector(monitor, ReferenceProfile.parse(profile));
  }
}
