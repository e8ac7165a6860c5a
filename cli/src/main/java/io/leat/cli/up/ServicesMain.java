package io.leat.cli.up;

import io.leat.common.LeatException;
import io.leat.features.online.OnlineStore;
import io.leat.features.server.FeatureServer;
import io.leat.features.server.ServerOptions;
import io.leat.ingestion.IngestionJob;
import io.leat.ingestion.door.DoorOptions;
import io.leat.ingestion.door.EventDoor;
import io.leat.pipeline.PipelineException;
import io.leat.retraining.RetrainingJob;
import io.leat.runtime.JobOptions;
import io.leat.runtime.RunningService;
import io.leat.runtime.streams.HealingService;
import io.leat.runtime.streams.StreamsJob;
import io.leat.scoring.ScoringJob;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Every Kafka Streams service, the HTTP door and the feature server in one JVM, for {@code leat
 * up}. In production each is a process of its own. If one fails, all stop and the process ends with
 * code 1.
 *
 * <p>Arguments: pipeline folder, brokers, registry, state folder, and {@code name=port} for each
 * service to start, for the feature server {@code name=port,port for browsers}. Every other setting
 * comes from the environment, as each service alone takes it.
 */
final class ServicesMain {
  private static final Logger log = LoggerFactory.getLogger(ServicesMain.class);
  private static final List<StreamsJob> JOBS =
      List.of(new IngestionJob(), new OnlineStore(), new ScoringJob(), new RetrainingJob());
  private static final int FIXED_ARGUMENTS = 4;
  private static final String DOOR = "door";
  private static final String FEATURE_SERVER = "feature-server";

  private ServicesMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    Deque<RunningService> running = new ArrayDeque<>();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Optional<Throwable> failure = Optional.empty();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  awaitQuietly(stopped);
                },
                "stop"));
    try {
      for (String service : List.of(arguments).subList(FIXED_ARGUMENTS, arguments.length)) {
        int equals = service.indexOf('=');
        String name = service.substring(0, equals);
        running.push(start(name, flags(arguments, name, service.substring(equals + 1)), stop));
      }
      stop.await();
      failure = running.stream().flatMap(service -> service.failure().stream()).findFirst();
    } catch (PipelineException | RuntimeException e) {
      log.error("The services did not start", e);
      failure = Optional.of(e);
    } finally {
      running.forEach(ServicesMain::close);
      stopped.countDown();
    }
    if (failure.isPresent()) {
      // The last words are what a person is shown first; the trace stands above.
      System.err.println(sentence(failure.get()));
      Runtime.getRuntime().halt(1); // everything is closed; a shutdown hook may already be waiting
    }
  }

  private static RunningService start(String name, String[] flags, CountDownLatch stop)
      throws PipelineException {
    RunningService service;
    if (name.equals(FEATURE_SERVER)) {
      ServerOptions options = CommandLine.populateCommand(new ServerOptions(), flags);
      service = FeatureServer.start(options.job(), options.settings());
    } else if (name.equals(DOOR)) {
      DoorOptions options = CommandLine.populateCommand(new DoorOptions(), flags);
      service = EventDoor.start(options.job(), options.settings());
    } else {
      service =
          HealingService.start(
              JOBS.stream().filter(known -> known.name().equals(name)).findFirst().orElseThrow(),
              CommandLine.populateCommand(new JobOptions(), flags));
    }
    watch(service, name, stop);
    return service;
  }

  private static String[] flags(String[] arguments, String service, String given) {
    String[] ports = given.split(",");
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--pipeline", arguments[0],
                "--bootstrap-servers", arguments[1],
                "--registry-url", arguments[2],
                "--state-dir", Path.of(arguments[3]).resolve(service).toString(),
                "--http-port", ports[0]));
    if (ports.length > 1) {
      flags.addAll(List.of("--page-port", ports[1]));
    }
    return flags.toArray(String[]::new);
  }

  private static String sentence(Throwable failure) {
    boolean told =
        failure instanceof PipelineException
            || failure instanceof LeatException
            || failure instanceof CommandLine.ParameterException;
    return told && failure.getMessage() != null ? failure.getMessage() : failure.toString();
  }

  private static void watch(RunningService service, String name, CountDownLatch stop) {
    Thread watcher =
        new Thread(
            () -> {
              try {
                service.awaitStop();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              stop.countDown();
            },
            "watch-" + name);
    watcher.setDaemon(true);
    watcher.start();
  }

  private static void close(RunningService service) {
    try {
      service.close();
    } catch (RuntimeException e) {
      log.error("A service did not stop cleanly", e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
