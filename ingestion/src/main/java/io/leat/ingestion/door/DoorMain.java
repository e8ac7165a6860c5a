package io.leat.ingestion.door;

import io.leat.pipeline.PipelineException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.RunningService;
import io.leat.runtime.http.AccessOptions;
import io.leat.runtime.options.DurationConverter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs an HTTP door as a process of its own until it is told to stop. */
@Command(
    name = "door",
    mixinStandardHelpOptions = true,
    description = "Takes events in by HTTP: POST /events/{event}.")
public final class DoorMain implements Callable<Integer> {
  @Mixin private JobOptions options = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      defaultValue = "${env:LEAT_MAX_BODY:-4194304}",
      description = "Largest body. Environment: LEAT_MAX_BODY. Default: ${DEFAULT-VALUE}.")
  private long maxBody;

  @Option(
      names = "--max-events",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_EVENTS:-1000}",
      description =
          "Most events of one request. Environment: LEAT_MAX_EVENTS. Default: ${DEFAULT-VALUE}.")
  private int maxEvents;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_IN_FLIGHT:-10000}",
      description =
          "Most events that may wait for the brokers at once; beyond it the answer is 429."
              + " Environment: LEAT_MAX_IN_FLIGHT. Default: ${DEFAULT-VALUE}.")
  private int maxInFlight;

  @Option(
      names = "--acknowledgement",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_ACKNOWLEDGEMENT:-10s}",
      description =
          "How long the brokers are waited for; then the answer is 503. Environment:"
              + " LEAT_ACKNOWLEDGEMENT. Default: ${DEFAULT-VALUE}.")
  private Duration acknowledgement = Duration.ofSeconds(10);

  @Spec private CommandSpec spec = CommandSpec.create();

  private DoorMain() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DoorMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    EventDoor door;
    try {
      door = EventDoor.start(options, settings());
    } catch (PipelineException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 2;
    } catch (IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    return RunningService.await(door, "door");
  }

  private DoorSettings settings() {
    return new DoorSettings(
        new DoorLimits(maxBody, maxEvents, maxInFlight, acknowledgement), access.access());
  }
}
