package io.leat.cli.define;

import io.leat.cli.PlatformOptions;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.apply.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a pipeline onto a cluster. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description =
        "Creates the topics and registers the schemas that a pipeline lacks. Deletes nothing.")
public final class ApplyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    Plan plan =
        new Applier(platform.kafka(), platform.registry())
            .apply(PipelineReader.read(folder), System.getProperty("user.name", "unknown"));
    plan.in(State.CREATE).forEach(out::println);
    out.println(
        plan.isEmpty() ? "Nothing to do: all of it is there." : "Applied " + plan.pipeline() + ".");
    return 0;
  }
}
