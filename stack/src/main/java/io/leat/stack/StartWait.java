package io.leat.stack;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a process that is being started is waited for: as long as it lives and makes progress,
 * however long that takes. On a busy machine a start takes many times as long as on an idle one, so
 * time alone says nothing.
 *
 * <p>Progress is a line of its log or a missing part that was not seen before (numbers aside), or
 * processor time: a {@value StartProgress#CPU_SHARE}th of what one processor has in {@code
 * noProgress}, which an idle JVM does not use.
 *
 * @param noProgress time without progress after which the process is given up; positive
 * @param report takes a sentence every few seconds: what is waited for, for how long, where it is
 */
public record StartWait(Duration noProgress, Consumer<String> report) {
  /** Three minutes without progress, and no reports. */
  public static final StartWait DEFAULT = new StartWait(Duration.ofMinutes(3), sentence -> {});

  public StartWait {
    if (noProgress.isNegative() || noProgress.isZero()) {
      throw new IllegalArgumentException(
          "a start without progress for %s; expected a positive time".formatted(noProgress));
    }
  }
}
