package io.leat.scoring.server;

import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.DecodingService;
import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.InferenceException;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Services;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.Principal;
import io.leat.runtime.access.RequestGate;
import io.leat.runtime.access.RequestOptions;
import io.leat.schemas.AvroCodec;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RegistryFollower;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running scoring server, beside every service's health and metrics. Thread-safe. */
public final class ScoringServer implements RunningService {
  /** Of Leat, as it tells its clients. */
  static final String VERSION = "0.1.0";

  private static final Logger log = LoggerFactory.getLogger(ScoringServer.class);

  /** How long requests that are under way are waited for, at the end. */
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);

  private final ServedModels models;
  private final ScoreRoute scores;
  private final RequestGate gate;
  private final Readiness readiness;
  private final ServiceServer server;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private ScoringServer(
      ServedModels models,
      ScoreRoute scores,
      RequestGate gate,
      Readiness readiness,
      ServiceServer server) {
    this.models = models;
    this.scores = scores;
    this.gate = gate;
    this.readiness = readiness;
    this.server = server;
  }

  /**
   * Starts a server and returns at once; {@code /health/ready} tells when every model can be scored
   * with.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws LeatException with one clear sentence if it cannot start, or must not: beyond this
   *     machine without API keys
   */
  public static ScoringServer start(ScoringServerOptions options) throws PipelineException {
    JobOptions job = options.job();
    Pipeline pipeline = job.readPipeline();
    if (pipeline.models().isEmpty()) {
      throw new LeatException(
          ErrorCode.PIPELINE,
          "Pipeline %s declares no model, so there is nothing to score. Add a models/ folder, or leave the scoring server out."
              .formatted(pipeline.name()));
    }
    Access access = options.access();
    access.check(job.httpHost());
    RequestOptions limits = options.requests();
    FeatureClient features =
        new FeatureClient(options.featureServer(), options.featureServerKey(), limits.timeout());
    log.info("{}-scoring-server starts: {}", pipeline.name(), job);
    PrometheusMeterRegistry metrics = ServiceServer.metrics(pipeline.name(), "scoring-server");
    Readiness readiness = new Readiness();
    List<ModelRollouts> rollouts = new ArrayList<>();
    for (Model model : pipeline.models()) {
      rollouts.add(new ModelRollouts(model.name(), metrics, InstantSource.system()));
    }
    ArtifactStore artifacts = ArtifactStore.open(job.artifacts());
    RegistryFollower follower =
        RegistryFollower.start(
            job.kafkaClientProperties(),
            new AvroCodec(job.registry()),
            artifacts,
            metrics,
            rollouts);
    readiness.add("model registry", follower::problem);
    ServedModels models = new ServedModels(rollouts, follower, artifacts, metrics);
    readiness.add("models", models::problem);
    RequestGate gate = gate(access, limits, metrics);
    ScoreRoute scores = new ScoreRoute(pipeline, models, gate, features);
    ServiceServer server;
    try {
      server =
          ServiceServer.start(
              access,
              job.httpHost(),
              job.httpPort(Services.named(Services.SCORING_SERVER).port()),
              metrics,
              readiness,
              routes -> {
                configure(routes, limits);
                new OipRoutes(models, readiness, gate).configure(routes);
                new OipGrpc(models, readiness, gate).configure(routes);
                new Invocations(models, readiness, gate).configure(routes);
                routes.route().post("/score/{model}").build(scores);
              });
    } catch (LeatException e) {
      Cleanup.after(e, models);
      throw e;
    }
    return new ScoringServer(models, scores, gate, readiness, server);
  }

  private static RequestGate gate(Access access, RequestOptions limits, MeterRegistry metrics) {
    RequestGate gate =
        new RequestGate(
            access,
            limits,
            (context, protocol, status, nanos) ->
                Timer.builder("leat.scoring.server.requests")
                    .description("Requests for scores, from their headers to their answer.")
                    .tags(
                        "protocol",
                        protocol,
                        "principal",
                        Principal.nameOf(context),
                        "status",
                        status.codeAsText())
                    .publishPercentileHistogram()
                    .register(metrics)
                    .record(nanos, TimeUnit.NANOSECONDS),
            failure ->
                failure instanceof InferenceException
                    ? Optional.of(RequestException.malformed("%s", failure.getMessage()))
                    : Optional.empty());
    Gauge.builder("leat.scoring.server.requests.under.way", gate, RequestGate::underWay)
        .description("Requests that are being answered; at --max-concurrent the answer is 429.")
        .register(metrics);
    return gate;
  }

  private static void configure(ServerBuilder routes, RequestOptions limits) {
    routes.maxRequestLength(limits.requestBytes());
    routes.requestTimeout(limits.timeout());
    routes.decorator(DecodingService.newDecorator()); // bodies may come compressed
    routes.errorHandler(
        new JsonErrors(
            "The body is too large; at most %d bytes.".formatted(limits.requestBytes())));
    // The port stays open for the drain, then closes behind the last request that is under way.
    routes.gracefulShutdownTimeout(limits.drain(), limits.drain().plus(LAST_REQUESTS));
  }

  /** The port that was opened. */
  public int httpPort() {
    return server.port();
  }

  /** Never: what fails is one request, or is tried again. */
  @Override
  public Optional<Throwable> failure() {
    return Optional.empty();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopped.await();
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
    try {
      if (!gate.close(LAST_REQUESTS)) {
        log.warn(
            "{} requests are still being answered; each closes what it scores with",
            gate.underWay());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      scores.close();
      models.close();
      stopped.countDown();
    }
  }
}
