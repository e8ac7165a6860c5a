package io.leat.features.engine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as microseconds since 1970-01-01 UTC, as the engine takes them. */
public final class Micros {
  private Micros() {}

  /**
   * A time; what is less than a microsecond is cut off.
   *
   * @throws ArithmeticException if it lies more than 292,000 years from 1970
   */
  public static long of(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time.truncatedTo(ChronoUnit.MICROS));
  }

  public static Instant toInstant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
