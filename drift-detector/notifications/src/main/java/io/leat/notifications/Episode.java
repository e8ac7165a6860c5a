package io.leat.notifications;

import io.leat.records.AlertControl;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All that is known of an episode.
 *
 * @param records of {@code drift-alerts}, at least one, in their order
 * @param ack who has seen it
 * @param silence that holds its notifications back now
 * @param told what receivers are told and have answered; empty where none is
 */
public record Episode(
    List<DriftAlert> records,
    Optional<AlertControl> ack,
    Optional<AlertControl> silence,
    List<Notification> told) {
  /** How an episode stands. */
  public enum Standing {
    OPEN,
    ACKNOWLEDGED,
    SILENCED,
    CLOSED;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Episode {
    records = List.copyOf(records);
    told = List.copyOf(told);
  }

  public String id() {
    return last().getAlertId();
  }

  public DriftAlert last() {
    return records.get(records.size() - 1);
  }

  /** The last {@code OPEN}, or what there is where the topic has none any more. */
  public DriftAlert lastOpen() {
    for (int i = records.size() - 1; i >= 0; i--) {
      if (records.get(i).getState() == AlertState.OPEN) {
        return records.get(i);
      }
    }
    return last();
  }

  /** What holds first: that it closed, that it is silenced, that somebody has seen it. */
  public Standing standing() {
    if (last().getState() == AlertState.CLOSED) {
      return Standing.CLOSED;
    }
    if (silence.isPresent()) {
      return Standing.SILENCED;
    }
    return ack.isPresent() ? Standing.ACKNOWLEDGED : Standing.OPEN;
  }

  /** The evidence as odds; empty where thresholds decide. */
  public Optional<String> evidence() {
    return Texts.evidence(lastOpen());
  }

  /** Its streams with most evidence, one a line; empty where thresholds decide. */
  public String streams() {
    return Texts.streams(lastOpen());
  }
}
