package io.leat.ingestion.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.common.Cleanup;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Services;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.JsonErrors;
import io.leat.schemas.RegistryClient;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running HTTP gateway: {@code POST /events/{event}} and {@code GET /health} beside every
 * service's health and metrics. Thread-safe.
 */
public final class EventGateway implements RunningService {
  private static final Logger log = LoggerFactory.getLogger(EventGateway.class);
  private static final MediaType OPEN_API = MediaType.create("application", "yaml");
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** What a request may take beyond the brokers' time: to arrive, and to be validated. */
  private static final Duration REQUEST_SLACK = Duration.ofSeconds(30);

  private final EventSender sender;
  private final ScheduledExecutorService preparing;
  private final ServiceServer server;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private EventGateway(
      EventSender sender, ScheduledExecutorService preparing, ServiceServer server) {
    this.sender = sender;
    this.preparing = preparing;
    this.server = server;
  }

  /**
   * Opens a gateway and returns at once; {@code /health/ready} tells when every event can be
   * validated.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws LeatException with one clear sentence if it cannot be opened, or must not be: beyond
   *     this machine without API keys
   */
  public static EventGateway start(JobOptions options, GatewaySettings settings)
      throws PipelineException {
    Pipeline pipeline = options.readPipeline();
    settings.access().check(options.httpHost());
    int port = options.httpPort(Services.named(Services.GATEWAY).port());
    log.info("{}-gateway starts: {} {}", pipeline.name(), options, settings.limits());
    PrometheusMeterRegistry metrics = ServiceServer.metrics(pipeline.name(), "gateway");
    RegistryClient registry = options.registry();
    Map<String, ContractValidator> validators = new TreeMap<>();
    for (Contract contract : pipeline.contracts()) {
      validators.put(
          contract.event(), new ContractValidator(contract, registry, InstantSource.system()));
    }
    Readiness readiness = new Readiness();
    EventSender sender = new EventSender(options.kafkaClientProperties(), settings.limits());
    EventService service =
        new EventService(
            validators,
            sender,
            settings.access(),
            settings.limits(),
            new GatewayMetrics(metrics, sender));
    ServiceServer server;
    try {
      server =
          ServiceServer.start(
              settings.access(),
              options.httpHost(),
              port,
              metrics,
              readiness,
              builder -> {
                configure(builder, settings, readiness, service);
                addPage(builder, pipeline, settings, port);
              });
    } catch (LeatException e) {
      Cleanup.after(e, sender);
      throw e;
    }
    return new EventGateway(sender, prepare(validators, readiness), server);
  }

  private static void configure(
      ServerBuilder builder, GatewaySettings settings, Readiness readiness, EventService service) {
    builder.maxRequestLength(settings.limits().bodyBytes());
    builder.errorHandler(new JsonErrors(EventService.TOO_LARGE));
    builder.requestTimeout(settings.limits().acknowledgement().plus(REQUEST_SLACK));
    builder.service(
        "/health",
        (context, request) ->
            readiness.isReady()
                ? HttpResponse.of(HttpStatus.OK)
                : HttpResponse.of(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    MediaType.PLAIN_TEXT_UTF_8,
                    String.join("\n", readiness.problems().values())));
    HttpData openApi = HttpData.wrap(openApi());
    builder.service(
        "/openapi.yaml",
        settings
            .access()
            .guard((context, request) -> HttpResponse.of(HttpStatus.OK, OPEN_API, openApi)));
    builder.route().post("/events/{event}").build(service);
  }

  private static void addPage(
      ServerBuilder builder, Pipeline pipeline, GatewaySettings settings, int port) {
    HttpData page =
        HttpData.ofUtf8(
            GatewayPage.of(
                pipeline.name(),
                pipeline.contracts().stream().map(Contract::event).sorted().toList(),
                port));
    builder.service(
        "/",
        settings
            .access()
            .guard(
                (context, request) -> HttpResponse.of(HttpStatus.OK, MediaType.HTML_UTF_8, page)));
  }

  private static byte[] openApi() {
    try (InputStream page = EventGateway.class.getResourceAsStream("/leat/gateway/openapi.yaml")) {
      return Objects.requireNonNull(page, "it lies beside the classes").readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks the registry for what each contract needs, until it answers. */
  private static ScheduledExecutorService prepare(
      Map<String, ContractValidator> validators, Readiness readiness) {
    Map<String, String> missing = new ConcurrentHashMap<>();
    validators.keySet().forEach(event -> missing.put(event, event + " is being prepared"));
    readiness.add(
        "contracts",
        () ->
            missing.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join("; ", missing.values())));
    ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "gateway-prepare");
              thread.setDaemon(true);
              return thread;
            });
    Runnable attempt =
        () -> {
          for (String event : Map.copyOf(missing).keySet()) {
            try {
              Lookups.required(validators, event).prepare();
              missing.remove(event);
            } catch (RuntimeException e) {
              boolean reported = e instanceof LeatException;
              String why = reported ? String.valueOf(e.getMessage()) : e.toString();
              if (!why.equals(missing.put(event, why))) {
                log.warn("{} The gateway tries again until it can.", why, reported ? null : e);
              }
            }
          }
          if (missing.isEmpty()) {
            executor.shutdown();
          }
        };
    executor.scheduleWithFixedDelay(attempt, 0, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    return executor;
  }

  /** The port that was opened. */
  public int httpPort() {
    return server.port();
  }

  /** Never: what fails is one request. */
  @Override
  public Optional<Throwable> failure() {
    return Optional.empty();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  @Override
  public void close() {
    server.close();
    preparing.shutdownNow();
    sender.close();
    stopped.countDown();
  }
}
