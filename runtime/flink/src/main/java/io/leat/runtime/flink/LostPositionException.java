package io.leat.runtime.flink;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A source stands at a position that its topic no longer has, and is to stop there. Fails the job
 * at once: it would stand there after each restart.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class LostPositionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param sentence what was found and what to do
   */
  LostPositionException(String sentence) {
    super(sentence);
  }
}
