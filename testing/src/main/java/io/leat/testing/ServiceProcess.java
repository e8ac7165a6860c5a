package io.leat.testing;

import io.leat.stack.HttpProbe;
import io.leat.stack.JvmProcess;
import io.leat.stack.StartWait;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A service's main class in a JVM of its own, on the class path of the test, to be killed and
 * started again as often as a test likes. Ends with the test's JVM at the latest.
 */
public final class ServiceProcess implements AutoCloseable {
  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(5);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(CHECK_TIMEOUT).build();

  private final JvmProcess.Command command;
  private final int httpPort;
  private JvmProcess process;

  private ServiceProcess(JvmProcess.Command command, int httpPort) {
    this.command = command;
    this.httpPort = httpPort;
    this.process = JvmProcess.start(command);
  }

  /**
   * Starts a service and returns at once; see {@link #awaitReady}.
   *
   * @param main has a {@code main}
   * @param arguments of the main; they name the port too
   * @param httpPort where it answers {@code /health/ready}
   * @param directory takes its log
   */
  public static ServiceProcess start(
      Class<?> main, List<String> arguments, int httpPort, Path directory) {
    String name = main.getSimpleName();
    return start(
        JvmProcess.Command.of(
                name, testClassPath(), main.getName(), arguments, directory.resolve(name + ".log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // half the processor time of a start
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED"),
        httpPort);
  }

  /** Starts any command whose process answers {@code /health/ready} on the port. */
  public static ServiceProcess start(JvmProcess.Command command, int httpPort) {
    return new ServiceProcess(command, httpPort);
  }

  /**
   * Waits until the service says that it is ready; fails if it ends before, or makes no progress.
   */
  public ServiceProcess awaitReady() {
    process.awaitReady(this::missing, StartWait.DEFAULT);
    return this;
  }

  /** Whether it says so now. */
  public boolean isReady() {
    return missing().isEmpty();
  }

  private Optional<String> missing() {
    return HttpProbe.missing("http://127.0.0.1:" + httpPort + "/health/ready");
  }

  /** Asks the service over HTTP; the path begins with a slash. */
  public HttpResponse<String> get(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
            .timeout(CHECK_TIMEOUT)
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking for " + path, e);
    }
  }

  /** Ends it at once, with no chance to clean up (SIGKILL). */
  public void kill() {
    process.kill();
  }

  /** Asks it to end (SIGTERM) and waits. */
  public void stop() {
    process.stop();
  }

  /** Starts it again, with the same command; it must have ended. */
  public void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException(command.name() + " still runs; kill or stop it first");
    }
    process = JvmProcess.start(command);
  }

  /** Its process as it is now. */
  public JvmProcess process() {
    return process;
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      process.stop();
    }
  }

  /**
   * The class path of this test: Surefire and Failsafe may run it from a jar that holds nothing but
   * a manifest, and then say here what it stands for.
   */
  public static String testClassPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
