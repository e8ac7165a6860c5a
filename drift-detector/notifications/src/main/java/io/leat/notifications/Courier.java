package io.leat.notifications;

import io.leat.notifications.Channel.Answer;
import io.leat.notifications.Channel.Outcome;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells receivers, each on a thread of its own, so that one that does not answer holds nobody else.
 * What it is given and what it gives back belongs to the stream thread; its own threads know
 * neither the store nor the stream.
 */
final class Courier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Courier.class);

  private final Map<String, Channel> channels;
  private final Map<String, ExecutorService> threads = new HashMap<>();
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Queue<Told> told = new ConcurrentLinkedQueue<>();

  /** What a receiver was told, and its answer. */
  record Told(Notification notification, NotificationStage stage, Answer answer) {}

  /**
   * @param channels by name of the receiver
   */
  Courier(Map<String, Channel> channels) {
    this.channels = Map.copyOf(channels);
  }

  Channel channel(String receiver) {
    return Objects.requireNonNull(channels.get(receiver), receiver);
  }

  /** Whether a receiver is being told of an episode. */
  boolean isUnderWay(Notification notification) {
    return underWay.contains(Outbox.key(notification));
  }

  /** Tells a receiver, when its turn comes. */
  void offer(Notification notification, NotificationStage stage) {
    String receiver = notification.getReceiver();
    Channel channel = channel(receiver);
    underWay.add(Outbox.key(notification));
    threads
        .computeIfAbsent(receiver, Courier::thread)
        .execute(
            () -> {
              try {
                told.add(new Told(notification, stage, tell(channel, notification, stage)));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the service ends; it is told again
              }
            });
  }

  private static Answer tell(Channel channel, Notification notification, NotificationStage stage)
      throws InterruptedException {
    try {
      return channel.tell(notification, stage);
    } catch (RuntimeException e) {
      log.error("A receiver could not be told, and should have been", e);
      return new Answer(Outcome.FAILED, e.getClass().getSimpleName());
    }
  }

  private static ExecutorService thread(String receiver) {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, "tells-" + receiver);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** The answers since it was last asked. */
  List<Told> drain() {
    List<Told> drained = new ArrayList<>();
    for (Told next = told.poll(); next != null; next = told.poll()) {
      underWay.remove(Outbox.key(next.notification()));
      drained.add(next);
    }
    return drained;
  }

  /** Breaks off. Whom it was telling is told again by the next. */
  @Override
  public void close() {
    threads.values().forEach(ExecutorService::shutdownNow);
  }
}
