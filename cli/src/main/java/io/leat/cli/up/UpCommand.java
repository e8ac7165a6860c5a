package io.leat.cli.up;

import io.leat.cli.UserError;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.stack.StackException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts the platform with a pipeline and shows how it does until it is told to stop. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description =
        "Starts broker, registry and every job on this machine, applies the pipeline, plays its player if it has"
            + " one, and shows how it does. Ctrl-C stops everything in order; state stays in the folder for the"
            + " next time.")
public final class UpCommand implements Callable<Integer> {
  static final String PID_FILE = "up.pid";
  private static final String LOCK_FILE = "up.lock";
  private static final long ROOM = 1L << 30;
  private static final Duration REDRAW = Duration.ofSeconds(1);
  private static final Duration REPORT = Duration.ofSeconds(10);

  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path pipelineFolder = Path.of(".");

  @Option(
      names = "--dir",
      defaultValue = ".leat",
      description = "Folder for all state and logs. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of(".leat");

  @Option(
      names = "--free-ports",
      description = "Take free ports in place of usual ones that are in use.")
  private boolean freePorts;

  @Option(
      names = "--no-play",
      description = "Do not start the pipeline's player: events come from elsewhere.")
  private boolean noPlay;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile boolean up;
  private final CountDownLatch stopped = new CountDownLatch(1);

  @Override
  public Integer call() throws PipelineException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Pipeline pipeline = PipelineReader.read(pipelineFolder);
    folder = folder.toAbsolutePath().normalize();
    LocalStack.prepare(folder);
    requireRoom();
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      Endpoints endpoints = Endpoints.choose(freePorts);
      requireFree(endpoints);
      endpoints.save(folder);
      Files.writeString(folder.resolve("pipeline"), pipelineFolder.toAbsolutePath().toString());
      Files.writeString(folder.resolve(PID_FILE), String.valueOf(ProcessHandle.current().pid()));
      return run(pipeline, endpoints, out);
    } finally {
      Files.deleteIfExists(folder.resolve(PID_FILE));
      stopped.countDown();
    }
  }

  private int run(Pipeline pipeline, Endpoints endpoints, PrintWriter out)
      throws InterruptedException {
    Thread starter = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(starter), "stop"));
    Instant started = Instant.now();
    out.println("Leat starts; state and logs are in " + folder);
    try (LocalStack stack = new LocalStack(folder, pipelineFolder, pipeline, endpoints, out)) {
      stack.start();
      if (!noPlay) {
        stack.play();
      }
      up = true;
      out.printf(
          "Leat is up after %d s. Ctrl-C stops it.%n",
          Duration.between(started, Instant.now()).toSeconds());
      out.flush();
      watch(stack, pipeline, endpoints, started, out);
      return 0;
    } catch (StackException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  /** Shows the board until a part dies or someone asks to stop. */
  private void watch(
      LocalStack stack, Pipeline pipeline, Endpoints endpoints, Instant started, PrintWriter out)
      throws InterruptedException {
    boolean terminal = System.console() != null && System.getenv("TERM") != null;
    Duration pause = terminal ? REDRAW : REPORT;
    int drawn = 0;
    try (StatusBoard board = new StatusBoard(pipeline, endpoints, started)) {
      while (!stop.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        Optional<StackException> died = stack.died();
        if (died.isPresent()) {
          throw died.get();
        }
        drawn = draw(board, terminal, drawn, out);
      }
    }
  }

  private static int draw(StatusBoard board, boolean terminal, int drawn, PrintWriter out)
      throws InterruptedException {
    List<String> lines;
    try {
      lines = board.lines();
    } catch (ExecutionException e) {
      lines = List.of("(no figures just now: " + e.getCause().getMessage() + ")");
    }
    if (terminal && drawn > 0) {
      out.print(
          "\u001b[" + drawn + "A\u001b[J"); // up to where the board began, and clear from there
    }
    lines.forEach(out::println);
    out.flush();
    return lines.size();
  }

  private void stopAndWait(Thread starter) {
    stop.countDown();
    if (!up) {
      starter.interrupt(); // it waits for a part to come up
    }
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private FileLock lock(FileChannel channel) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      throw new UserError(
          "Leat is already up in %s. Stop it with Ctrl-C or './leat down', or give another folder with --dir."
              .formatted(folder));
    }
    return lock;
  }

  private void requireRoom() throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < ROOM) {
      throw new UserError(
          "Only %d MB are free on the disk of %s; Leat wants %d MB. Make room, or give another folder with --dir."
              .formatted(free >> 20, folder, ROOM >> 20));
    }
  }

  private static void requireFree(Endpoints endpoints) {
    Map<String, Integer> taken = endpoints.taken();
    if (!taken.isEmpty()) {
      throw new UserError(
          "In use: %s. Stop what uses them, or let Leat take others with --free-ports."
              .formatted(
                  String.join(
                      ", ",
                      taken.entrySet().stream()
                          .map(port -> "port " + port.getValue() + " (" + port.getKey() + ")")
                          .toList())));
    }
  }
}
