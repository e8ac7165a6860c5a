package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import io.leat.pipeline.definition.Monitor;
import java.io.Serializable;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A monitor and the profile it compares with, in a form that travels with operators.
 *
 * @param profile {@link ReferenceProfile#toJson}
 * @param rollout revision of the rollout that there was when it was chosen: profiles of champions
 *     of later ones take its place; {@link #NO_ROLLOUT} where there was none, or it could not be
 *     asked
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Watch(Monitor monitor, byte[] profile, long rollout) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Any champion's profile takes the place of this one. */
  static final long NO_ROLLOUT = 0;

  /** Whether a profile is of the monitor's model, and of a later rollout than this one. */
  boolean isBefore(ChampionProfile champion) {
    return champion.model().equals(monitor.model()) && champion.rollout() > rollout;
  }

  /**
   * The monitor with the profile that a champion brought, where that is of its model and of a later
   * rollout, and has no {@link #problem}; else as it is.
   */
  Watch follow(ChampionProfile champion) {
    return isBefore(champion) && problem(champion).isEmpty()
        ? new Watch(monitor, champion.profile(), champion.rollout())
        : this;
  }

  /** Why the monitor cannot be evaluated by a champion's profile; empty where it can. */
  Optional<String> problem(ChampionProfile champion) {
    try {
      ReferenceProfile brought = ReferenceProfile.parse(champion.profile());
      String definition = ReferenceProfile.parse(profile).definition();
      if (!brought.definition().equals(definition)) {
        return Optional.of(
            "it is of the service's definition %s, not %s"
                .formatted(brought.definition(), definition));
      }
      Set<String> columns = columns(new DriftDetector(monitor, brought));
      columns.removeAll(columns(detector()));
      return columns.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "it watches also " + columns + ", which the job has not read since it began");
    } catch (ReferenceProfileException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Set<String> columns(DriftDetector detector) {
    Set<String> columns = new TreeSet<>(detector.features());
    columns.addAll(detector.outputs());
    return columns;
  }

  DriftDetector detector() {
    return new DriftDetector(monitor, ReferenceProfile.parse(profile));
  }
}
