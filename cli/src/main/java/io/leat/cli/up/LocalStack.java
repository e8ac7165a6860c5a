package io.leat.cli.up;

import static io.leat.cli.up.PartState.State.DONE;
import static io.leat.cli.up.PartState.State.RUNNING;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.cli.maintain.MaintainCommand;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Pipeline;
import io.leat.platform.Kind;
import io.leat.platform.Service;
import io.leat.platform.Services;
import io.leat.platform.When;
import io.leat.runtime.access.Principal;
import io.leat.schemas.RegistryClient;
import io.leat.stack.BrokerProcess;
import io.leat.stack.HttpProbe;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.RegistryProcess;
import io.leat.stack.StackException;
import io.leat.stack.StartWait;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The platform on this machine: broker, registry, Kafka Streams services, Flink jobs, maintenance
 * of the offline tables and, where the pipeline has one, a player that produces events; each a
 * process, all loopback, all state in one folder. Started in the order in which they need each
 * other and stopped in the reverse. Owned by one thread.
 */
final class LocalStack implements AutoCloseable {
  private static final Duration ORDERLY_STOP = Duration.ofSeconds(60);

  /**
   * After a part has ended the others may wait for it in vain; what they had not committed is done
   * again.
   */
  private static final Duration HASTY_STOP = Duration.ofSeconds(5);

  /** A live stream commits sixty times meanwhile: so many files of a day become one. */
  private static final String MAINTENANCE_INTERVAL = "10m";

  private static final Pattern JOB_STATE = Pattern.compile("\"state\"\\s*:\\s*\"([A-Z]+)\"");

  private final Path folder;
  private final Path pipelineFolder;
  private final Pipeline pipeline;
  private final Endpoints endpoints;
  private final PrintWriter out;
  private final LeatHome home = LeatHome.find();
  private final StartWait wait;
  private final ExecutorService restarts =
      Executors.newCachedThreadPool(work -> new Thread(work, "restart"));
  private final Deque<Part> platform = new ArrayDeque<>(); // what the jobs need
  private final Deque<Part> jobs = new ArrayDeque<>();
  private final List<Service> services;
  private final List<Service> flinkJobs;
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private volatile List<PartState> states = List.of();
  private volatile boolean up;

  /**
   * @param noProgress time without progress after which a process that starts is given up
   */
  LocalStack(
      Path folder,
      Path pipelineFolder,
      Pipeline pipeline,
      Endpoints endpoints,
      Duration noProgress,
      PrintWriter out) {
    this.wait = new StartWait(noProgress, this::report);
    this.folder = folder;
    this.pipelineFolder = pipelineFolder.toAbsolutePath();
    this.pipeline = pipeline;
    this.endpoints = endpoints;
    this.out = out;
    Map<Boolean, List<Service>> needed =
        Services.neededBy(pipeline).stream()
            .collect(Collectors.partitioningBy(service -> service.kind() == Kind.FLINK));
    this.services =
        needed.getOrDefault(false, List.of()).stream()
            .filter(service -> !service.name().equals(Services.RETRAINING_WORKER))
            .toList();
    this.flinkJobs = needed.getOrDefault(true, List.of());
  }

  /**
   * Starts everything and returns when every part is ready.
   *
   * @throws StackException if a part does not come up; call {@link #close} all the same
   */
  void start() {
    say(
        "broker on %s, schema registry on port %d"
            .formatted(endpoints.bootstrapServers(), endpoints.port("registry")));
    startPlatform();
    say("pipeline %s: topics, schemas and models".formatted(pipeline.name()));
    String actor = Principal.ofThisProcess().name();
    Map<String, Object> kafka = Map.of("bootstrap.servers", endpoints.bootstrapServers());
    RegistryClient schemas = new RegistryClient(endpoints.registryUrl());
    new Applier(kafka, schemas).apply(pipeline, actor);
    try (ArtifactStore artifacts = ArtifactStore.open(PlatformOptions.artifactsOf(folder))) {
      ModelRegistry models = new ModelRegistry(kafka, schemas, artifacts, InstantSource.system());
      PipelineModels.publish(pipeline, models, actor).forEach(this::say);
    }
    say(
        "services (%s) and Flink jobs"
            .formatted(services.stream().map(Service::name).collect(Collectors.joining(", "))));
    Part services = new Part("services", this::startServices, this::servicesLack, Restarts.few());
    Part flink = new Part("flink", this::startFlink, this::flinkLacks, Restarts.few());
    jobs.push(services);
    services.start();
    jobs.push(flink);
    flink.start();
    services.awaitReady(wait);
    flink.awaitReady(wait);
    if (When.RETRAINING.isMetBy(pipeline)) {
      jobs.push(new Part("retraining worker", this::startWorker, Restarts.endless()));
      jobs.element().start();
    }
    jobs.push(new Part("maintenance", this::startMaintenance, Restarts.endless()));
    jobs.element().start();
    up = true;
    states = partStates();
  }

