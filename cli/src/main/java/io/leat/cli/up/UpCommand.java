package io.leat.cli.up;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.UserError;
import io.leat.console.Console;
import io.leat.models.registry.ModelPackage;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import io.leat.runtime.settings.StackFolder;
import io.leat.schemas.RegistryClient;
import io.leat.stack.Ports;
import io.leat.stack.StackException;
import io.leat.stack.StartWait;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts the platform with a pipeline and shows how it does until it is told to stop. */
@Command(
    name = "up",
    defaultValueProvider = EnvironmentDefaults.class,
    mixinStandardHelpOptions = true,
    description =
        "Starts broker, registry and every job on this machine, applies the pipeline, plays its"
            + " player if it has one, and shows how it does. Ctrl-C stops everything in order;"
            + " state stays in the folder for the next time.")
public final class UpCommand implements Callable<Integer> {
  private static final long ROOM = 1L << 30;
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration REPORT = Duration.ofSeconds(10);

  @Setting(environment = "LEAT_PIPELINE", otherwise = "the current folder")
  @Parameters(paramLabel = "PIPELINE", defaultValue = ".", description = "Folder of the pipeline.")
  private Path pipelineFolder = Path.of(".");

  @Setting(otherwise = ".leat in the current folder")
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = StackFolder.USUAL,
      description = "Folder for all state and logs.")
  private Path folder = Path.of(".leat");

  @Option(
      names = "--free-ports",
      description = "Take free ports in place of usual ones that are in use.")
  private boolean freePorts;

  @Option(
      names = "--no-play",
      description = "Do not start the pipeline's player: events come from elsewhere.")
  private boolean noPlay;

  @Setting
  @Option(
      names = "--start-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "3m",
      description =
          "How long a process that starts may show no progress (nothing new in its log, nothing more that is ready, hardly any processor time) before it is given up. As long as it makes progress it is waited for.")
  private Duration startTimeout = StartWait.DEFAULT.noProgress();

  @Spec private CommandSpec spec = CommandSpec.create();

  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile boolean up;
  private final CountDownLatch stopped = new CountDownLatch(1);

  @Override
  public Integer call() throws PipelineException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    StackEnvironment.check(System.getenv()).forEach(out::println);
    Pipeline pipeline = PipelineReader.read(pipelineFolder, ModelPackage::of);
    Optional<Player> player = noPlay ? Optional.empty() : Player.of(pipelineFolder);
    folder = folder.toAbsolutePath().normalize();
    LocalStack.prepare(folder);
    requireRoom();
    try (StackLock lock = StackLock.take(folder).orElseThrow(this::alreadyUp)) {
      lock.sign();
      LocalStack.awaitOrphans(folder, out);
      Endpoints endpoints = Endpoints.choose(freePorts);
      requireFree(endpoints);
      endpoints.save(folder);
      Files.writeString(folder.resolve("pipeline"), pipelineFolder.toAbsolutePath().toString());
      return run(pipeline, player, endpoints, out);
    } finally {
      stopped.countDown();
    }
  }

  private int run(Pipeline pipeline, Optional<Player> player, Endpoints endpoints, PrintWriter out)
      throws IOException, InterruptedException {
    Thread starter = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(starter), "stop"));
    Instant started = Instant.now();
    out.println("Leat starts; state and logs are in " + folder);
    try (LocalStack stack =
        new LocalStack(folder, pipelineFolder, pipeline, endpoints, startTimeout, out)) {
      stack.start();
      player.ifPresent(stack::play);
      up = true;
      out.printf(
          "Leat is up after %d s. Ctrl-C stops it.%n",
          Duration.between(started, Instant.now()).toSeconds());
      out.flush();
      watch(stack, pipeline, endpoints, started, out);
      return 0;
    } catch (StackException e) {
      throw new UserError(e.getMessage() + "\n" + goOn(), e);
    }
  }

  /** The last words of a stack that could not go on. */
  private String goOn() {
    return "Everything of Leat is stopped; what was committed is kept in %s, and all logs are in %s. When the reason is mended, go on with: ./leat up %s --dir %s"
        .formatted(folder, folder.resolve("logs"), pipelineFolder, folder);
  }

  /** Looks after the stack and shows the board until it cannot go on or someone asks to stop. */
  private void watch(
      LocalStack stack, Pipeline pipeline, Endpoints endpoints, Instant started, PrintWriter out)
      throws IOException, InterruptedException {
    TopicCounts counts = TopicCounts.load(folder);
    LiveBoard board = new LiveBoard(new StatusBoard(pipeline, endpoints, started), out);
    Duration pause = board.isLive() ? LOOK : REPORT;
    Instant drawn = Instant.now();
    try (SnapshotFeed feed =
            new SnapshotFeed(
                    new StackView(pipeline, endpoints, counts), counts, folder, stack::states)
                .start();
        Console console = console(pipeline, endpoints, feed)) {
      board.tell(List.of("The pipeline in a browser: http://127.0.0.1:" + console.port()));
      while (!stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        board.tell(stack.look());
        Optional<StackException> end = stack.givenUp();
        if (end.isPresent()) {
          throw end.get();
        }
        if (!Instant.now().isBefore(drawn.plus(pause))) {
          board.draw(feed.newest());
          drawn = Instant.now();
        }
      }
    }
  }

  private static Console console(Pipeline pipeline, Endpoints endpoints, SnapshotFeed feed) {
    return Console.start(
        new Console.Shows(
            pipeline,
            Map.of("bootstrap.servers", endpoints.bootstrapServers()),
            new RegistryClient(endpoints.registryUrl()),
            () -> feed.newest().flow(),
            Map.of("Flink", "http://127.0.0.1:" + endpoints.port("flink"))),
        endpoints.port("console"));
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

  private UserError alreadyUp() {
    return new UserError(
        "Leat is already up in %s. Stop it with Ctrl-C or './leat down', or give another folder with --dir."
            .formatted(folder));
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
                  taken.entrySet().stream()
                      .map(port -> describe(port.getKey(), port.getValue()))
                      .collect(Collectors.joining(", "))));
    }
  }

  private static String describe(String part, int port) {
    String owner = Ports.owner(port).map(found -> " by " + found).orElse("");
    return "port %d (%s)%s".formatted(port, part, owner);
  }
}
