package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code retraining/*.yaml}: retraining policies. */
public final class RetrainingReader {
  public static final Keys KEYS =
      Keys.of("a retraining policy")
          .requires("retraining", "when")
          .allows("description", "model", "severity", "cool_down")
          .notYet("veto", "needs", "trainer", "gates", "rollout", "approval");

  static final Duration DEFAULT_COOL_DOWN = Duration.ofDays(7);

  private static final Set<String> CAUSES_NOT_YET =
      Set.of("performance", "data_quality", "schedule");

  private final Declared<Model> models;

  RetrainingReader(Declared<Model> models) {
    this.models = models;
  }

  Optional<RetrainingPolicy> read(Block block, String name) {
    Optional<Model> model =
        block
            .get("model")
            .or(() -> block.get("retraining"))
            .flatMap(value -> value.text().flatMap(watched -> models.find(value, watched)));
    block.get("when").ifPresent(RetrainingReader::checkCauses);
    AlertSeverity severity =
        block
            .get("severity")
            .flatMap(value -> value.oneOf(AlertSeverity.class))
            .orElse(AlertSeverity.CRITICAL);
    Duration coolDown =
        block.get("cool_down").flatMap(Value::durationOrZero).orElse(DEFAULT_COOL_DOWN);
    if (block.isBroken() || model.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new RetrainingPolicy(name, model.get().name(), severity, coolDown));
  }

  private static void checkCauses(Value when) {
    for (Value entry : when.nonEmptyList()) {
      entry
          .text()
          .filter(cause -> !cause.equals("drift"))
          .ifPresent(
              cause -> {
                if (CAUSES_NOT_YET.contains(cause)) {
                  entry.problem(
                      "when: %s: this version of Leat does not run it yet; remove it", cause);
                } else {
                  entry.problem(
                      "when: %s; expected drift.%s",
                      cause, Suggestions.didYouMean(cause, List.of("drift")));
                }
              });
    }
  }
}
