package io.leat.cli.up;

import io.leat.cli.UserError;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows once how a running stack does. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows how the stack that 'leat up' started does.")
public final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--dir",
      defaultValue = ".leat",
      description = "Folder that the stack was started in. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of(".leat");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException, IOException, InterruptedException {
    Endpoints endpoints = Endpoints.load(folder);
    Optional<ProcessHandle> up = DownCommand.running(folder);
    if (up.isEmpty()) {
      throw new UserError("Nothing is up in %s. Start with: ./leat up PIPELINE".formatted(folder));
    }
    Path pipeline = Path.of(Files.readString(folder.resolve("pipeline")));
    Instant started = up.get().info().startInstant().orElseGet(Instant::now);
    try (StatusBoard board = new StatusBoard(PipelineReader.read(pipeline), endpoints, started)) {
      board.lines().forEach(spec.commandLine().getOut()::println);
      return 0;
    } catch (ExecutionException e) {
      throw new UserError(
          "The broker at %s does not answer: %s"
              .formatted(endpoints.bootstrapServers(), e.getCause().getMessage()),
          e);
    }
  }
}
