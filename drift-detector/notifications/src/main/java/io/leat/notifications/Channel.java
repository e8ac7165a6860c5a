package io.leat.notifications;

import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.time.Duration;
import java.util.Optional;

/**
 * A way to tell one receiver. Whoever is told twice of the same stage of an episode can know it by
 * the key that both bear. One thread calls it.
 */
interface Channel {
  /** Longest that an answer is waited for. */
  Duration TIME_LIMIT = Duration.ofSeconds(10);

  /** What became of telling it. */
  enum Outcome {
    /** The receiver has it. */
    TAKEN,
    /** The receiver refuses it as it is: to tell it again is of no use. */
    REFUSED,
    /** There was no answer, or one that says to try later. */
    FAILED
  }

  /**
   * What a receiver answered.
   *
   * @param words for people; holds no secret
   * @param retryAfter before which the receiver wants to hear nothing
   */
  record Answer(Outcome outcome, String words, Optional<Duration> retryAfter) {
    Answer(Outcome outcome, String words) {
      this(outcome, words, Optional.empty());
    }
  }

  /**
   * Tells it of a stage; never throws but for an interruption.
   *
   * @throws InterruptedException if the service ends
   */
  Answer tell(Notification notification, NotificationStage stage) throws InterruptedException;

  /** Whether what it was told has to be said again and again for it to stand. */
  default boolean forgets() {
    return false;
  }

  /** Whether it is told of a stage at all; if not, the stage is over at once. */
  default boolean takes(NotificationStage stage) {
    return true;
  }
}
