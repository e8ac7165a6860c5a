package io.leat.cli.model;

import io.leat.cli.command.UserError;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.RolloutPlans;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** Versions in the words of these commands. */
public final class Versions {
  /** Digits of a digest that a line shows. */
  static final int SHORT_DIGEST = 12;

  private Versions() {}

  /** The versions of a model that the registry has. */
  static List<ModelVersion> require(RegistryView view, String model) {
    if (view.model(model).isEmpty()) {
      throw new UserError(
          "The registry has no model %s; it has %s. 'leat apply' publishes those of a pipeline."
              .formatted(model, view.models().keySet().stream().sorted().toList()));
    }
    return view.versions(model);
  }

  /** What scores a model's vectors: {@code champion 1 (2026-11-01), canary 2 (next) for 10 %}. */
  public static String scoring(RegisteredModel model, RegistryView view) {
    if (model.getRollout() == null) {
      return "nothing scores";
    }
    Rollout rollout = model.getRollout();
    String stage =
        RolloutPlans.stage(rollout)
            .map(
                now ->
                    "stage %d of %d (%s) since %s, "
                        .formatted(
                            rollout.getStage() + 1,
                            Objects.requireNonNull(rollout.getPlan()).getStages().size(),
                            now.getKind().name().toLowerCase(Locale.ROOT),
                            rollout.getStartedAt()))
            .orElse("");
    return rollout.getArms().stream()
        .map(
            arm ->
                "%s: version %d (%s)"
                    .formatted(
                        arm(arm),
                        arm.getNumber(),
                        view.version(model.getModel(), arm.getNumber())
                            .map(ModelVersion::getLabel)
                            .orElse("?")))
        .collect(Collectors.joining(", ", stage, ""));
  }

  /** {@code canary for 10 %}. */
  static String arm(RolloutArm arm) {
    String role = arm.getRole().name().toLowerCase(Locale.ROOT);
    return arm.getRole() == ModelRole.SHADOW || arm.getWeight() == 1
        ? role
        : "%s for %s %%".formatted(role, percent(arm.getWeight()));
  }

  private static String percent(double share) {
    return new BigDecimal(share * 100)
        .round(new MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }
}
