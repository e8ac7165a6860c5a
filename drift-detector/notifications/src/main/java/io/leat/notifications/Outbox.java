package io.leat.notifications;

import io.leat.records.Notification;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What each receiver is to be told of each episode, and what it answered; written in the
 * transaction in which the alert was read, or the answer taken. Those that have not come to an end
 * are held in memory too. Owned by one thread.
 */
final class Outbox {
  /** By receiver and episode, see {@link #key}. */
  static final String STORE = "outbox";

  /** By receiver: when, in milliseconds, it was first seen in the pipeline. */
  static final String SINCE = "receivers";

  /** How long it is known what a receiver was told, after the episode has closed. */
  static final Duration KEPT = Duration.ofDays(90);

  private final KeyValueStore<String, byte[]> store;
  private final KeyValueStore<String, Long> since;
  private final Format format;
  private final Map<String, Notification> active = new TreeMap<>();

  /** How notifications are written: in wire format, under the subject of the store's changelog. */
  record Format(AvroCodec codec, RegistryClient registry, String subject, RegistryRetry retry) {
    byte[] encode(Notification notification) {
      int id = retry.call(() -> registry.register(subject, Notification.getClassSchema()));
      return codec.encode(id, notification);
    }

    <T extends SpecificRecordBase> T decode(byte[] value, Class<T> type) {
      return retry.call(() -> codec.decode(value, type));
    }
  }

  /**
   * Reads what the store holds.
   *
   * @param receivers of the pipeline; what others were to be told is let be
   */
  Outbox(
      KeyValueStore<String, byte[]> store,
      KeyValueStore<String, Long> since,
      Format format,
      Set<String> receivers,
      Instant now) {
    this.store = store;
    this.since = since;
    this.format = format;
    each(
        (key, notification) -> {
          if (receivers.contains(notification.getReceiver())
              && Stages.isActive(notification, now)) {
            active.put(key, notification);
          }
        });
  }

  private interface Visitor {
    void visit(String key, Notification notification);
  }

  private void each(Visitor visitor) {
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> entry = all.next();
        visitor.visit(entry.key, format.decode(entry.value, Notification.class));
      }
    }
  }

  /** Receivers' names hold no slash. */
  static String key(String receiver, String episode) {
    return receiver + "/" + episode;
  }

  static String key(Notification notification) {
    return key(notification.getReceiver(), notification.getOpened().getAlertId());
  }

  /**
   * When a receiver was first seen: what came to {@code drift-alerts} before is history to it.
   *
   * @param now is kept where it never was
   */
  Instant since(String receiver, Instant now) {
    Long known = since.get(receiver);
    if (known == null) {
      since.put(receiver, now.toEpochMilli());
      return now;
    }
    return Instant.ofEpochMilli(known);
  }

  /** What a receiver is to be told of an episode, or was told within {@link #KEPT}. */
  Optional<Notification> find(String receiver, String episode) {
    String key = key(receiver, episode);
    Notification known = active.get(key);
    return known != null
        ? Optional.of(known)
        : Optional.ofNullable(store.get(key))
            .map(value -> format.decode(value, Notification.class));
  }

  void put(Notification notification) {
    String key = key(notification);
    store.put(key, format.encode(notification));
    active.put(key, notification);
  }

  /** Nothing of it will have to be told any more. */
  void retire(Notification notification) {
    active.remove(key(notification));
  }

  void delete(Notification notification) {
    String key = key(notification);
    store.delete(key);
    active.remove(key);
  }

  /** Those of which something may be to be told yet, by receiver and episode. */
  Collection<Notification> active() {
    return List.copyOf(active.values());
  }

  /** Forgets those that came to an end long ago. */
  void purge(Instant now) {
    List<Notification> old = new ArrayList<>();
    each(
        (key, notification) -> {
          if (notification.getClosedAt() != null
              && notification.getClosedAt().isBefore(now.minus(KEPT))) {
            old.add(notification);
          }
        });
    old.forEach(this::delete);
  }
}
