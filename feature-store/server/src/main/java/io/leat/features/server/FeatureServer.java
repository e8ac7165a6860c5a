package io.leat.features.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.common.Cleanup;
import io.leat.common.LeatException;
import io.leat.features.online.StateStores;
import io.leat.pipeline.apply.DefinitionLog;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Services;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.JsonErrors;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running feature server: {@code POST /get-online-features} and {@code GET /health} beside every
 * service's health and metrics.
 *
 * <p>Each answer tells how far behind the committed log it may be: {@value #LAG_RECORDS} counts the
 * committed changes not yet taken in, {@value #LAG_MILLIS} the time since the views that it read
 * were last known to be level.
 */
public final class FeatureServer implements RunningService {
  /** Header of an answer: committed changes that were not yet taken in when last measured. */
  public static final String LAG_RECORDS = "leat-lag-records";

  /** Header of an answer: milliseconds since the views were last known to be level. */
  public static final String LAG_MILLIS = "leat-lag-millis";

  private static final Logger log = LoggerFactory.getLogger(FeatureServer.class);
  private static final String FOLDER = "feature-server";

  /** How long requests that are under way are waited for, at the end. */
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);

  private final CommittedState state;
  private final ChangelogFollower follower;
  private final PromotionFollower promotions;
  private final ReadGate gate;
  private final Readiness readiness;
  private final ServiceServer server;

  private FeatureServer(
      CommittedState state,
      ChangelogFollower follower,
      PromotionFollower promotions,
      ReadGate gate,
      Readiness readiness,
      ServiceServer server) {
    this.state = state;
    this.follower = follower;
    this.promotions = promotions;
    this.gate = gate;
    this.readiness = readiness;
    this.server = server;
  }

  /**
   * Starts a server and returns at once; {@link #isReady} tells when its state has caught up.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws LeatException with one clear sentence if it cannot start, or must not: beyond this
   *     machine without API keys
   */
  public static FeatureServer start(JobOptions options, ServerSettings settings)
      throws PipelineException {
    Pipeline pipeline = options.readPipeline();
    Limits limits = settings.limits();
    settings.access().check(options.httpHost());
    log.info("{}-feature-server starts: {} {}", pipeline.name(), options, limits);
    PrometheusMeterRegistry metrics = ServiceServer.metrics(pipeline.name(), "feature-server");

    Map<String, String> changelogs = new TreeMap<>();
    for (FeatureView view : pipeline.views()) {
      changelogs.put(StateStores.name(view), StateStores.changelog(pipeline.name(), view));
    }
    Catalog catalog = new Catalog(pipeline);
    CommittedState state =
        new CommittedState(
            options.stateDirectory().resolve(pipeline.name() + "-" + FOLDER),
            changelogs.keySet(),
            options.stateMemory());
    InstantSource clock = InstantSource.system();
    ChangelogFollower follower =
        new ChangelogFollower(
            options.kafkaClientProperties(), changelogs, state, metrics, clock::millis);
    PromotionFollower promotions =
        new PromotionFollower(
            pipeline,
            new DefinitionLog(options.kafkaClientProperties(), options.registry()),
            catalog::promote);
    boolean severalVersions =
        pipeline.views().stream().anyMatch(view -> pipeline.versions(view.name()).size() > 1);
    Supplier<Optional<String>> problem =
        severalVersions
            ? () -> follower.problem().or(promotions::problem)
            : follower::problem; // a view's name can mean but one version
    Readiness readiness = new Readiness();
    readiness.add("state", problem);
    ReadMetrics reads = new ReadMetrics(catalog.views(), metrics);
    ReadGate gate =
        new ReadGate(
            new OnlineFeatures(catalog, state, follower::lag, limits, reads),
            settings.access(),
            problem,
            limits,
            reads,
            clock);
    Gauge.builder("leat.feature.server.requests.under.way", gate, ReadGate::underWay)
        .description("Requests that are being read; at --max-concurrent the answer is 429.")
        .register(metrics);
    ServiceServer server;
    try {
      server =
          ServiceServer.start(
              settings.access(),
              options.httpHost(),
              options.httpPort(Services.named(Services.FEATURE_SERVER).port()),
              metrics,
              readiness,
              endpoints -> {
                configure(endpoints, settings, readiness, gate);
                settings
                    .pagePort()
                    .ifPresent(
                        port ->
                            endpoints.port(
                                new InetSocketAddress(options.httpHost(), port),
                                settings.access().protocol()));
              });
    } catch (LeatException e) {
      Cleanup.after(e, follower, state);
      throw e;
    }
    follower.start();
    if (severalVersions) {
      promotions.start();
    }
    return new FeatureServer(state, follower, promotions, gate, readiness, server);
  }

  /** Adds the server's routes, and what it refuses before them. */
  static void configure(
      ServerBuilder endpoints, ServerSettings settings, Readiness readiness, ReadGate gate) {
    Limits limits = settings.limits();
    endpoints.maxRequestLength(limits.requestBytes());
    endpoints.requestTimeout(limits.timeout());
    endpoints.errorHandler(
        new JsonErrors(
            "The body is too large; at most %d bytes.".formatted(limits.requestBytes())));
    // The port stays open for the drain, then closes behind the last request that is under way.
    endpoints.gracefulShutdownTimeout(limits.drain(), limits.drain().plus(LAST_REQUESTS));
    endpoints.service("/health", (context, request) -> health(readiness));
    endpoints.route().post("/get-online-features").build(new FeatureEndpoint(gate));
    endpoints.service(GrpcEndpoint.PATH, GrpcEndpoint.open(gate));
    OpenApi.configure(endpoints, settings.access());
  }

  /** 200 once ready, else 503 and why. */
  private static HttpResponse health(Readiness readiness) {
    return readiness.isReady()
        ? HttpResponse.of(HttpStatus.OK)
        : JsonErrors.response(
            HttpStatus.SERVICE_UNAVAILABLE, String.join("; ", readiness.problems().values()));
  }

  /** Whether the state has caught up with the committed log and is being served. */
  public boolean isReady() {
    return readiness.isReady();
  }

  /** What the server waits for, or empty text. */
  public String problem() {
    return String.join("; ", readiness.problems().values());
  }

  @Override
  public Optional<Throwable> failure() {
    return follower.failure();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    follower.awaitStop();
  }

  public int httpPort() {
    return server.port();
  }

  /**
   * Says that it is not ready, goes on answering for the drain, answers what is under way, and
   * stops.
   */
  @Override
  public void close() {
    readiness.add("stopping", () -> Optional.of("the server stops"));
    gate.stop();
    server.close();
    promotions.close();
    follower.close();
    try {
      if (!gate.close(LAST_REQUESTS)) {
        log.warn("{} requests are still being read; the state is left open", gate.underWay());
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return; // whoever still reads must not find the state closed
    }
    state.close();
  }
}
