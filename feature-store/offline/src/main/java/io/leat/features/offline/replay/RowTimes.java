package io.leat.features.offline.replay;

import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;

/**
 * The event times that rows may have, milliseconds since 1970-01-01 UTC.
 *
 * @param from the least
 * @param to what all lie before
 */
public record RowTimes(long from, long to) implements Serializable {
  public static RowTimes of(Optional<Instant> from, Optional<Instant> to) {
    return new RowTimes(
        from.map(Instant::toEpochMilli).orElse(Long.MIN_VALUE),
        to.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
  }

  public boolean contain(long time) {
    return from <= time && time < to;
  }
}
