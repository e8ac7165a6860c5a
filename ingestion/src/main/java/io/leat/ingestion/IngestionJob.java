package io.leat.ingestion;

import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.runtime.streams.StreamsJob;
import java.time.InstantSource;
import org.apache.kafka.streams.Topology;

/** The service: ingestion of every event of a pipeline. */
public final class IngestionJob implements StreamsJob {
  @Override
  public String name() {
    return "ingestion";
  }

  @Override
  public int defaultHttpPort() {
    return 7071;
  }

  @Override
  public Topology topology(JobContext context) {
    return IngestionTopology.build(
        context.pipeline(),
        context.registry(),
        RegistryPatience.of(context),
        context.metrics(),
        InstantSource.system(),
        context.gates());
  }
}
