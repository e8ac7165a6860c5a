package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.models.registry.ModelHistory;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.RegistryView;
import io.leat.records.ModelRole;
import io.leat.records.RegisteredModel;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.schemas.AvroCodec;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes back to the champion of before. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description =
        "Makes the champion of before the champion again, as the audit has it, and ends whatever"
            + " canary or shadow there is. Where there is a canary or a shadow beside the champion,"
            + " the champion stays and they end; of a rollout in stages the champion before it.")
final class RollBackCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Name of the model.")
  private String model = "";

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ModelHistory history =
        ModelHistory.read(platform.kafka(), new AvroCodec(platform.registry()), model);
    RegistryView view =
        platform.models(
            registry -> {
              RegistryView now = registry.view();
              Versions.require(now, model);
              rollBack(registry, history, now);
              return registry.view();
            });
    RegisteredModel after = view.model(model).orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Model %s: %s.%n", model, Versions.scoring(after, view));
    return 0;
  }

  private void rollBack(ModelRegistry registry, ModelHistory history, RegistryView now) {
    Rollout rollout = now.model(model).orElseThrow().getRollout();
    if (rollout != null && rollout.getStage() != null) {
      registry.rollouts().back(model, rollout.getRevision(), options.reason());
    } else {
      registry
          .rollouts()
          .rollBack(
              model,
              target(history, rollout),
              rollout == null ? 0 : rollout.getRevision(),
              options.reason());
    }
  }

  private int target(ModelHistory history, @Nullable Rollout rollout) {
    if (rollout != null
        && rollout.getArms().stream()
            .map(RolloutArm::getRole)
            .anyMatch(role -> role == ModelRole.CANARY || role == ModelRole.SHADOW)) {
      return rollout.getArms().get(0).getNumber();
    }
    history
        .wentBack()
        .ifPresent(
            event -> {
              throw new UserError(
                  "The last rollout of model %s went back already, at %s, by %s (%s); the champion is the version before it. For an earlier one: leat model promote %s@N --now"
                      .formatted(
                          model, event.getTime(), event.getActor(), event.getReason(), model));
            });
    return history
        .earlierChampion()
        .orElseThrow(
            () ->
                new UserError(
                    "Model %s never had another champion; there is nothing to go back to. Promote a version: leat model promote %s@N"
                        .formatted(model, model)));
  }
}
