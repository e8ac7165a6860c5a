package io.leat.scoring.engine;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;

/** The meters of one model version; docs/reference/metrics.md has a row for each. Thread-safe. */
public final class ScoringMetrics {
  private final Counter scores;
  private final Counter shadowScores;
  private final Counter shadowLeftOut;
  private final Timer inference;
  private final Map<UnscoredReason, Counter> unscored = new EnumMap<>(UnscoredReason.class);
  private final Map<UnscoredReason, Counter> shadowUnscored = new EnumMap<>(UnscoredReason.class);
  private final Map<UnscoredReason, Counter> fallbacks = new EnumMap<>(UnscoredReason.class);

  ScoringMetrics(MeterRegistry registry, String model, String version) {
    Tags tags = Tags.of("model", model, "version", version);
    scores =
        Counter.builder("leat.scoring.scores")
            .description("Scores written.")
            .tags(tags)
            .register(registry);
    shadowScores =
        Counter.builder("leat.scoring.shadow.scores")
            .description("Scores that the version made as a shadow.")
            .tags(tags)
            .register(registry);
    shadowLeftOut =
        Counter.builder("leat.scoring.shadow.left.out")
            .description("Vectors that the version did not score as a shadow, since others waited.")
            .tags(tags)
            .register(registry);
    inference =
        Timer.builder("leat.scoring.inference")
            .description("Time that ONNX Runtime takes for one vector.")
            .tags(tags)
            .publishPercentileHistogram()
            .register(registry);
    for (UnscoredReason reason : UnscoredReason.values()) {
      Tags because = tags.and("reason", reason.name());
      unscored.put(
          reason,
          Counter.builder("leat.scoring.unscored")
              .description("Vectors that the model could not score, by reason.")
              .tags(because)
              .register(registry));
      shadowUnscored.put(
          reason,
          Counter.builder("leat.scoring.shadow.unscored")
              .description("Vectors that the version could not score as a shadow, by reason.")
              .tags(because)
              .register(registry));
      fallbacks.put(
          reason,
          Counter.builder("leat.scoring.fallbacks")
              .description("Vectors that the version could not score as a canary, by reason.")
              .tags(because)
              .register(registry));
    }
  }

  public Counter scores() {
    return scores;
  }

  public Counter shadowScores() {
    return shadowScores;
  }

  public Counter shadowLeftOut() {
    return shadowLeftOut;
  }

  public Timer inference() {
    return inference;
  }

  public Counter unscored(UnscoredReason reason) {
    return of(unscored, reason);
  }

  public Counter shadowUnscored(UnscoredReason reason) {
    return of(shadowUnscored, reason);
  }

  public Counter fallbacks(UnscoredReason reason) {
    return of(fallbacks, reason);
  }

  private static Counter of(Map<UnscoredReason, Counter> counters, UnscoredReason reason) {
    return requireNonNull(counters.get(reason), "there is one for each reason");
  }
}
