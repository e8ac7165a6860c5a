package io.leat.runtime.flink;

import java.util.Optional;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A Flink job of a pipeline. Needs a public constructor without parameters: a job is started by the
 * name of its class.
 */
public interface FlinkJob {
  /** The job's name; after the pipeline's, it names its consumer group and its transactions. */
  String name();

  /**
   * Adds the job's operators to an environment, from its sources to its sinks. Every operator that
   * has state gets a uid: checkpoints are resumed by it.
   *
   * @throws io.leat.common.LeatException with one clear sentence if the job cannot run as things
   *     are
   */
  void build(StreamExecutionEnvironment environment, FlinkJobContext context);

  /**
   * Says in one sentence why the job failed for good and what to do, where it knows of the failure.
   *
   * @param failure looked at with all its causes
   */
  default Optional<String> explain(Throwable failure, FlinkJobContext context) {
    return Optional.empty();
  }
}
