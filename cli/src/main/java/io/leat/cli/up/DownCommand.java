package io.leat.cli.up;

import io.leat.cli.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--dir",
      defaultValue = ".leat",
      description = "Folder that the stack was started in. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of(".leat");

  @Option(
      names = "--clean",
      description = "Also remove the folder: topics, schemas, tables, state, logs.")
  private boolean clean;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    PrintWriter out = spec.commandLine().getOut();
    Optional<ProcessHandle> up = running(folder);
    if (up.isPresent()) {
      out.println("Stopping the stack in " + folder + " ...");
      out.flush();
      up.get().destroy();
      try {
        up.get().onExit().get(STOP_MINUTES, TimeUnit.MINUTES);
      } catch (TimeoutException e) {
        throw new UserError(
            "The stack in %s (process %d) has not stopped within %d minutes; look into %s/logs."
                .formatted(folder, up.get().pid(), STOP_MINUTES, folder),
            e);
      }
    } else {
      out.println("Nothing is up in " + folder + ".");
    }
    if (clean && Files.exists(folder)) {
      if (!Files.exists(folder.resolve("endpoints.properties"))) {
        throw new UserError(
            folder
                + " is not a folder that 'leat up' made: there is no endpoints.properties in it. Nothing was removed.");
      }
      remove(folder);
      out.println("Removed " + folder + ".");
    }
    return 0;
  }

  /** The process of the {@code leat up} that runs in a folder; empty if none does. */
  static Optional<ProcessHandle> running(Path folder) throws IOException {
    Path file = folder.resolve(UpCommand.PID_FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
        .filter(ProcessHandle::isAlive)
        .filter(
            process -> process.info().command().map(name -> name.endsWith("java")).orElse(true));
  }

  private static void remove(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
