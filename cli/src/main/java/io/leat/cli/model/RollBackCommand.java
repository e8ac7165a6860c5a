package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.models.registry.ModelHistory;
import io.leat.models.registry.RegistryView;
import io.leat.records.RegisteredModel;
import io.leat.schemas.AvroCodec;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
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
            + " the champion stays and they end.")
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
              registry.rollBack(model, target(history, now), options.reason());
              return registry.view();
            });
    RegisteredModel after = view.model(model).orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Model %s: %s.%n", model, Versions.scoring(after, view));
    return 0;
  }

  private int target(ModelHistory history, RegistryView now) {
    RegisteredModel before = now.model(model).orElseThrow();
    if (before.getRollout() != null && before.getRollout().getArms().size() > 1) {
      return before.getRollout().getArms().get(0).getNumber();
    }
    return history
        .earlierChampion()
        .orElseThrow(
            () ->
                new UserError(
                    "Model %s never had another champion; there is nothing to go back to. Promote a version: leat model promote %s@N"
                        .formatted(model, model)));
  }
}
