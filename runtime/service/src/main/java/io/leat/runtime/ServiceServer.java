package io.leat.runtime;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.Role;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP port of a service: {@code /health/live}, {@code /health/ready} (503 and the reasons
 * while not ready), {@code /metrics} for Prometheus, and whatever endpoints the service adds.
 */
public final class ServiceServer implements AutoCloseable {
  private static final Duration PORT_CHECK = Duration.ofMillis(5);

  private final Server server;

  private ServiceServer(Server server) {
    this.server = server;
  }

  /** A registry for one service's metrics, with those of its JVM. */
  @SuppressWarnings("resource") // the collector's listeners live as long as the process
  public static PrometheusMeterRegistry metrics(String pipeline, String service) {
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics.config().commonTags("pipeline", pipeline, "application", service);
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmGcMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    new UptimeMetrics().bindTo(metrics);
    return metrics;
  }

  /**
   * Opens the port.
   *
   * @param port port, or 0 for a free one
   * @param access over which protocol, and who may read the metrics; health is everybody's
   * @param routes adds the service's own routes, each guarded by itself
   * @throws LeatException with one clear sentence if the port cannot be opened
   */
  public static ServiceServer start(
      Access access,
      String host,
      int port,
      PrometheusMeterRegistry metrics,
      Readiness readiness,
      Consumer<ServerBuilder> routes) {
    ServerBuilder builder =
        Server.builder().port(new InetSocketAddress(host, port), access.protocol());
    access.configure(builder);
    builder.childChannelPipelineCustomizer(TransferCodings::watch);
    builder.service("/health/live", (context, request) -> HttpResponse.of("live\n"));
    builder.service("/health/ready", (context, request) -> readiness(readiness));
    builder.service(
        "/metrics",
        access.guard(
            Role.OPERATE,
            (context, request) ->
                HttpResponse.of(
                    HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, HttpData.ofUtf8(metrics.scrape()))));
    routes.accept(builder);
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      server.closeAsync();
      String why =
          isInUse(e.getCause())
              ? "it is in use; stop what uses it, or give another with --http-port"
              : String.valueOf(e.getCause());
      throw new LeatException(
          ErrorCode.CANNOT_LISTEN,
          "Cannot listen on %s:%d: %s.".formatted(host, port, why),
          e.getCause());
    }
    return new ServiceServer(server);
  }

  /** Netty's native transports do not throw Java's own exception. */
  private static boolean isInUse(@Nullable Throwable cause) {
    return cause instanceof BindException
        || String.valueOf(cause).contains("Address already in use");
  }

  private static HttpResponse readiness(Readiness readiness) {
    Map<String, String> problems = readiness.problems();
    if (problems.isEmpty()) {
      return HttpResponse.of("ready\n");
    }
    return HttpResponse.of(
        HttpStatus.SERVICE_UNAVAILABLE,
        MediaType.PLAIN_TEXT_UTF_8,
        problems.entrySet().stream()
            .map(problem -> problem.getKey() + ": " + problem.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  /** The port that was opened. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Closes the port, and waits until it is closed. */
  @Override
  public void close() {
    CompletableFuture<Void> stopped = server.stop();
    // That ends two seconds after the port: Netty lets the thread that accepted connections linger.
    while (!server.activePorts().isEmpty() && !stopped.isDone()) {
      LockSupport.parkNanos(PORT_CHECK.toNanos());
    }
  }
}
