package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service left on its disk, and the topology that left it.
 *
 * <p>Kafka Streams keeps a folder a task, and numbers tasks by the topology's parts: after a change
 * of the topology a folder may stand for another task, and Kafka Streams 4.3 ends with "is unknown
 * to the topology" where it finds one whose topics were others. All of it lies in changelogs too,
 * so it is deleted then, and restored.
 */
final class LocalState {
  private static final Logger log = LoggerFactory.getLogger(LocalState.class);

  private LocalState() {}

  /**
   * Deletes what another topology left.
   *
   * @param streams is not started yet
   * @param stateDirectory of the service
   * @param topology describes the topology that is to be started
   * @throws UncheckedIOException if the directory cannot be read or written
   */
  static void prepare(
      KafkaStreams streams, Path stateDirectory, String applicationId, String topology) {
    Path left = stateDirectory.resolve(applicationId);
    Path description = stateDirectory.resolve(applicationId + ".topology");
    try {
      if (Files.exists(description) && Files.readString(description, UTF_8).equals(topology)) {
        return;
      }
      if (Files.exists(left)) {
        log.info(
            "The topology is not the one that left {}: its state is deleted, and restored from changelogs",
            left);
        streams.cleanUp();
      }
      Files.createDirectories(stateDirectory);
      Files.writeString(description, topology, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read and write the state directory " + stateDirectory + ": " + e.getMessage(), e);
    }
  }
}
