package io.leat.runtime.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.OptionalFailure;
import org.apache.flink.util.SerializedValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one bounded Flink job in this JVM to its end, in Flink's batch mode: one stage after the
 * other, what passes between them sorted in memory outside of the heap and, where that is full, on
 * disk. Nothing is left of a job that is killed but its scratch folder.
 */
public final class LocalBatch {
  private static final Logger log = LoggerFactory.getLogger(LocalBatch.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Of each slot: what a sort holds before it spills. */
  private static final MemorySize SORT_MEMORY = MemorySize.ofMebiBytes(128);

  /** Of each slot: a stage that writes to disk takes 16 MB, and several may do so at once. */
  private static final MemorySize SHUFFLE_MEMORY = MemorySize.ofMebiBytes(96);

  private LocalBatch() {}

  /**
   * Runs a job.
   *
   * @param name its name, for messages
   * @param parallelism number of slots, at least 1
   * @param scratch folder for what lives as long as the job; made, and deleted at the end
   * @param build adds the job's operators to an environment
   * @param watch is given the job's accumulators as they are every half second
   * @return the accumulators at the end
   * @throws BatchFailedException if the job failed
   */
  public static Map<String, Object> run(
      String name,
      int parallelism,
      Path scratch,
      Consumer<StreamExecutionEnvironment> build,
      Consumer<Map<String, Object>> watch)
      throws InterruptedException {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings(parallelism));
    build.accept(environment);
    JobGraph graph = environment.getStreamGraph().getJobGraph();
    Thread sweep = new Thread(() -> delete(scratch), "delete-scratch");
    Runtime.getRuntime().addShutdownHook(sweep);
    try (MiniCluster cluster =
        LoopbackMiniCluster.create(
            scratch.resolve("flink"), 0, 0, parallelism, cluster(parallelism))) {
      Files.createDirectories(scratch.resolve("flink"));
      cluster.start();
      cluster.submitJob(graph).get();
      CompletableFuture<JobResult> ending = cluster.requestJobResult(graph.getJobID());
      while (!ended(ending)) {
        watch.accept(accumulators(cluster, graph));
      }
      Map<String, Object> last =
          ending
              .get()
              .toJobExecutionResult(LocalBatch.class.getClassLoader())
              .getAllAccumulatorResults();
      watch.accept(last);
      return last;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new BatchFailedException(name, e);
    } finally {
      delete(scratch);
      forget(sweep);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      log.debug("the JVM is ending, and its hooks run already", e);
    }
  }

  private static Configuration settings(int parallelism) {
    Configuration settings = new Configuration();
    settings.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    settings.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    // Else the graph leaves parallelism to another scheduler than the cluster's, which takes it for
    // 1.
    settings.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return settings;
  }

  private static Configuration cluster(int slots) {
    Configuration settings = new Configuration();
    settings.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    settings.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, LOOK); // brings the accumulators
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, SORT_MEMORY.multiply(slots));
    MemorySize network = SHUFFLE_MEMORY.multiply(slots);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    return settings;
  }

  private static boolean ended(CompletableFuture<JobResult> ending)
      throws InterruptedException, ExecutionException {
    try {
      ending.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private static Map<String, Object> accumulators(MiniCluster cluster, JobGraph graph)
      throws InterruptedException {
    Map<String, Object> values = new HashMap<>();
    try {
      Map<String, SerializedValue<OptionalFailure<Object>>> found =
          cluster.getExecutionGraph(graph.getJobID()).get().getAccumulatorsSerialized();
      for (Map.Entry<String, SerializedValue<OptionalFailure<Object>>> one : found.entrySet()) {
        values.put(
            one.getKey(),
            one.getValue().deserializeValue(LocalBatch.class.getClassLoader()).getUnchecked());
      }
    } catch (ExecutionException | IOException | ClassNotFoundException e) {
      log.debug("how far the job is cannot be told; the next look will", e);
    }
    return values;
  }

  private static void delete(Path folder) {
    try {
      FileUtils.deleteDirectory(folder.toFile());
    } catch (IOException e) {
      log.warn("The scratch folder {} could not be deleted: {}", folder, e.toString());
    }
  }

  /** A job that failed; its cause is what failed it. */
  public static final class BatchFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BatchFailedException(String name, Exception cause) {
      super("The job %s failed: %s".formatted(name, root(cause)), cause);
    }

    /** What failed first. */
    public Throwable root() {
      return root(this);
    }

    private static Throwable root(Throwable error) {
      Throwable root = error;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return root;
    }
  }
}
