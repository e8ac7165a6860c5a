package io.leat.runtime.streams;

import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Service;
import io.leat.platform.Services;
import io.leat.runtime.Guarantee;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.Access;
import io.leat.runtime.settings.Settings;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * A running {@link StreamsJob}: the streams client, its health and its metrics.
 *
 * <p>An error that the job cannot go on after (a defect, or a broker that refuses it) stops the
 * service; nothing is skipped. Whoever started it sees {@link #failure} and starts it again; {@link
 * HealingService} does where its stores are damaged.
 */
public final class StreamsService implements RunningService {
  private static final Logger log = LoggerFactory.getLogger(StreamsService.class);

  /**
   * Bytes of a producer's batch with exactly_once: four times Kafka's default, since a batch costs
   * the CPU of some fifty records. No record is late for it: none is visible before a commit, and
   * that sends what there is.
   */
  private static final int BATCH_BYTES = 64 * 1024;

  /**
   * How long an instance may be silent before its standby goes on in its place: three of Kafka's
   * heartbeats. Without a standby another instance would have to restore everything: there Kafka's
   * default, 45 s, leaves the time to start the lost one again.
   */
  private static final Duration SILENCE_WITH_STANDBY = Duration.ofSeconds(10);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  /** Of the memory for state, one part in so many holds what is not committed yet. */
  private static final int CACHED_SHARE = 8;

  private final String applicationId;
  private final KafkaStreams streams;
  private final KafkaStreamsMetrics streamsMetrics;
  private final ServiceServer server;
  private final Resources resources;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Optional<Throwable> failure = Optional.empty();

  private StreamsService(
      String applicationId,
      KafkaStreams streams,
      KafkaStreamsMetrics streamsMetrics,
      ServiceServer server,
      Resources resources) {
    this.applicationId = applicationId;
    this.streams = streams;
    this.streamsMetrics = streamsMetrics;
    this.server = server;
    this.resources = resources;
  }

  /**
   * Starts a job and returns at once; {@link #isReady} tells when it processes.
   *
   * @throws PipelineException if the pipeline cannot be read
   * @throws LeatException with one clear sentence if the job cannot start
   */
  public static StreamsService start(StreamsJob job, JobOptions options) throws PipelineException {
    Pipeline pipeline = options.readPipeline();
    PrometheusMeterRegistry metrics = ServiceServer.metrics(pipeline.name(), job.name());
    Readiness readiness = new Readiness();
    JobContext context = new JobContext(pipeline, options.registry(), metrics, readiness, options);
    try {
      return start(job, context, metrics);
    } catch (RuntimeException e) {
      Cleanup.after(e, context.resources());
      throw e;
    }
  }

