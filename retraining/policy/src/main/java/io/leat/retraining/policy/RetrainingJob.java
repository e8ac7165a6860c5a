package io.leat.retraining.policy;

import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** The service: the retraining policies of a pipeline. */
public final class RetrainingJob implements StreamsJob {
  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new RetrainingJob(), arguments));
  }

  @Override
  public String name() {
    return "retraining";
  }

  @Override
  public Topology topology(JobContext context) {
    return RetrainingTopology.build(
        context.pipeline(),
        context.registry(),
        RegistryRetry.of(context),
        context.metrics(),
        InstantSource.system(),
        context.watch());
  }

  @Override
  public Map<String, Object> settings(JobOptions options) {
    return Map.of(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
  }
}
