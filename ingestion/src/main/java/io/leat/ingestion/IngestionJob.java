package io.leat.ingestion;

import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.runtime.streams.StreamsJob;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** The service: ingestion of every event of a pipeline. */
public final class IngestionJob implements StreamsJob {
  /**
   * The largest record that ingestion sends, 4 MiB: a raw event of Kafka's default limit (1 MiB)
   * fits with a dead letter's headers many times over. The topics it writes take a little more.
   */
  static final int LARGEST_RECORD = 4 * 1024 * 1024;

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
        InstantSource.system());
  }

  @Override
  public Map<String, Object> settings(JobOptions options) {
    return Map.of(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), LARGEST_RECORD);
  }
}
