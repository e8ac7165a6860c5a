package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Durations;
import java.time.Duration;
import java.util.List;

/**
 * The resolution of a view that declares none. Windows of up to an hour are kept in tiles of a
 * second, of up to a day in tiles of a minute, longer ones in tiles of an hour. A view has one
 * resolution: the one that its shortest window asks for or, where some window or the offset is no
 * multiple of that, the next finer one of hour, minute, second and millisecond.
 */
final class Resolution {
  static final Duration EXACT = Duration.ofMillis(1);

  private static final List<Duration> CHOICES =
      List.of(Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(1), EXACT);

  private Resolution() {}

  /**
   * @param windows at least one
   */
  static Duration byDefault(List<Duration> windows, Duration offset) {
    Duration shortest = windows.stream().min(Duration::compareTo).orElseThrow();
    Duration coarsest =
        shortest.compareTo(Duration.ofHours(1)) <= 0
            ? Duration.ofSeconds(1)
            : shortest.compareTo(Duration.ofDays(1)) <= 0
                ? Duration.ofMinutes(1)
                : Duration.ofHours(1);
    return CHOICES.stream()
        .filter(choice -> choice.compareTo(coarsest) <= 0)
        .filter(choice -> divides(choice, offset))
        .filter(choice -> windows.stream().allMatch(window -> divides(choice, window)))
        .findFirst()
        .orElse(EXACT);
  }

  /** Whether a duration is a multiple of a resolution; a lifetime is one of any. */
  static boolean divides(Duration resolution, Duration duration) {
    return duration.equals(Durations.LIFETIME) || duration.toMillis() % resolution.toMillis() == 0;
  }
}
