package io.leat.notifications;

import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a receiver is to be told next of an episode. */
final class Stages {
  /** How long what is over is said again to who forgets. */
  static final Duration RESOLVED = Duration.ofMinutes(5);

  private Stages() {}

  /**
   * The next; empty while there is nothing to tell. Stages come in their order: who never took that
   * an episode opened is told that first, and then that it closed.
   */
  static Optional<NotificationStage> next(Notification notification) {
    if (isOver(notification, NotificationStage.CLOSED)) {
      return Optional.empty();
    }
    if (!isOver(notification, NotificationStage.OPENED)) {
      return Optional.of(NotificationStage.OPENED);
    }
    if (notification.getRaised() != null && !isOver(notification, NotificationStage.RAISED)) {
      return Optional.of(NotificationStage.RAISED);
    }
    if (notification.getClosed() != null) {
      return Optional.of(NotificationStage.CLOSED);
    }
    return notification.getAcknowledged() != null
            && !isOver(notification, NotificationStage.ACKNOWLEDGED)
        ? Optional.of(NotificationStage.ACKNOWLEDGED)
        : Optional.empty();
  }

  /** Whether a receiver has answered a stage. */
  static boolean isOver(Notification notification, NotificationStage stage) {
    return answer(notification, stage).isPresent();
  }

  static Optional<NotificationAnswer> answer(Notification notification, NotificationStage stage) {
    return notification.getAnswers().stream()
        .filter(answer -> answer.getStage() == stage)
        .findFirst();
  }

  /**
   * Whether the receiver took what it was told last: only that may be said to it again. False where
   * it was told nothing.
   */
  static boolean stands(Notification notification) {
    return notification.getAnswers().stream()
        .filter(answer -> answer.getAttempts() > 0)
        .reduce((before, last) -> last)
        .map(NotificationAnswer::getTaken)
        .orElse(false);
  }

  /**
   * Whether something of it may have to be told, now or again: Alertmanager wants to hear of a
   * resolved alert for {@link #RESOLVED} more.
   */
  static boolean isActive(Notification notification, Instant now) {
    return answer(notification, NotificationStage.CLOSED)
        .map(answer -> now.isBefore(answer.getTime().plus(RESOLVED)))
        .orElse(true);
  }

  /**
   * The same with an answer to a stage. Who is told that an episode opened is told its severity, so
   * that it is not told again of one that was raised before.
   *
   * @param raised whether it was raised when the receiver was told
   */
  static Notification answered(
      Notification notification, NotificationAnswer answer, boolean raised) {
    List<NotificationAnswer> answers = new ArrayList<>(notification.getAnswers());
    answers.removeIf(before -> before.getStage() == answer.getStage()); // refused the next time
    answers.add(answer);
    if (answer.getStage() == NotificationStage.OPENED && raised) {
      answers.removeIf(before -> before.getStage() == NotificationStage.RAISED);
      answers.add(
          NotificationAnswer.newBuilder(answer)
              .setStage(NotificationStage.RAISED)
              .setAttempts(0)
              .build());
    }
    return Notification.newBuilder(notification)
        .setAnswers(answers)
        .setAttempts(0)
        .setDueAt(answer.getTime())
        .build();
  }

  /** The severity that an episode has reached. */
  static Severity severity(Notification notification) {
    return latestOpen(notification).getSeverity();
  }

  /** The last {@code OPEN}. */
  static DriftAlert latestOpen(Notification notification) {
    return notification.getRaised() == null ? notification.getOpened() : notification.getRaised();
  }

  /** The last record of the episode. */
  static DriftAlert latest(Notification notification) {
    return notification.getClosed() == null ? latestOpen(notification) : notification.getClosed();
  }

  /** When the episode closed, but not before it opened; empty while it is open. */
  static Optional<Instant> end(Notification notification) {
    Instant closed = notification.getClosedAt();
    if (closed == null) {
      return Optional.empty();
    }
    Instant earliest = notification.getOpenedAt().plusMillis(1);
    return Optional.of(closed.isBefore(earliest) ? earliest : closed);
  }
}
