package io.leat.notifications;

import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What holds notifications back: silences, and open episodes of data quality, which inhibit those
 * of drift of their model. Held in memory, written through to a store. Owned by one thread.
 */
final class Controls {
  /** Records as they were read, by {@code control/<id>} and {@code quality/<episode>}. */
  static final String STORE = "controls";

  private static final String CONTROL = "control/";
  private static final String QUALITY = "quality/";

  /** How long a silence that has expired, or an ack, is known. */
  private static final Duration KEPT = Outbox.KEPT;

  private final KeyValueStore<String, byte[]> store;
  private final Map<String, AlertControl> controls = new TreeMap<>();
  private final Map<String, DriftAlert> quality = new TreeMap<>();

  /** Why an episode is not told of. */
  record Withheld(String by, String sentence) {}

  Controls(
      KeyValueStore<String, byte[]> store,
      Function<byte[], AlertControl> control,
      Function<byte[], DriftAlert> alert) {
    this.store = store;
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        if (entry.key.startsWith(CONTROL)) {
          controls.put(entry.key, control.apply(entry.value));
        } else {
          quality.put(entry.key, alert.apply(entry.value));
        }
      }
    }
  }

  /**
   * Takes a record of {@code alert-controls}.
   *
   * @param value as it was read
   */
  void add(AlertControl control, byte[] value) {
    String key = CONTROL + control.getControlId();
    controls.put(key, control);
    store.put(key, value);
  }

  /**
   * Takes an alert, if it is one of data quality.
   *
   * @param value as it was read
   */
  void add(DriftAlert alert, byte[] value) {
    if (!alert.getKind().equals("data_quality")) {
      return;
    }
    String key = QUALITY + alert.getAlertId();
    if (alert.getState() == AlertState.OPEN) {
      quality.put(key, alert);
      store.put(key, value);
    } else {
      quality.remove(key);
      store.delete(key);
    }
  }

  /** Who has seen an episode; empty where nobody said so. */
  Optional<AlertControl> ack(String episode) {
    return Optional.ofNullable(controls.get(CONTROL + episode))
        .filter(control -> control.getKind() == AlertControlKind.ACK);
  }

  /** Why an episode is not told of now; empty where it is. */
  Optional<Withheld> withheld(Notification notification, Instant now) {
    DriftAlert alert = Stages.latestOpen(notification);
    for (AlertControl control : controls.values()) {
      if (EpisodeControls.isInForce(control, now) && EpisodeControls.matches(control, alert)) {
        return Optional.of(
            new Withheld(
                "silence",
                "silenced by %s until %s (%s)"
                    .formatted(control.getActor(), control.getUntil(), control.getControlId())));
      }
    }
    if (alert.getKind().equals("drift")) {
      return quality.values().stream()
          .filter(other -> other.getModel().equals(alert.getModel()))
          .findFirst()
          .map(
              other ->
                  new Withheld(
                      "data_quality",
                      "inhibited by the open episode %s of data quality"
                          .formatted(other.getAlertId())));
    }
    return Optional.empty();
  }

  /** Forgets what was over long ago. */
  void purge(Instant now) {
    Instant before = now.minus(KEPT);
    controls
        .entrySet()
        .removeIf(
            entry -> {
              AlertControl control = entry.getValue();
              Instant end = control.getUntil() == null ? control.getTime() : control.getUntil();
              boolean old = end.isBefore(before);
              if (old) {
                store.delete(entry.getKey());
              }
              return old;
            });
  }
}
