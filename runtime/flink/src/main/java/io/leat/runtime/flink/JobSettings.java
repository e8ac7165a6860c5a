package io.leat.runtime.flink;

import io.leat.runtime.settings.FlinkJobOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;

/** The settings of Flink that every job runs with, wherever it runs. */
final class JobSettings {
  /**
   * A checkpoint that takes longer is given up. With the interval's limit and a restart it stays
   * below {@link KafkaRecords#TRANSACTION_TIMEOUT}.
   */
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(5);

  /** Failed checkpoints lose nothing; a job that stands still on an outage fails them in a row. */
  private static final int TOLERABLE_FAILED_CHECKPOINTS = 1_000;

  /**
   * A job that fails more often than this without ten quiet minutes between has failed for good.
   */
  private static final int RESTARTS = 10;

  private JobSettings() {}

  /**
   * Settings of a job that runs on a cluster which knows itself where state and checkpoints belong.
   */
  static Configuration of(FlinkJobOptions options) {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.MAX_PARALLELISM, FlinkJobOptions.MOST_PARALLELISM);
    settings.set(
        CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, options.checkpointInterval());
    settings.set(
        CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS,
        options.checkpointInterval().dividedBy(2));
    settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, CHECKPOINT_TIMEOUT);
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, TOLERABLE_FAILED_CHECKPOINTS);
    settings.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofSeconds(1));
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(30));
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofMinutes(10));
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, RESTARTS);
    return settings;
  }

  /**
   * As {@link #of}, with state backend, parallelism and checkpoints where the options want them.
   */
  static Configuration local(FlinkJobOptions options, Path checkpoints) {
    Configuration settings = of(options);
    settings.set(CoreOptions.DEFAULT_PARALLELISM, options.parallelism());
    settings.set(StateBackendOptions.STATE_BACKEND, options.stateBackend().name());
    settings.set(
        CheckpointingOptions.INCREMENTAL_CHECKPOINTS,
        options.stateBackend() == FlinkJobOptions.StateBackend.rocksdb);
    settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    settings.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, Checkpoints.KEPT);
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    return settings;
  }
}