  /**
   * Waits for the processes of a stack that was killed in a folder, which end by themselves but
   * hold its files and ports until then.
   */
  static void awaitOrphans(Path folder, PrintWriter out) {
    List<ProcessHandle> orphans = JvmProcess.orphans(folder);
    if (orphans.isEmpty()) {
      return;
    }
    out.printf("Waiting for %d processes of the stack that was killed here%n", orphans.size());
    out.flush();
    CompletableFuture.allOf(
            orphans.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, ORDERLY_STOP.toSeconds(), TimeUnit.SECONDS)
        .join();
    orphans.forEach(ProcessHandle::destroyForcibly);
  }

  private void startPlatform() {
    Part registry =
        new Part(
            "schema registry",
            () ->
                RegistryProcess.start(
                        home, folder.resolve("registry"), endpoints.port("registry"), wait)
                    .process(),
            Restarts.few());
    Part broker =
        new Part(
            "broker",
            () ->
                BrokerProcess.start(
                        home,
                        folder.resolve("broker"),
                        endpoints.port("broker"),
                        Map.of(),
                        List.of(),
                        wait)
                    .process(),
            Restarts.few());
    CompletableFuture<Part> starting = CompletableFuture.supplyAsync(registry::start, restarts);
    try {
      broker.start();
    } catch (StackException e) {
      stopRestarts(); // nobody waits for the registry any more
      throw e;
    } finally {
      starting.handle((started, failed) -> started).join();
      platform.push(broker);
      platform.push(registry);
    }
    try {
      starting.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof StackException cause ? cause : e;
    }
  }

  private JvmProcess startServices() {
    List<String> arguments = new ArrayList<>();
    arguments.add(pipelineFolder.toString());
    arguments.add(endpoints.bootstrapServers());
    arguments.add(endpoints.registryUrl());
    arguments.add(folder.resolve("state").toString());
    arguments.add(PlatformOptions.artifactsOf(folder));
    for (Service service : services) {
      arguments.add(
          service.ports().stream()
              .map(port -> String.valueOf(endpoints.port(port.name())))
              .collect(Collectors.joining(",", service.name() + "=", "")));
    }
    return JvmProcess.start(
        JvmProcess.Command.of(
                "services",
                home.classPath("services"),
                ServicesMain.class.getName(),
                arguments,
                log("services"))
            .withJvmOptions("-Xmx1g", "-XX:+UseSerialGC"));
  }

  private JvmProcess startFlink() {
    Path options = home.library("flink").resolve("jvm.options");
    List<String> arguments = new ArrayList<>();
    flinkJobs.forEach(job -> arguments.add(job.main()));
    arguments.addAll(
        List.of(
            "--pipeline", pipelineFolder.toString(),
            "--bootstrap-servers", endpoints.bootstrapServers(),
            "--registry-url", endpoints.registryUrl(),
            "--state-dir", folder.resolve("state").toString(),
            "--warehouse", folder.resolve("warehouse").toString(),
            "--artifacts", PlatformOptions.artifactsOf(folder),
            "--rest-port", String.valueOf(endpoints.port("flink")),
            "--metrics-port", String.valueOf(endpoints.port("flink-metrics"))));
    return JvmProcess.start(
        JvmProcess.Command.of(
                "flink",
                home.classPath("flink"),
                "io.leat.runtime.flink.LocalCluster",
                arguments,
                log("flink"))
            .withJvmOptions("@" + options, "-Xmx1g"));
  }

  /** Starts what trains, apart from the services: it takes memory and time as they must not. */
  private JvmProcess startWorker() {
    Service worker = Services.named(Services.RETRAINING_WORKER);
    return JvmProcess.start(
        JvmProcess.Command.of(
                worker.name(),
                home.classPath("services"),
                worker.main(),
                List.of(
                    "--pipeline", pipelineFolder.toString(),
                    "--bootstrap-servers", endpoints.bootstrapServers(),
                    "--registry-url", endpoints.registryUrl(),
                    "--state-dir", folder.resolve("state").resolve(worker.name()).toString(),
                    "--artifacts", PlatformOptions.artifactsOf(folder),
                    "--warehouse", folder.resolve("warehouse").toString(),
                    "--http-port", String.valueOf(endpoints.port(worker.name()))),
                log(worker.name()))
            .withJvmOptions("-Xmx1g", "-XX:+UseSerialGC", "-Dleat.home=" + home.directory()));
  }

  /** Starts the care of the offline tables, which has nothing to do for a while. */
  private JvmProcess startMaintenance() {
    List<String> arguments =
        List.of(
            "--pipeline", pipelineFolder.toString(),
            "--warehouse", folder.resolve("warehouse").toString(),
            "--every", MAINTENANCE_INTERVAL);
    return JvmProcess.start(MaintainCommand.command(home, arguments, log("maintenance")));
  }

