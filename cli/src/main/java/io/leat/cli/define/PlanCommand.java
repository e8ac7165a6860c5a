package io.leat.cli.define;

import io.leat.cli.PlatformOptions;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.apply.Plan;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what {@code leat apply} would do. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description =
        "Shows what 'leat apply' would create, and what it would refuse. Changes nothing.")
public final class PlanCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Plan plan =
        new Applier(platform.kafka(), platform.registry()).plan(PipelineReader.read(folder));
    spec.commandLine().getOut().println(plan);
    return plan.isRefused() ? 1 : 0;
  }
}
