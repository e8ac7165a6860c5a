package io.leat.pipeline.apply;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A topic that a pipeline needs.
 *
 * @param partitions number of partitions, at least 1
 * @param settings the topic's settings that are not left to the broker
 * @param valueSchema schema of its values; empty where values are bytes that nobody vouches for
 * @param mostRetention how long it may keep records where it is there already; empty: as it does
 */
public record Topic(
    String name,
    int partitions,
    Map<String, String> settings,
    Optional<Schema> valueSchema,
    Optional<Duration> mostRetention) {
  public Topic {
    settings = Map.copyOf(settings);
  }

  Topic(String name, int partitions, Map<String, String> settings, Optional<Schema> valueSchema) {
    this(name, partitions, settings, valueSchema, Optional.empty());
  }
}
