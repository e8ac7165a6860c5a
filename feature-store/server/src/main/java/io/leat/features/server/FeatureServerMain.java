package io.leat.features.server;

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

/** Runs a feature server as a process of its own until it is told to stop. */
@Command(
    name = "feature-server",
    mixinStandardHelpOptions = true,
    description = "Answers POST /get-online-features out of committed state.")
public final class FeatureServerMain implements ServiceMain, Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(Settings.commandLine(new FeatureServerMain()).execute(arguments));
  }

  @Override
  public FeatureServer start(String... flags) throws PipelineException {
    ServerOptions given = Settings.parse(new ServerOptions(), flags);
    return FeatureServer.start(given.job(), given.settings());
  }

  @Override
  public Integer call() {
    FeatureServer server;
    try {
      server = FeatureServer.start(options.job(), options.settings());
    } catch (PipelineException e) {
      tell(e);
      return 2;
    } catch (LeatException e) {
      tell(e);
      return 1;
    }
    int code = RunningService.await(server, "feature-server");
    server.failure().ifPresent(this::tell);
    return code;
  }

  private void tell(Throwable problem) {
    spec.commandLine()
        .getErr()
        .println(problem.getMessage() == null ? problem : problem.getMessage());
  }
}
