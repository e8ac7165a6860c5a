package io.leat.scoring;

import io.leat.runtime.streams.JobContext;
import io.leat.scoring.engine.ModelRollouts;
import java.util.List;

/** Brings rollouts to the models of a process. */
@FunctionalInterface
interface RolloutSource {
  /**
   * Begins, and goes on on a thread of its own.
   *
   * @param models of the pipeline, each closed when this is
   * @return ends it
   */
  AutoCloseable start(JobContext context, List<ModelRollouts> models);
}
