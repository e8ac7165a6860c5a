package io.leat.runtime.streams;

import io.leat.runtime.JobOptions;
import java.util.Map;
import org.apache.kafka.streams.Topology;

/** One Kafka Streams service: its name and the one readable place where its topology is built. */
public interface StreamsJob {
  /** The job's name; {@code <pipeline>-<name>} is its application id. */
  String name();

  /** The port of its health and metrics where none is given. */
  int defaultHttpPort();

  /** Builds the topology, top to bottom in the order data flows. */
  Topology topology(JobContext context);

  /** Settings of Kafka Streams that this job needs beside the platform's own; none by default. */
  default Map<String, Object> settings(JobOptions options) {
    return Map.of();
  }
}
