package io.leat.deadletters;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Something about dead letters that the user can put right: one clear sentence. */
public final class DeadLetterException extends LeatException {
  private static final long serialVersionUID = 1L;

  public DeadLetterException(String message) {
    super(ErrorCode.DEAD_LETTER, message);
  }

  public DeadLetterException(String message, @Nullable Throwable cause) {
    super(ErrorCode.DEAD_LETTER, message, cause);
  }

  /** The sentence for brokers that do not answer. */
  static DeadLetterException unreachable(String topic, KafkaException e) {
    return new DeadLetterException(
        "The topic %s could not be reached: %s. Is the broker running, is its address right, and may this user use the topic?"
            .formatted(topic, e.getMessage()),
        e);
  }
}
