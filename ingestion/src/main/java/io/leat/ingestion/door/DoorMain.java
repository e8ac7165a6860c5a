package io.leat.ingestion.door;

import io.leat.common.LeatException;
import io.leat.pipeline.PipelineException;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceMain;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs an HTTP door as a process of its own until it is told to stop. */
@Command(
    name = "door",
    mixinStandardHelpOptions = true,
    description = "Takes events in by HTTP: POST /events/{event}.")
public final class DoorMain implements ServiceMain, Callable<Integer> {
  @Mixin private DoorOptions options = new DoorOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DoorMain()).execute(arguments));
  }

  @Override
  public EventDoor start(String... flags) throws PipelineException {
    DoorOptions given = CommandLine.populateCommand(new DoorOptions(), flags);
    return EventDoor.start(given.job(), given.settings());
  }

  @Override
  public Integer call() {
    EventDoor door;
    try {
      door = EventDoor.start(options.job(), options.settings());
    } catch (PipelineException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 2;
    } catch (LeatException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    return RunningService.await(door, "door");
  }
}
