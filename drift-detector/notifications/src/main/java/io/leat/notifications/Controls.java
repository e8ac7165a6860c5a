package io.leat.notifications;

import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What holds notifications back: silences; open episodes of data quality, which inhibit those of
 * drift of their model; and where thresholds decide and one window opens alerts of many streams,
 * the first of these, which stands for the others. Held in memory, written through to a store.
 * Owned by one thread.
 */
final class Controls {
  /**
   * Records as they were read, by {@code control/<id>}, {@code quality/<episode>} and {@code
   * stream/<offset>/<episode>}.
   */
  static final String STORE = "controls";

  private static final String CONTROL = "control/";
  private static final String QUALITY = "quality/";
  private static final String STREAM = "stream/";

  /** So many alerts of single streams that one window opens have one cause. */
  static final int OF_ONE_CAUSE = 3;

  /** How long a silence that has expired, or an ack, is known. */
  private static final Duration KEPT = Outbox.KEPT;

  private final KeyValueStore<String, byte[]> store;
  private final Map<String, AlertControl> controls = new TreeMap<>();
  private final Map<String, DriftAlert> quality = new TreeMap<>();

  /** The first records of open alerts of single streams, in the order in which they came. */
  private final Map<String, DriftAlert> ofStreams = new TreeMap<>();

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
          (entry.key.startsWith(STREAM) ? ofStreams : quality)
              .put(entry.key, alert.apply(entry.value));
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
   * Takes an alert, if it is of data quality, or of a single stream that drifts.
   *
   * @param value as it was read
   * @param offset where it was read
   */
  void add(DriftAlert alert, byte[] value, long offset) {
    if (alert.getKind().equals("data_quality")) {
      keep(quality, QUALITY + alert.getAlertId(), alert, value);
    } else if (isOfStream(alert)) {
      String suffix = "/" + alert.getAlertId();
      String key =
          ofStreams.keySet().stream()
              .filter(known -> known.endsWith(suffix))
              .findFirst()
              .orElse(STREAM + "%019d".formatted(offset) + suffix);
      if (alert.getState() == AlertState.CLOSED || !ofStreams.containsKey(key)) {
        keep(ofStreams, key, alert, value);
      }
    }
  }

  /** Episodes of evidence name their streams themselves. */
  private static boolean isOfStream(DriftAlert alert) {
    return alert.getKind().equals("drift") && alert.getEvidence() == null;
  }

  private void keep(Map<String, DriftAlert> open, String key, DriftAlert alert, byte[] value) {
    if (alert.getState() == AlertState.OPEN) {
      open.put(key, alert);
      store.put(key, value);
    } else {
      open.remove(key);
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
    if (!alert.getKind().equals("drift")) {
      return Optional.empty();
    }
    Optional<Withheld> broken =
        quality.values().stream()
            .filter(other -> other.getModel().equals(alert.getModel()))
            .findFirst()
            .map(
                other ->
                    new Withheld(
                        "data_quality",
                        "inhibited by the open episode %s of data quality"
                            .formatted(other.getAlertId())));
    return broken.or(() -> parent(alert));
  }

  /** The first of many that one window opened, where an alert is another of them. */
  private Optional<Withheld> parent(DriftAlert alert) {
    Optional<DriftAlert> first =
        ofStreams.values().stream()
            .filter(other -> other.getAlertId().equals(alert.getAlertId()))
            .findFirst();
    if (first.isEmpty()) {
      return Optional.empty();
    }
    List<DriftAlert> together =
        ofStreams.values().stream()
            .filter(other -> other.getMonitor().equals(alert.getMonitor()))
            .filter(other -> other.getWindowStart().equals(first.get().getWindowStart()))
            .toList();
    DriftAlert parent = together.get(0);
    return together.size() < OF_ONE_CAUSE || parent.getAlertId().equals(alert.getAlertId())
        ? Optional.empty()
        : Optional.of(
            new Withheld(
                "parent",
                "%s stands for it: monitor %s opened it and others in the same window"
                    .formatted(parent.getAlertId(), alert.getMonitor())));
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
