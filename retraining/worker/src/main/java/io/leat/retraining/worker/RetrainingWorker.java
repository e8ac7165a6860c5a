package io.leat.retraining.worker;

import io.leat.common.Cleanup;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.Trainer;
import io.leat.platform.Services;
import io.leat.records.RetrainingRun;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.Access;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: one of a pipeline's workers works, any others stand by. A thread of its own works;
 * health and metrics are on the port. Thread-safe.
 */
public final class RetrainingWorker implements RunningService {
  private static final Logger log = LoggerFactory.getLogger(RetrainingWorker.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration END = Duration.ofSeconds(10);
  private static final Duration MIRROR_PAUSE = Duration.ofSeconds(10);

  private final WorkerOptions options;
  private final Workplace place;
  private final RegistryClient registry;
  private final InstantSource clock;
  private final WorkerMetrics metrics;
  private final Membership membership;
  private final ServiceServer server;
  private final Thread thread;
  private final Map<String, String> problems;
  private final Semaphore hints;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean closed;

  private RetrainingWorker(
      WorkerOptions options,
      Workplace place,
      RegistryClient registry,
      WorkerMetrics metrics,
      Membership membership,
      ServiceServer server,
      Map<String, String> problems,
      Semaphore hints) {
    this.options = options;
    this.place = place;
    this.registry = registry;
    this.clock = InstantSource.system();
    this.metrics = metrics;
    this.membership = membership;
    this.server = server;
    this.problems = problems;
    this.hints = hints;
    this.thread = new Thread(this::work, "retraining-worker");
    thread.setDaemon(true);
  }

  /**
   * Starts a worker.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws io.leat.common.LeatException with one clear sentence if it cannot start
   */
  public static RetrainingWorker start(WorkerOptions options) throws PipelineException {
    JobOptions job = options.job();
    Pipeline pipeline = job.readPipeline();
    String name = "%s-%s".formatted(pipeline.name(), Services.RETRAINING_WORKER);
    log.info("{} starts: {}", name, job);
    Map<String, Object> kafka = new HashMap<>(job.kafkaClientProperties());
    RegistryClient registry = job.registry();
    PrometheusMeterRegistry metrics =
        ServiceServer.metrics(pipeline.name(), Services.RETRAINING_WORKER);
    Map<String, String> problems = new ConcurrentHashMap<>();
    Readiness readiness = new Readiness();
    readiness.add(
        "runs",
        () ->
            problems.isEmpty()
                ? Optional.empty()
                : Optional.of(
                    problems.values().stream().sorted().collect(Collectors.joining("; "))));
    Semaphore hints = new Semaphore(0);
    List<String> secrets = secrets(pipeline);
    options.mlflow().ifPresent(url -> log.info("Runs are shown on MLflow at {} too", url));
    ArtifactStore artifacts = ArtifactStore.open(job.artifacts());
    try {
      Membership membership = new Membership(kafka, name, job.instanceId());
      readiness.add("group", membership::problem);
      ServiceServer server =
          ServiceServer.start(
              Access.OPEN,
              job.httpHost(),
              job.httpPort(Services.named(Services.RETRAINING_WORKER).port()),
              metrics,
              readiness,
              routes -> {
                if (!secrets.isEmpty()) {
                  new Callbacks(secrets, hints::release, InstantSource.system()).configure(routes);
                }
              });
      Workplace place =
          new Workplace(
              pipeline,
              kafka,
              new AvroCodec(registry),
              artifacts,
              new ModelRegistry(kafka, registry, artifacts, InstantSource.system()),
              Path.of(job.stateDirectory().toAbsolutePath().toString(), name, "runs"),
              name);
      RetrainingWorker worker =
          new RetrainingWorker(
              options,
              place,
              registry,
              new WorkerMetrics(metrics),
              membership,
              server,
              problems,
              hints);
      membership.start();
      worker.thread.start();
      return worker;
    } catch (RuntimeException e) {
      Cleanup.after(e, artifacts);
      throw e;
    }
  }

  private static List<String> secrets(Pipeline pipeline) {
    return pipeline.retraining().stream()
        .map(RetrainingPolicy::trainer)
        .filter(Trainer.Http.class::isInstance)
        .flatMap(trainer -> ((Trainer.Http) trainer).secret().stream())
        .map(Secret::read)
        .toList();
  }

  private void work() {
    try {
      while (!closed) {
        if (membership.holds()) {
          hold();
        }
        Thread.sleep(membership.holds() ? PAUSE.toMillis() : PAUSE.toMillis() / 10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Works as long as this worker is the one that does; what fails is begun anew. */
  private void hold() throws InterruptedException {
    String problem = "log";
    try (RunLog runs = new RunLog(place.kafka(), registry, place.actor());
        RequestLog requests = new RequestLog(place.kafka(), place.codec());
        Trainers trainers = new Trainers(place.pipeline(), place.models(), callbacks(), clock);
        Mirror mirror = new Mirror(mirror())) {
      problems.remove(problem);
      Steps steps = new Steps(place, new TrainingSets(options), trainers);
      new RunLoop(runs, requests, steps, clock, metrics, problems, mirror::offer)
          .run(() -> !closed && membership.holds(), options.lookEvery(), hints);
    } catch (RuntimeException e) {
      if (closed || RunLoop.isInterrupt(e)) {
        return;
      }
      problems.put(problem, String.valueOf(e.getMessage()));
      log.warn("The work is begun anew from the log of runs: {}", e.getMessage(), e);
    }
  }

  /** A mirror that may not be there. */
  private record Mirror(Optional<MlflowMirror> mirror) implements AutoCloseable {
    void offer(RetrainingRun run) {
      mirror.ifPresent(one -> one.offer(run));
    }

    @Override
    public void close() {
      mirror.ifPresent(MlflowMirror::close);
    }
  }

  private Optional<MlflowMirror> mirror() {
    return options
        .mlflow()
        .map(
            address ->
                new MlflowMirror(
                    new MlflowRuns(address, options::mlflowHeaders, place.pipeline().name()),
                    place::folder,
                    metrics,
                    MIRROR_PAUSE));
  }

  private URI callbacks() {
    String own = "http://%s:%d".formatted(options.job().httpHost(), httpPort());
    return URI.create(options.callbackUrl().orElse(own)).resolve(Callbacks.PATH);
  }

  /** The port that was opened. */
  public int httpPort() {
    return server.port();
  }

  /** Never: what fails is one run, or is tried again. */
  @Override
  public Optional<Throwable> failure() {
    return Optional.empty();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /** Ends between two steps, or leaves the step that is under way undone: it is done again. */
  @Override
  public void close() {
    closed = true;
    server.close();
    thread.interrupt();
    try {
      thread.join(END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    membership.close();
    place.artifacts().close();
    stopped.countDown();
  }
}
