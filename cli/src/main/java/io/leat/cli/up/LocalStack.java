package io.leat.cli.up;

import io.leat.cli.UserError;
import io.leat.cli.maintain.MaintainCommand;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.apply.Applier;
import io.leat.schemas.RegistryClient;
import io.leat.stack.BrokerProcess;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.RegistryProcess;
import io.leat.stack.StackException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The platform on this machine: broker, registry, Kafka Streams services, Flink jobs, maintenance
 * of the offline tables and, where the pipeline has one, a player that produces events; each a
 * process, all loopback, all state in one folder. Started in the order in which they need each
 * other and stopped in the reverse. Owned by one thread.
 */
final class LocalStack implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration ORDERLY_STOP = Duration.ofSeconds(60);

  /**
   * After a part has died the others may wait for it in vain; what they had not committed is done
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
  private final HttpClient http = HttpClient.newHttpClient();
  private final Deque<JvmProcess> platform = new ArrayDeque<>(); // what the jobs need
  private final Deque<JvmProcess> jobs = new ArrayDeque<>();
  private final List<String> services;
  private final List<String> flinkJobs;

  LocalStack(
      Path folder, Path pipelineFolder, Pipeline pipeline, Endpoints endpoints, PrintWriter out) {
    this.folder = folder;
    this.pipelineFolder = pipelineFolder.toAbsolutePath();
    this.pipeline = pipeline;
    this.endpoints = endpoints;
    this.out = out;
    this.services = services(pipeline);
    this.flinkJobs = flinkJobs(pipeline);
  }

  /** The services that have something to do for a pipeline, in the order data flows. */
  private static List<String> services(Pipeline pipeline) {
    List<String> services = new ArrayList<>(List.of("door", "ingestion"));
    if (!pipeline.services().isEmpty() || !pipeline.views().isEmpty()) {
      services.add("features");
    }
    if (!pipeline.models().isEmpty()) {
      services.add("scoring");
    }
    if (!pipeline.retraining().isEmpty()) {
      services.add("retraining");
    }
    if (!pipeline.views().isEmpty()) {
      services.add("feature-server");
    }
    return services;
  }

  private static List<String> flinkJobs(Pipeline pipeline) {
    return pipeline.monitors().isEmpty()
        ? List.of("io.leat.features.offline.OfflineJob")
        : List.of("io.leat.features.offline.OfflineJob", "io.leat.drift.job.DriftJob");
  }

  /**
   * Starts everything and returns when every part is ready.
   *
   * @throws StackException if a part does not come up; call {@link #close} all the same
   */
  void start() {
    say(
        "broker on %s, schema registry on port %d",
        endpoints.bootstrapServers(), endpoints.port("registry"));
    startPlatform();
    say("pipeline %s: topics and schemas", pipeline.name());
    new Applier(
            Map.of("bootstrap.servers", endpoints.bootstrapServers()),
            new RegistryClient(endpoints.registryUrl()))
        .apply(pipeline, System.getProperty("user.name", "unknown"));
    say("services (%s) and Flink jobs", String.join(", ", services));
    JvmProcess services = startServices();
    JvmProcess flink = startFlink();
    services.awaitReady(this::servicesReady, READY);
    flink.awaitReady(this::flinkReady, READY);
    startMaintenance();
  }

  private void startPlatform() {
    CompletableFuture<RegistryProcess> registry =
        CompletableFuture.supplyAsync(
            () ->
                RegistryProcess.start(
                    home, folder.resolve("registry"), endpoints.port("registry")));
    try {
      BrokerProcess broker =
          BrokerProcess.start(home, folder.resolve("broker"), endpoints.port("broker"));
      platform.push(broker.process());
    } finally {
      registry.handle((started, failed) -> started).join();
      if (!registry.isCompletedExceptionally()) {
        platform.push(registry.join().process());
      }
    }
    try {
      registry.join();
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
    services.forEach(service -> arguments.add(service + "=" + endpoints.port(service)));
    return push(
        JvmProcess.start(
            JvmProcess.Command.of(
                    "services",
                    home.classPath("services"),
                    ServicesMain.class.getName(),
                    arguments,
                    log("services"))
                .withJvmOptions("-Xmx1g", "-XX:+UseSerialGC")));
  }

  private JvmProcess startFlink() {
    Path options = home.library("flink").resolve("jvm.options");
    List<String> arguments = new ArrayList<>(flinkJobs);
    arguments.addAll(
        List.of(
            "--pipeline", pipelineFolder.toString(),
            "--bootstrap-servers", endpoints.bootstrapServers(),
            "--registry-url", endpoints.registryUrl(),
            "--state-dir", folder.resolve("state").toString(),
            "--warehouse", folder.resolve("warehouse").toString(),
            "--rest-port", String.valueOf(endpoints.port("flink")),
            "--metrics-port", String.valueOf(endpoints.port("flink-metrics"))));
    return push(
        JvmProcess.start(
            JvmProcess.Command.of(
                    "flink",
                    home.classPath("flink"),
                    "io.leat.runtime.flink.LocalCluster",
                    arguments,
                    log("flink"))
                .withJvmOptions("@" + options, "-Xmx1g")));
  }

  /** Starts the care of the offline tables, which has nothing to do for a while. */
  private void startMaintenance() {
    List<String> arguments =
        List.of(
            "--pipeline", pipelineFolder.toString(),
            "--warehouse", folder.resolve("warehouse").toString(),
            "--every", MAINTENANCE_INTERVAL);
    push(JvmProcess.start(MaintainCommand.command(home, arguments, log("maintenance"))));
  }

  /** Starts a player, which produces events. */
  void play(Player player) {
    say("player %s", player.main());
    List<String> arguments = new ArrayList<>(player.arguments());
    arguments.addAll(
        List.of(
            "--bootstrap-servers", endpoints.bootstrapServers(),
            "--registry-url", endpoints.registryUrl()));
    push(
        JvmProcess.start(
            JvmProcess.Command.of(
                    "player", home.classPath("services"), player.main(), arguments, log("player"))
                .withJvmOptions("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")));
  }

  private JvmProcess push(JvmProcess process) {
    jobs.push(process);
    return process;
  }

  private Path log(String name) {
    return folder.resolve("logs").resolve(name + ".log");
  }

  private boolean servicesReady() {
    return services.stream()
        .allMatch(
            service ->
                get("http://127.0.0.1:" + endpoints.port(service) + "/health/ready").isPresent());
  }

  private boolean flinkReady() {
    return get("http://127.0.0.1:" + endpoints.port("flink") + "/jobs/overview")
        .map(body -> JOB_STATE.matcher(body).results().map(found -> found.group(1)).toList())
        .filter(states -> states.size() >= flinkJobs.size())
        .filter(states -> states.stream().allMatch("RUNNING"::equals))
        .isPresent();
  }

  private Optional<String> get(String url) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(2)).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // nothing listens there yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while the stack came up.", e);
    }
  }

  /**
   * Says which part has ended by itself, and why; empty while all run. A player may end: it has
   * played.
   */
  Optional<StackException> died() {
    return Stream.concat(platform.stream(), jobs.stream())
        .filter(process -> !process.isAlive())
        .filter(process -> !(process.name().equals("player") && process.exitCode().orElse(1) == 0))
        .findFirst()
        .map(JvmProcess::died);
  }

  /** Stops the jobs, each after it has finished what it was at, then the registry, the broker. */
  @Override
  public void close() {
    boolean interrupted =
        Thread.interrupted(); // whoever waits for the start to end; stopping takes its time
    Duration patience = died().isPresent() ? HASTY_STOP : ORDERLY_STOP;
    jobs.forEach(this::sayStopping);
    jobs.parallelStream().forEach(job -> job.stop(patience));
    while (!platform.isEmpty()) {
      JvmProcess process = platform.pop();
      sayStopping(process);
      process.stop(patience);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void sayStopping(JvmProcess process) {
    if (process.isAlive()) {
      say("stopping the %s", process.name());
    }
  }

  private void say(String text, Object... values) {
    out.println("  " + text.formatted(values));
    out.flush();
  }

  /** Makes sure that a folder can hold a stack. */
  static void prepare(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserError(
          "Cannot make the folder %s: %s. Give another with --dir."
              .formatted(folder, e.getMessage()),
          e);
    }
  }
}
