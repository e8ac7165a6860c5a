package io.leat.cli.up;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.settings.StackFolder;
import io.leat.schemas.RegistryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows once how a running stack does. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows how the stack that 'leat up' started does.")
public final class StatusCommand implements Callable<Integer> {
  @Mixin private StackFolder stack = new StackFolder();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException, IOException, InterruptedException {
    Path folder = stack.path();
    Endpoints endpoints = Endpoints.load(folder);
    if (!StackLock.isHeld(folder)) {
      throw new UserError("Nothing is up in %s. Start with: ./leat up PIPELINE".formatted(folder));
    }
    Instant started = StackLock.takenAt(folder);
    Pipeline pipeline = PipelineReader.read(Path.of(Files.readString(folder.resolve("pipeline"))));
    StatusBoard board = new StatusBoard(pipeline, endpoints, started);
    try (StackView view = new StackView(pipeline, endpoints, TopicCounts.load(folder))) {
      Figures before = view.take();
      TimeUnit.SECONDS.sleep(1); // rates need two looks
      board.lines(before, view.take()).forEach(spec.commandLine().getOut()::println);
      return 0;
    } catch (ExecutionException e) {
      throw noFigures(endpoints, e.getCause() == null ? e : e.getCause());
    } catch (KafkaException | RegistryException e) {
      throw noFigures(endpoints, e);
    }
  }

  private UserError noFigures(Endpoints endpoints, Throwable cause) {
    return new UserError(
        "The stack in %s gives no figures (broker at %s): %s If it has just been started, ask again; else look into its logs."
            .formatted(stack.path(), endpoints.bootstrapServers(), StackView.sentence(cause)),
        cause);
  }
}