  private static StreamsService start(
      StreamsJob job, JobContext context, PrometheusMeterRegistry metrics) {
    JobOptions options = context.options();
    Readiness readiness = context.readiness();
    String applicationId = context.applicationId(job);
    log.info("{} starts: {}", applicationId, options);

    Properties settings = settings(applicationId, options);
    settings.putAll(job.settings(options));
    Topology topology = topology(job, context);
    if (!joinsTopics(topology)) {
      settings.putIfAbsent(
          StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    }
    TopologyChange change = new TopologyChange(options.stateDirectory(), applicationId, topology);
    LostPositions.Held held = new LostPositions.Held(metrics);
    readiness.add("positions", held::problem);
    readiness.add("records", context.watch()::problem);
    KafkaStreams streams = streams(topology, context, settings, applicationId, held);
    change.prepare(streams, settings);
    RestoreProgress restore = new RestoreProgress(metrics, System::currentTimeMillis);
    streams.setGlobalStateRestoreListener(restore);
    KafkaStreamsMetrics streamsMetrics = new KafkaStreamsMetrics(streams);
    streamsMetrics.bindTo(metrics);
    readiness.add(
        "streams",
        () ->
            streams.state() == KafkaStreams.State.RUNNING
                ? Optional.empty()
                : restore
                    .problem()
                    .or(() -> Optional.of("the streams client is " + streams.state())));
    ServiceServer server =
        ServiceServer.start(
            Access.OPEN,
            options.httpHost(),
            options.httpPort(usualPort(job)),
            metrics,
            readiness,
            routes -> {});
    StreamsService service =
        new StreamsService(applicationId, streams, streamsMetrics, server, context.resources());
    streams.setUncaughtExceptionHandler(
        error -> {
          log.error("{} cannot go on and stops", applicationId, error);
          service.failure = Optional.of(error);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.setStateListener(
        (now, before) -> {
          log.info("{} is {}", applicationId, now);
          if (now == KafkaStreams.State.NOT_RUNNING || now == KafkaStreams.State.ERROR) {
            service.stopped.countDown();
          }
        });
    try {
      streams.start();
    } catch (StreamsException e) {
      // Stores that lie in its folder are opened here already, before there is a thread to fail.
      log.error("{} cannot start", applicationId, e);
      service.failure = Optional.of(e);
      service.stopped.countDown();
    }
    return service;
  }

  /** The catalogue's; a free one for a job that is not in it, such as a test's. */
  private static int usualPort(StreamsJob job) {
    return Services.ALL.stream()
        .filter(service -> service.name().equals(job.name()))
        .mapToInt(Service::port)
        .findFirst()
        .orElse(0);
  }

  private static Topology topology(StreamsJob job, JobContext context) {
    try {
      return job.topology(context);
    } catch (RegistryException e) {
      throw new LeatException(ErrorCode.KAFKA, e.getMessage(), e);
    }
  }

  /**
   * Whether some task reads several topics, and so has to wait for what is behind in time. Where
   * none does, there is nothing to ask before each record.
   */
  private static boolean joinsTopics(Topology topology) {
    return topology.describe().subtopologies().stream()
        .anyMatch(part -> TopologyChange.topics(part).size() != 1);
  }

  private static KafkaStreams streams(
      Topology topology,
      JobContext context,
      Properties settings,
      String applicationId,
      LostPositions.Held held) {
    try {
      return new KafkaStreams(topology, settings, clients(context, applicationId, held));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new LeatException(
          ErrorCode.KAFKA,
          "%s cannot start with the Kafka settings that it was given: %s"
              .formatted(applicationId, cause.getMessage()),
          e);
    }
  }

  /**
   * Kafka Streams' own clients, its main consumer behind the job's gates and what becomes of lost
   * positions.
   */
  private static KafkaClientSupplier clients(
      JobContext context, String applicationId, LostPositions.Held held) {
    return new DefaultKafkaClientSupplier() {
      @Override
      public Consumer<byte[], byte[]> getConsumer(Map<String, Object> settings) {
        return new HoldingConsumer(
            super.getConsumer(settings),
            context.gates(),
            new LostPositions(
                applicationId,
                context.options().onLostPosition(),
                held,
                () -> asking(context.options())));
      }
    };
  }

  private static Consumer<byte[], byte[]> asking(JobOptions options) {
    Map<String, Object> settings = new HashMap<>(options.kafkaClientProperties());
    settings.put("isolation.level", "read_uncommitted");
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "none");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The settings of the streams client that runs an application. */
  static Properties settings(String applicationId, JobOptions options) {
    Properties settings = new Properties();
    settings.putAll(options.kafkaClientProperties());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, options.stateDirectory().toString());
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        options.guarantee() == Guarantee.exactly_once
            ? StreamsConfig.EXACTLY_ONCE_V2
            : StreamsConfig.AT_LEAST_ONCE);
    settings.putIfAbsent(
        StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG,
        options.guarantee() == Guarantee.exactly_once);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.commitInterval().toMillis());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.threads());
    settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, options.standbyReplicas());
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    long cached = options.stateMemory() / CACHED_SHARE;
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, cached);
    settings.putIfAbsent(StreamsConfig.STATESTORE_UNCOMMITTED_MAX_BYTES_CONFIG, cached);
    settings.put(BoundedRocksDb.MEMORY, Long.toString(options.stateMemory() - cached));
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1); // the broker's default
    settings.put(
        StreamsConfig.mainConsumerPrefix("group.instance.id"),
        applicationId + "-" + options.instanceId());
    settings.put(StreamsConfig.consumerPrefix("isolation.level"), "read_committed");
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "none"); // LostPositions decide
    if (options.standbyReplicas() > 0 && !settings.containsKey("session.timeout.ms")) {
      settings.put(
          StreamsConfig.mainConsumerPrefix("session.timeout.ms"),
          Math.toIntExact(SILENCE_WITH_STANDBY.toMillis()));
    }
    setUnlessGiven(settings, "compression.type", "lz4");
    setUnlessGiven(settings, "max.request.size", Topics.LARGEST_RECORD);
    if (options.guarantee() == Guarantee.exactly_once) {
      setUnlessGiven(settings, "batch.size", BATCH_BYTES);
    }
    return settings;
  }

  /** Of the producer; who runs the service may say otherwise, for every client or this one. */
  private static void setUnlessGiven(Properties settings, String name, Object value) {
    if (!settings.containsKey(name)) {
      settings.putIfAbsent(StreamsConfig.producerPrefix(name), value);
    }
  }

  /** Whether records are being processed. */
  public boolean isReady() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  @Override
  public Optional<Throwable> failure() {
    return failure;
  }

  public String applicationId() {
    return applicationId;
  }

  /** The port of health and metrics. */
  public int httpPort() {
    return server.port();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /** Commits what is done, gives the partitions back and stops; waits 30 s at most. */
  @Override
  public void close() {
    streams.close(STOP_TIMEOUT);
    resources.close();
    streamsMetrics.close();
    server.close();
  }

  /**
   * Runs a job as a process of its own until it is told to stop.
   *
   * @return exit code: 0 when told to stop, 1 when it failed, 2 when its flags or its pipeline are
   *     wrong
   */
  public static int main(StreamsJob job, String[] arguments) {
    JobOptions options = new JobOptions();
    CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create().name(job.name()));
    command.addMixin("options", options);
    command.getCommandSpec().mixinStandardHelpOptions(true);
    Settings.document(command).setExecutionStrategy(Settings.checked(parsed -> run(job, options)));
    return command.execute(arguments);
  }

  private static int run(StreamsJob job, JobOptions options) {
    HealingService service;
    try {
      service = HealingService.start(job, options);
    } catch (PipelineException e) {
      System.err.println(e.getMessage());
      return 2;
    } catch (LeatException e) {
      log.debug("{} did not start", job.name(), e);
      System.err.println(e.getMessage());
      return 1;
    }
    return RunningService.await(service, job.name());
  }
}
