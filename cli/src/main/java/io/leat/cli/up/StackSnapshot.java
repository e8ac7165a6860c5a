package io.leat.cli.up;

import io.leat.console.Flow;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A running stack as it was a moment ago. Immutable: whoever shows it asks nobody.
 *
 * @param now what was counted last; empty before the first count has succeeded
 * @param before what was counted before that, to take rates from; empty before the second count
 * @param parts how each process does
 * @param problem why the newest count failed; empty if it did not
 */
record StackSnapshot(
    Optional<Figures> now,
    Optional<Figures> before,
    List<PartState> parts,
    Optional<String> problem) {
  StackSnapshot {
    parts = List.copyOf(parts);
  }

  /** The counts, as the console shows them: totals, what was more a second, and lags. */
  Flow flow() {
    if (now.isEmpty()) {
      return Flow.NONE;
    }
    Figures figures = now.get();
    Map<String, Double> rates = new HashMap<>();
    before.ifPresent(
        earlier -> {
          double seconds = Duration.between(earlier.time(), figures.time()).toMillis() / 1_000.0;
          figures
              .topics()
              .forEach(
                  (topic, total) ->
                      rates.put(
                          topic, seconds <= 0 ? 0 : (total - earlier.topic(topic)) / seconds));
        });
    return new Flow(figures.time(), figures.topics(), rates, figures.lag());
  }
}
