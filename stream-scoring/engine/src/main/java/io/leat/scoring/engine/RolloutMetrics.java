package io.leat.scoring.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/** The meters of a model's rollouts; docs/reference/metrics.md has a row for each. Thread-safe. */
public final class RolloutMetrics {
  private final Counter switches;
  private final Timer load;
  private final Counter loadFailures;

  /**
   * @param revision of the rollout that is loaded, 0 where none is
   * @param version number of its champion, 0 where none is loaded
   */
  RolloutMetrics(
      MeterRegistry registry, String model, Supplier<Number> revision, Supplier<Number> version) {
    Tags tags = Tags.of("model", model);
    Gauge.builder("leat.scoring.rollout.revision", revision)
        .description("Revision of the newest rollout that is loaded.")
        .tags(tags)
        .register(registry);
    Gauge.builder("leat.scoring.version.number", version)
        .description("Number of the version that is its champion.")
        .tags(tags)
        .register(registry);
    switches =
        Counter.builder("leat.scoring.switches")
            .description("Times that a partition went over to another rollout.")
            .tags(tags)
            .register(registry);
    load =
        Timer.builder("leat.scoring.load")
            .description("Time that it took to load a rollout.")
            .tags(tags)
            .register(registry);
    loadFailures =
        Counter.builder("leat.scoring.load.failures")
            .description("Times that a rollout could not be loaded.")
            .tags(tags)
            .register(registry);
  }

  public Counter switches() {
    return switches;
  }

  Timer load() {
    return load;
  }

  Counter loadFailures() {
    return loadFailures;
  }
}
