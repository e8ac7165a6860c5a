package io.leat.scoring.server;

import io.leat.common.LeatException;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceMain;
import io.leat.runtime.settings.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a scoring server as a process of its own until it is told to stop. */
@Command(
    name = "scoring-server",
    mixinStandardHelpOptions = true,
    description = "Scores on demand, with the versions that the stream scores with.")
public final class ScoringServerMain implements ServiceMain, Callable<Integer> {
  @Mixin private ScoringServerOptions options = new ScoringServerOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(Settings.commandLine(new ScoringServerMain()).execute(arguments));
  }

  @Override
  public RunningService start(String... flags) throws PipelineException {
    return ScoringServer.start(Settings.parse(new ScoringServerOptions(), flags));
  }

  @Override
  public Integer call() {
    try {
      return RunningService.await(ScoringServer.start(options), "scoring-server");
    } catch (PipelineException e) {
      tell(e);
      return 2;
    } catch (LeatException e) {
      tell(e);
      return 1;
    }
  }

  private void tell(Throwable problem) {
    spec.commandLine()
        .getErr()
        .println(problem.getMessage() == null ? problem : problem.getMessage());
  }
}
