package io.leat.retraining.policy;

/**
 * That an episode may be the doing of an incident that has closed by now.
 *
 * @param incident what was broken while the episode's evidence came together
 * @param monitor name of the monitor that told of the episode
 * @param windows how many windows after the incident that monitor has to evaluate: if the episode
 *     is open still, it is not the incident's doing
 */
public record Doubt(Incident incident, String monitor, int windows) {
  /** The end of a sentence about the episode: why it waits. */
  String reason() {
    return "what it goes by was seen while data quality was broken (episode %s of monitor %s, %s to %s); it asks if it is open once monitor %s has evaluated %d windows after that"
        .formatted(
            incident.id(),
            incident.monitor(),
            incident.span().from(),
            incident.span().to(),
            monitor,
            windows);
  }
}
