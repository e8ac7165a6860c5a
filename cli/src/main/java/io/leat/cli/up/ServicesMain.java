package io.leat.cli.up;

import io.leat.common.LeatException;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Port;
import io.leat.platform.Service;
import io.leat.platform.Services;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceMain;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * The catalogue's services that are no Flink jobs in one JVM, for {@code leat up}. In production
 * each is a process of its own. If one fails, all stop and the process ends with code 1.
 *
 * <p>Arguments: pipeline folder, brokers, registry, state folder, folder of artifacts, and {@code
 * name=port,...} for each service of the catalogue that is to start, with all its ports. Every
 * other setting comes from the environment, as each service alone takes it.
 */
final class ServicesMain {
  private static final Logger log = LoggerFactory.getLogger(ServicesMain.class);
  private static final int FIXED_ARGUMENTS = 5;

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
        Service named = Services.named(service.substring(0, equals));
        running.push(start(named, flags(arguments, named, service.substring(equals + 1)), stop));
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

  private static RunningService start(Service service, String[] flags, CountDownLatch stop)
      throws PipelineException {
    RunningService running = instantiate(service).start(flags);
    watch(running, service.name(), stop);
    return running;
  }

  private static ServiceMain instantiate(Service service) {
    try {
      return Class.forName(service.main())
          .asSubclass(ServiceMain.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the catalogue's " + service + " cannot be made", e);
    }
  }

  private static String[] flags(String[] arguments, Service service, String given) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--pipeline", arguments[0],
                "--bootstrap-servers", arguments[1],
                "--registry-url", arguments[2],
                "--state-dir", Path.of(arguments[3]).resolve(service.name()).toString()));
    flags.addAll(List.of("--artifacts", arguments[4]));
    if (service.name().equals(Services.SCORING_SERVER)) {
      portOf(Services.FEATURE_SERVER, arguments)
          .ifPresent(port -> flags.addAll(List.of("--feature-server", "http://127.0.0.1:" + port)));
    }
    Iterator<String> numbers = List.of(given.split(",")).iterator();
    for (Port port : service.ports()) {
      flags.addAll(List.of(port.flag(), numbers.next()));
    }
    return flags.toArray(String[]::new);
  }

  /** The first port of a service that is started beside the others. */
  private static Optional<String> portOf(String service, String[] arguments) {
    return List.of(arguments).subList(FIXED_ARGUMENTS, arguments.length).stream()
        .filter(given -> given.startsWith(service + "="))
        .map(given -> given.substring(service.length() + 1).split(",", -1)[0])
        .findFirst();
  }

  private static String sentence(Throwable failure) {
    boolean reported =
        failure instanceof PipelineException
            || failure instanceof LeatException
            || failure instanceof CommandLine.ParameterException;
    return reported && failure.getMessage() != null ? failure.getMessage() : failure.toString();
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
