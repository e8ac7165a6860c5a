package io.leat.features.offline.replay;

import io.leat.features.engine.Micros;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;

/**
 * The event times that rows may have, microseconds since 1970-01-01 UTC.
 *
 * @param from the least
 * @param to what all lie before
 */
public record RowTimes(long from, long to) implements Serializable {
  public static RowTimes of(Optional<Instant> from, Optional<Instant> to) {
    return new RowTimes(
        from.map(Micros::of).orElse(Long.MIN_VALUE), to.map(Micros::of).orElse(Long.MAX_VALUE));
  }

  public boolean contain(long time) {
    return from <= time && time < to;
  }
}
