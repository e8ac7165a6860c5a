package io.leat.cli.up;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.UserError;
import io.leat.runtime.settings.StackFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops a stack and, if asked to, removes its state. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Stops the stack that 'leat up' started.")
public final class DownCommand implements Callable<Integer> {
  private static final long STOP_MINUTES = 3;

  @Mixin private StackFolder stack = new StackFolder();

  @Option(
      names = "--clean",
      description = "Also remove the folder: topics, schemas, tables, state, logs.")
  private boolean clean;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Path folder = stack.path();
    PrintWriter out = spec.commandLine().getOut();
    if (StackLock.isHeld(folder)) {
      out.println("Stopping the stack in " + folder + " ...");
      out.flush();
      stop(folder);
    } else {
      out.println("Nothing is up in " + folder + ".");
    }
    if (clean && Files.exists(folder)) {
      clean(folder);
      out.println("Removed " + folder + ".");
    }
    return 0;
  }

  private static void stop(Path folder)
      throws IOException, InterruptedException, ExecutionException {
    ProcessHandle up =
        StackLock.holder(folder)
            .orElseThrow(
                () ->
                    new UserError(
                        "A stack is up in %s, but its up.lock does not say as which process. Stop it with Ctrl-C where it runs."
                            .formatted(folder)));
    up.destroy();
    try {
      up.onExit().get(STOP_MINUTES, TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      throw new UserError(
          "The stack in %s (process %d) has not stopped within %d minutes; look into %s/logs."
              .formatted(folder, up.pid(), STOP_MINUTES, folder),
          e);
    }
  }

  private static void clean(Path folder) throws IOException {
    if (!Endpoints.areIn(folder)) {
      throw new UserError(
          folder
              + " is not a folder that 'leat up' made: there is no endpoints.properties in it. Nothing was removed.");
    }
    try (StackLock lock =
        StackLock.take(folder)
            .orElseThrow(
                () ->
                    new UserError(
                        "A stack has just been started in " + folder + ". Nothing was removed."))) {
      List<Path> paths;
      try (Stream<Path> walk = Files.walk(folder)) {
        paths = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    }
  }
}
