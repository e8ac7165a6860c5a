package io.leat.scoring;

import static java.util.Objects.requireNonNull;

import io.leat.pipeline.definition.Model;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;

/** The meters of one model version; docs/reference/metrics.md has a row for each. Thread-safe. */
final class ScoringMetrics {
  private final Counter scores;
  private final Timer inference;
  private final Map<UnscoredReason, Counter> unscored = new EnumMap<>(UnscoredReason.class);

  ScoringMetrics(MeterRegistry registry, Model model) {
    Tags tags = Tags.of("model", model.name(), "version", model.version());
    scores =
        Counter.builder("leat.scoring.scores")
            .description("Scores written.")
            .tags(tags)
            .register(registry);
    inference =
        Timer.builder("leat.scoring.inference")
            .description("Time that ONNX Runtime takes for one vector.")
            .tags(tags)
            .publishPercentileHistogram()
            .register(registry);
    for (UnscoredReason reason : UnscoredReason.values()) {
      unscored.put(
          reason,
          Counter.builder("leat.scoring.unscored")
              .description("Vectors that the model could not score, by reason.")
              .tags(tags.and("reason", reason.name()))
              .register(registry));
    }
  }

  Counter scores() {
    return scores;
  }

  Timer inference() {
    return inference;
  }

  Counter unscored(UnscoredReason reason) {
    return requireNonNull(unscored.get(reason), "there is one for each reason");
  }
}
