package io.leat.runtime.flink;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.leat.common.Cleanup;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.settings.FlinkJobOptions;
import io.leat.runtime.settings.LocalClusterOptions;
import io.leat.runtime.settings.Settings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Several Flink jobs in this JVM, for {@code leat up} and tests.
 *
 * <p>Everything that outlives the process lies in {@code <state-dir>/flink}: checkpoints in a
 * folder a job of a pipeline. Each job goes on from its newest complete checkpoint. Asked to stop
 * (SIGTERM, Ctrl-C), it takes a last checkpoint of every job first; killed without warning, it goes
 * on from the one before. A job that fails for good stops the whole process with code 1.
 */
@Command(
    name = "local-cluster",
    description = "Runs Flink jobs in this process, with state that outlives it.",
    mixinStandardHelpOptions = true)
public final class LocalCluster implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(LocalCluster.class);

  /** What Flink says when a checkpoint has state of an operator that the job does not have. */
  private static final String CANNOT_RESTORE = "Cannot map checkpoint/savepoint state for operator";

  private static final Duration LAST_CHECKPOINT = Duration.ofSeconds(15);
  private static final Duration STOP = Duration.ofSeconds(10);

  @Mixin private LocalClusterOptions settings = new LocalClusterOptions();

  @Parameters(
      paramLabel = "CLASS",
      arity = "1..*",
      description = "Classes of the jobs; each implements io.leat.runtime.flink.FlinkJob.")
  private List<String> classes = List.of();

  public static void main(String[] arguments) {
    System.exit(Settings.commandLine(new LocalCluster()).execute(arguments));
  }

  @Override
  public Integer call() {
    try {
      run();
      return 0;
    } catch (PipelineException e) {
      System.err.println(e.getMessage());
      return 2;
    } catch (LeatException e) {
      log.error("The local cluster stops: {}", e.getMessage(), e);
      System.err.println(e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private void run() throws PipelineException, InterruptedException {
    FlinkJobOptions options = settings.jobs();
    Pipeline pipeline = options.readPipeline();
    log.info("The local cluster starts: {}", options);
    List<Job> jobs =
        classes.stream()
            .map(LocalCluster::instantiate)
            .map(job -> new Job(job, new FlinkJobContext(job.name(), pipeline, options)))
            .toList();
    Path home = options.stateDirectory().toAbsolutePath().normalize().resolve("flink");
    Path scratch = home.resolve("tmp");
    try (FileChannel held = lock(home)) {
      clear(scratch);
      List<JobGraph> graphs = new ArrayList<>();
      for (Job job : jobs) {
        graphs.add(graph(job, home));
      }
      run(jobs, graphs, scratch);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          "Cannot keep state in %s: %s. Give a writable folder with --state-dir."
              .formatted(home, e),
          e);
    }
  }

  private record Job(FlinkJob job, FlinkJobContext context) {}

  private void run(List<Job> jobs, List<JobGraph> graphs, Path scratch)
      throws InterruptedException {
    MiniCluster cluster =
        LoopbackMiniCluster.create(
            scratch,
            settings.restPort(),
            settings.metricsPort(),
            graphs.size() * settings.jobs().parallelism());
    try {
      cluster.start();
    } catch (Exception e) {
      throw new LeatException(
          ErrorCode.JOB_FAILED,
          "Flink did not start with REST on port %d and metrics on port %d: %s"
              .formatted(settings.restPort(), settings.metricsPort(), rootMessage(e)),
          e);
    }
    AtomicBoolean reported = new AtomicBoolean();
    Once stop = new Once(() -> stop(cluster, graphs));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  reported.set(true);
                  stop.run();
                },
                "stop-local-cluster"));
    try {
      JobResult result = runUntilOneEnds(cluster, graphs);
      if (!reported.get()) {
        throw failed(result, jobs, graphs);
      }
    } catch (InterruptedException | RuntimeException e) {
      Cleanup.after(e, stop::run);
      throw e;
    }
    stop.run();
  }

  /** Runs an action the first time; whoever comes later waits until it has been done. */
  private static final class Once {
    private final Runnable action;
    private boolean done;

    Once(Runnable action) {
      this.action = action;
    }

    synchronized void run() {
      if (!done) {
        done = true;
        action.run();
      }
    }
  }

  private static LeatException failed(JobResult result, List<Job> jobs, List<JobGraph> graphs) {
    int place = graphs.stream().map(JobGraph::getJobID).toList().indexOf(result.getJobId());
    JobGraph graph = graphs.get(place);
    Job job = jobs.get(place);
    Optional<Throwable> cause =
        result
            .getSerializedThrowable()
            .map(error -> error.deserializeError(LocalCluster.class.getClassLoader()));
    String why = cause.map(LocalCluster::rootMessage).orElse("it ended by itself");
    String restored = graph.getSavepointRestoreSettings().getRestorePath();
    if (restored != null && why.contains(CANNOT_RESTORE)) {
      return new LeatException(
          ErrorCode.CHECKPOINT,
          "The Flink job %s cannot go on from its checkpoint %s, which holds state of a part that the pipeline no longer declares. Declare the event, service or monitor again, or set LEAT_ALLOW_NON_RESTORED_STATE=true for one start to let go of that part's state and keep the rest. (Flink: %s)"
              .formatted(graph.getName(), restored, why),
          cause.get());
    }
    return new LeatException(
        ErrorCode.JOB_FAILED,
        "The Flink job %s failed for good: %s"
            .formatted(
                graph.getName(),
                cause.flatMap(error -> job.job().explain(error, job.context())).orElse(why)),
        cause.orElse(null));
  }

  private static FlinkJob instantiate(String name) {
    try {
      return Class.forName(name).asSubclass(FlinkJob.class).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new LeatException(
          ErrorCode.SETTING,
          "%s is no Flink job: expected a class on the class path that implements %s and has a public constructor without parameters"
              .formatted(name, FlinkJob.class.getName()),
          e);
    }
  }

  /**
   * Sees to it that no other process uses the folder, which is made.
   *
   * @return holds the folder until it is closed
   */
  private static FileChannel lock(Path home) throws IOException {
    Files.createDirectories(home);
    FileChannel channel =
        FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new LeatException(
          ErrorCode.DIRECTORY_IN_USE,
          "Another local cluster uses %s. Stop it, or give another folder with --state-dir."
              .formatted(home));
    }
    return channel;
  }

  private static void clear(Path folder) throws IOException {
    FileUtils.deleteDirectory(folder.toFile());
    Files.createDirectories(folder);
  }

  private JobGraph graph(Job job, Path home) {
    FlinkJobContext context = job.context();
    Path checkpoints = home.resolve(context.applicationId());
    JobGraph graph =
        FlinkJobs.graph(job.job(), context, JobSettings.local(context.options(), checkpoints))
            .getJobGraph();
    Optional<Path> newest = Checkpoints.newest(checkpoints);
    newest.ifPresent(
        checkpoint ->
            graph.setSavepointRestoreSettings(
                SavepointRestoreSettings.forPath(
                    checkpoint.toUri().toString(),
                    settings.allowNonRestoredState(),
                    RecoveryClaimMode.CLAIM)));
    log.info(
        "{} {}",
        context.applicationId(),
        newest.map(path -> "goes on from " + path).orElse("has no checkpoint and begins again"));
    return graph;
  }

  private static JobResult runUntilOneEnds(MiniCluster cluster, List<JobGraph> graphs)
      throws InterruptedException {
    CompletableFuture<JobResult> ended = new CompletableFuture<>();
    for (JobGraph graph : graphs) {
      get("start " + graph.getName(), cluster.submitJob(graph));
      cluster
          .requestJobResult(graph.getJobID())
          .whenComplete(
              (result, error) -> {
                if (error == null) {
                  ended.complete(result);
                } else {
                  ended.completeExceptionally(error);
                }
              });
    }
    log.info("The local cluster runs {}", graphs.stream().map(JobGraph::getName).toList());
    return get("run its jobs", ended);
  }

  /** A last checkpoint of every job that still runs, then the end. Never fails. */
  private static void stop(MiniCluster cluster, List<JobGraph> graphs) {
    log.info("The local cluster takes a last checkpoint of every job and stops");
    CompletableFuture.allOf(
            graphs.stream()
                .map(graph -> cluster.triggerCheckpoint(graph.getJobID(), CheckpointType.DEFAULT))
                .map(checkpoint -> checkpoint.orTimeout(LAST_CHECKPOINT.toSeconds(), SECONDS))
                .toArray(CompletableFuture[]::new))
        .handle(
            (done, error) -> {
              if (error != null) {
                log.warn(
                    "No last checkpoint of every job; such a job goes on from the one before: {}",
                    rootMessage(error));
              }
              return cluster.closeAsync();
            })
        .thenCompose(closing -> closing)
        .orTimeout(LAST_CHECKPOINT.plus(STOP).toSeconds(), SECONDS)
        .handle(
            (done, error) -> {
              if (error == null) {
                log.info("The local cluster has stopped");
              } else {
                log.warn("Flink did not stop in order: {}", rootMessage(error));
              }
              return null;
            })
        .join();
  }

  private static <T> T get(String what, CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new LeatException(
          ErrorCode.JOB_FAILED,
          "The local cluster could not %s: %s".formatted(what, rootMessage(e)),
          e);
    }
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
