package io.leat.mlflow;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.artifact.S3Files;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Services;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.RequestOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry for MLflow's clients, beside every service's health and metrics. Thread-safe. */
public final class MlflowServer implements RunningService {
  private static final Logger log = LoggerFactory.getLogger(MlflowServer.class);
  private static final String FOLDER = "mlflow";

  /** As long as MLflow's clients wait for an answer. */
  private static final Duration LONGEST = Duration.ofSeconds(120);

  /** How long requests that are under way are waited for, at the end. */
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);

  private final ArtifactStore artifacts;
  private final Optional<Follower> follower;
  private final RestApi gate;
  private final Readiness readiness;
  private final ServiceServer server;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private MlflowServer(
      ArtifactStore artifacts,
      Optional<Follower> follower,
      RestApi gate,
      Readiness readiness,
      ServiceServer server) {
    this.artifacts = artifacts;
    this.follower = follower;
    this.gate = gate;
    this.readiness = readiness;
    this.server = server;
  }

  /**
   * Starts a server.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws LeatException with one clear sentence if it cannot start, or must not: beyond this
   *     machine without API keys
   */
  public static MlflowServer start(MlflowServerOptions options) throws PipelineException {
    JobOptions job = options.job();
    Pipeline pipeline = job.readPipeline();
    Access access = options.access();
    access.check(job.httpHost());
    RequestOptions limits = options.requests();
    log.info("{}-mlflow starts: {}", pipeline.name(), job);
    InstantSource clock = InstantSource.system();
    PrometheusMeterRegistry metrics = ServiceServer.metrics(pipeline.name(), FOLDER);
    Readiness readiness = new Readiness();
    ArtifactStore artifacts = ArtifactStore.open(job.artifacts());
    try {
      ModelRegistry registry =
          new ModelRegistry(job.kafkaClientProperties(), job.registry(), artifacts, clock);
      Path folder = job.stateDirectory().resolve(pipeline.name() + "-" + FOLDER);
      Uploads uploads =
          new Uploads(
              folder.resolve("uploads"), options.keepUploads(), options.uploadBytes(), clock);
      uploads.sweep();
      Exports exports = new Exports(folder.resolve("exports"), registry, clock);
      Locations locations = new Locations(registry, exports, uploads);
      RestApi gate = new RestApi(access, limits, metrics);
      RunRoutes runs = new RunRoutes(uploads, gate, clock);
      Publisher publisher = new Publisher(pipeline, registry);
      Optional<Follower> follower =
          follower(options, pipeline, registry, publisher, folder, metrics);
      Optional<Webhook> webhook = webhook(options.follow(), follower, clock);
      ServiceServer server =
          ServiceServer.start(
              access,
              job.httpHost(),
              job.httpPort(Services.named(Services.MLFLOW).port()),
              metrics,
              readiness,
              routes -> {
                configure(routes, limits);
                new RegistryRoutes(pipeline, registry, publisher, locations, uploads, runs, gate)
                    .configure(routes, LONGEST);
                runs.configure(routes);
                new ArtifactRoutes(locations, uploads, gate).configure(routes, LONGEST);
                webhook.ifPresent(hook -> hook.configure(routes));
              });
      follower.ifPresent(Follower::start);
      return new MlflowServer(artifacts, follower, gate, readiness, server);
    } catch (LeatException e) {
      Cleanup.after(e, artifacts);
      throw e;
    } catch (IOException e) {
      LeatException unusable =
          new LeatException(
              ErrorCode.NOT_WRITABLE,
              "Uploads cannot be kept in %s: %s. Give a writable folder with --state-dir."
                  .formatted(job.stateDirectory().toAbsolutePath(), e),
              e);
      Cleanup.after(unusable, artifacts);
      throw unusable;
    }
  }

  private static Optional<Follower> follower(
      MlflowServerOptions options,
      Pipeline pipeline,
      ModelRegistry registry,
      Publisher publisher,
      Path folder,
      MeterRegistry metrics) {
    FollowOptions follow = options.follow();
    Optional<String> key = follow.key();
    Optional<S3Files> files = follow.files();
    return follow
        .follow()
        .map(
            address ->
                new Follower(
                    pipeline,
                    registry,
                    publisher,
                    new FollowedServer(address, key, options.uploadBytes(), files),
                    follow.alias(),
                    follow.every(),
                    folder.resolve("followed"),
                    metrics));
  }

  private static Optional<Webhook> webhook(
      FollowOptions options, Optional<Follower> follower, InstantSource clock) {
    Optional<String> secret = options.secret();
    if (secret.isPresent() && follower.isEmpty()) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--webhook-secret is given without --follow; a webhook says that the registry which is followed has changed.");
    }
    return secret.flatMap(shared -> follower.map(asked -> new Webhook(shared, asked::hint, clock)));
  }

  private static void configure(ServerBuilder routes, RequestOptions limits) {
    routes.maxRequestLength(limits.requestBytes());
    routes.requestTimeout(limits.timeout());
    routes.errorHandler(
        new JsonErrors(
            "The body is too large; at most %d bytes.".formatted(limits.requestBytes())));
    routes.gracefulShutdownTimeout(limits.drain(), limits.drain().plus(LAST_REQUESTS));
    routes.service(
        "/health",
        (context, request) -> HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, "OK"));
    routes.serviceUnder(
        "/api/",
        (context, request) ->
            RestApi.response(
                new Refusal(
                    HttpStatus.NOT_FOUND,
                    "ENDPOINT_NOT_FOUND",
                    "Leat is a model registry, and has no %s %s.",
                    request.method(),
                    context.path())));
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

  /** Says that it is not ready, answers what is under way, and stops. */
  @Override
  public void close() {
    readiness.add("stopping", () -> Optional.of("the server stops"));
    server.close();
    follower.ifPresent(Follower::close);
    try {
      if (!gate.close(LAST_REQUESTS)) {
        log.warn("Requests are still being answered, and may fail");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      artifacts.close();
      stopped.countDown();
    }
  }
}