  /** Starts a player, which produces events. */
  void play(Player player) {
    say("player %s".formatted(player.main()));
    jobs.push(new Part("player", () -> startPlayer(player), Restarts.few()).mayFinish());
    jobs.element().start();
  }

  private JvmProcess startPlayer(Player player) {
    List<String> arguments = new ArrayList<>(player.arguments());
    arguments.addAll(
        List.of(
            "--bootstrap-servers", endpoints.bootstrapServers(),
            "--registry-url", endpoints.registryUrl()));
    return JvmProcess.start(
        JvmProcess.Command.of(
                "player", home.classPath("services"), player.main(), arguments, log("player"))
            .withJvmOptions("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
  }

  private Path log(String name) {
    return folder.resolve("logs").resolve(name + ".log");
  }

  private Optional<String> servicesLack() {
    List<String> lacks = new ArrayList<>();
    for (Service service : services) {
      HttpProbe.missing(service.healthUrl(endpoints.port(service.ports().get(0).name())))
          .ifPresent(missing -> lacks.add(service.name() + ": " + missing));
    }
    return lacks.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", lacks));
  }

  private Optional<String> flinkLacks() {
    HttpProbe.Answer answer =
        HttpProbe.get("http://127.0.0.1:" + endpoints.port("flink") + "/jobs/overview");
    if (!answer.isOk()) {
      return Optional.of(answer.body());
    }
    long running =
        JOB_STATE
            .matcher(answer.body())
            .results()
            .filter(f -> f.group(1).equals("RUNNING"))
            .count();
    return running >= flinkJobs.size()
        ? Optional.empty()
        : Optional.of("%d of %d jobs run".formatted(running, flinkJobs.size()));
  }

  /**
   * Looks after every process: one that ended is started again, a job only once the broker and the
   * registry run.
   *
   * @return what people should hear of, a sentence each
   */
  List<String> look() {
    Instant now = Instant.now();
    platform.forEach(part -> part.look(now, true, restarts, wait, heard::add));
    boolean platformRuns = platform.stream().allMatch(Part::isRunning);
    jobs.forEach(part -> part.look(now, platformRuns, restarts, wait, heard::add));
    states = partStates();
    return Stream.generate(heard::poll).takeWhile(Objects::nonNull).toList();
  }

  private List<PartState> partStates() {
    return Stream.concat(platform.stream(), jobs.stream()).map(Part::state).toList();
  }

  /** How every process did when it was last looked at. May be called by any thread. */
  List<PartState> states() {
    return states;
  }

  /**
   * Why the stack cannot go on: a process without which it is none has ended too often; empty while
   * it can. It can without a player.
   */
  Optional<StackException> givenUp() {
    return Stream.concat(platform.stream(), jobs.stream())
        .filter(part -> !part.name().equals("player"))
        .flatMap(part -> part.givenUp().stream())
        .findFirst();
  }

  /** Stops the jobs, each after it has finished what it was at, then the registry, the broker. */
  @Override
  public void close() {
    boolean interrupted =
        Thread.interrupted(); // whoever waits for the start to end; stopping takes its time
    stopRestarts();
    Duration time =
        partStates().stream().allMatch(part -> part.state() == RUNNING || part.state() == DONE)
            ? ORDERLY_STOP
            : HASTY_STOP;
    jobs.forEach(this::sayStopping);
    jobs.parallelStream().forEach(job -> job.stop(time));
    while (!platform.isEmpty()) {
      Part part = platform.pop();
      sayStopping(part);
      part.stop(time);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** An interrupted restart kills what it has started. */
  private void stopRestarts() {
    restarts.shutdownNow();
    try {
      if (!restarts.awaitTermination(HASTY_STOP.toSeconds(), TimeUnit.SECONDS)) {
        say("a restart that was under way does not end; its process ends with this one");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sayStopping(Part part) {
    if (part.isAlive()) {
      say("stopping the %s".formatted(part.name()));
    }
  }

  /** Of a process that starts: on the terminal, or on the board once that is there. */
  private void report(String sentence) {
    if (up) {
      heard.add(sentence);
    } else {
      say(sentence);
    }
  }

  private void say(String sentence) {
    out.println("  " + sentence);
    out.flush();
  }

  /**
   * Makes sure that a folder can hold a stack, and that only its owner can look into it: raw events
   * lie in it in clear.
   */
  static void prepare(Path folder) {
    try {
      Files.createDirectories(folder);
      if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }
    } catch (IOException e) {
      throw new UserError(
          "The folder %s cannot be made, or not be kept from others: %s. Give another with --dir."
              .formatted(folder, e.getMessage()),
          e);
    }
  }
}
