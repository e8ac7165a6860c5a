package io.leat.features.server;

import io.leat.features.online.StateStores;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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

  /** The port that the server has where none is given: Feast's. */
  public static final int DEFAULT_HTTP_PORT = 6566;

  private static final Logger log = LoggerFactory.getLogger(FeatureServer.class);

  private static final long MINIMUM_MEMORY = 8L << 20;
  private static final String FOLDER = "feature-server";

  private final CommittedState state;
  private final ChangelogFollower follower;
  private final Readiness readiness;
  private final ServiceServer server;

  private FeatureServer(
      CommittedState state, ChangelogFollower follower, Readiness readiness, ServiceServer server) {
    this.state = state;
    this.follower = follower;
    this.readiness = readiness;
    this.server = server;
  }

  /** Starts a server with {@link Limits#DEFAULT}; see the other {@code start}. */
  public static FeatureServer start(JobOptions options) throws PipelineException {
    return start(options, Limits.DEFAULT);
  }

  /**
   * Starts a server and returns at once; {@link #isReady} tells when its state has caught up.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws IllegalStateException with one clear sentence if it cannot start
   */
  public static FeatureServer start(JobOptions options, Limits limits) throws PipelineException {
    Pipeline pipeline = options.readPipeline();
    log.info("{}-feature-server starts: {}", pipeline.name(), options);
    PrometheusMeterRegistry metrics = ServiceServer.metrics(pipeline.name(), "feature-server");

    Map<String, String> changelogs = new TreeMap<>();
    for (FeatureView view : pipeline.views()) {
      changelogs.put(StateStores.name(view), StateStores.changelog(pipeline.name(), view));
    }
    CommittedState state =
        new CommittedState(
            options.stateDirectory().resolve(pipeline.name() + "-" + FOLDER),
            changelogs.keySet(),
            limits.memoryBytes());
    InstantSource clock = InstantSource.system();
    ChangelogFollower follower =
        new ChangelogFollower(
            options.kafkaClientProperties(), changelogs, state, metrics, clock::millis);
    Readiness readiness = new Readiness();
    readiness.add("state", follower::problem);
    OnlineFeatures features = new OnlineFeatures(pipeline, state, follower::lag);
    ServiceServer server;
    try {
      server =
          ServiceServer.start(
              options.httpHost(),
              options.httpPort(DEFAULT_HTTP_PORT),
              metrics,
              readiness,
              doors -> {
                doors.maxRequestLength(limits.requestBytes());
                doors.service("/health", FeatureDoor.health(readiness));
                doors
                    .route()
                    .post("/get-online-features")
                    .build(new FeatureDoor(features, readiness, metrics, clock));
              });
    } catch (IllegalStateException e) {
      follower.close();
      state.close();
      throw e;
    }
    follower.start();
    return new FeatureServer(state, follower, readiness, server);
  }

  /**
   * What a server may use.
   *
   * @param requestBytes largest body of a request that is read
   * @param memoryBytes native memory for cached blocks and write buffers of the state
   */
  public record Limits(long requestBytes, long memoryBytes) {
    /** Bodies of 1 MiB, 128 MiB of memory. */
    public static final Limits DEFAULT = new Limits(1L << 20, 128L << 20);

    public Limits {
      if (requestBytes < 1 || memoryBytes < MINIMUM_MEMORY) {
        throw new IllegalArgumentException(
            "limits of %d bytes a request and %d bytes of memory; expected at least 1 and %d"
                .formatted(requestBytes, memoryBytes, MINIMUM_MEMORY));
      }
    }
  }

  /** Whether the state has caught up with the committed log and is being served. */
  public boolean isReady() {
    return readiness.isReady();
  }

  /** What the server waits for, or empty text. */
  public String problem() {
    return follower.problem().orElse("");
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

  @Override
  public void close() {
    server.close();
    follower.close();
    state.close();
  }
}
