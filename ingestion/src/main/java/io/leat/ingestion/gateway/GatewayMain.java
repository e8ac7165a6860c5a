package io.leat.ingestion.gateway;

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

/** Runs an HTTP gateway as a process of its own until it is told to stop. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = "Takes events in by HTTP: POST /events/{event}.")
public final class GatewayMain implements ServiceMain, Callable<Integer> {
  @Mixin private GatewayOptions options = new GatewayOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(Settings.commandLine(new GatewayMain()).execute(arguments));
  }

  @Override
  public EventGateway start(String... flags) throws PipelineException {
    GatewayOptions given = Settings.parse(new GatewayOptions(), flags);
    return EventGateway.start(given.job(), given.settings());
  }

  @Override
  public Integer call() {
    EventGateway gateway;
    try {
      gateway = EventGateway.start(options.job(), options.settings());
    } catch (PipelineException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 2;
    } catch (LeatException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    return RunningService.await(gateway, "gateway");
  }
}
