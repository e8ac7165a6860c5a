package io.leat.runtime.streams;

import io.leat.pipeline.definition.Pipeline;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What a job is given to build its topology with.
 *
 * @param gates takes what says which records can be processed; empty where the job adds none
 * @param watch wraps each processor that reads from a topic
 * @param resources takes what the job opens beside its topology; closed with the service
 */
public record JobContext(
    Pipeline pipeline,
    RegistryClient registry,
    MeterRegistry metrics,
    Readiness readiness,
    JobOptions options,
    RecordGates gates,
    RecordWatch watch,
    Resources resources) {
  public JobContext(
      Pipeline pipeline,
      RegistryClient registry,
      MeterRegistry metrics,
      Readiness readiness,
      JobOptions options) {
    this(
        pipeline,
        registry,
        metrics,
        readiness,
        options,
        new RecordGates(),
        new RecordWatch(metrics, System::nanoTime),
        new Resources());
  }

  /**
   * The application id of a job of this pipeline: consumer group, and prefix of its internal
   * topics.
   */
  public String applicationId(StreamsJob job) {
    return pipeline.name() + "-" + job.name();
  }
}
