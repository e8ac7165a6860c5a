package io.leat.pipeline.apply;

import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A topic that a pipeline needs.
 *
 * @param partitions number of partitions, at least 1
 * @param settings the topic's settings that are not left to the broker
 * @param valueSchema schema of its values; empty where values are bytes that nobody vouches for
 */
public record Topic(
    String name, int partitions, Map<String, String> settings, Optional<Schema> valueSchema) {
  public Topic {
    settings = Map.copyOf(settings);
  }
}
