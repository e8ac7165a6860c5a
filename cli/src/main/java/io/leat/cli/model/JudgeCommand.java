package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.Reason;
import io.leat.models.registry.RegistryView;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes how a version stands. */
abstract class JudgeCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "A number, a label, an alias or the beginning of a digest.")
  private ModelReference reference = new ModelReference("", "");

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  abstract RegisteredModel change(ModelRegistry registry, ModelReference version, Reason why);

  @Override
  public final Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    RegistryView view =
        platform.models(
            registry -> {
              change(registry, reference, options.reason());
              return registry.view();
            });
    ModelVersion version = reference.resolve(view);
    view.standing(version.getModel(), version.getNumber())
        .ifPresent(
            standing ->
                out.printf(
                    "%s@%d (%s) is %s.%n",
                    version.getModel(),
                    version.getNumber(),
                    version.getLabel(),
                    standing.getStatus()));
    return 0;
  }

  @Command(
      name = "propose",
      mixinStandardHelpOptions = true,
      description = "Asks for approval of a version.")
  static final class Propose extends JudgeCommand {
    @Override
    RegisteredModel change(ModelRegistry registry, ModelReference version, Reason why) {
      return registry.propose(version, why);
    }
  }

  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description =
          "Approves a version, so that it may be promoted. Where the pipeline declares approval, somebody else than its publisher has to.")
  static final class Approve extends JudgeCommand {
    @Override
    RegisteredModel change(ModelRegistry registry, ModelReference version, Reason why) {
      return registry.approve(version, why);
    }
  }

  @Command(
      name = "reject",
      mixinStandardHelpOptions = true,
      description = "Says that a version is not to score.")
  static final class Reject extends JudgeCommand {
    @Override
    RegisteredModel change(ModelRegistry registry, ModelReference version, Reason why) {
      return registry.reject(version, why);
    }
  }

  @Command(
      name = "retire",
      mixinStandardHelpOptions = true,
      description = "Says that a version is never to score again.")
  static final class Retire extends JudgeCommand {
    @Override
    RegisteredModel change(ModelRegistry registry, ModelReference version, Reason why) {
      return registry.retire(version, why);
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description =
          "Deletes the files of a version that neither scores nor has an alias. What is known of it stays.")
  static final class Delete extends JudgeCommand {
    @Override
    RegisteredModel change(ModelRegistry registry, ModelReference version, Reason why) {
      return registry.delete(version, why);
    }
  }
}
