package io.leat.runtime.streams;

import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceMain;
import io.leat.runtime.settings.Settings;
import java.util.Map;
import org.apache.kafka.streams.Topology;

/**
 * One Kafka Streams service: its name and the one readable place where its topology is built. With
 * a line in the catalogue ({@code io.leat.platform.Services}) and a {@code main} that calls {@link
 * StreamsService#main} it is a part of the platform.
 *
 * <p>What a topology sees to itself:
 *
 * <ul>
 *   <li>Each processor that reads from a topic is wrapped by {@link RecordWatch#watched} of {@link
 *       JobContext#watch}; else nobody sees that it stands, and on which record.
 *   <li>What asks the registry does so by {@link RegistryRetry}; else a registry that is away for a
 *       second ends the service.
 *   <li>What it opens beside the topology it gives to {@link JobContext#resources}; else it is
 *       never closed.
 *   <li>A record may have no value: a processor passes over it, or says what it means.
 *   <li>Values that cannot be read end the service, unless {@link #settings} name {@link
 *       MalformedToDeadLetters}, which takes them to the service's own dead letters: {@code
 *       UNREADABLE} in the catalogue, and a topic that applying the pipeline makes.
 * </ul>
 */
public interface StreamsJob extends ServiceMain {
  /** The job's name; {@code <pipeline>-<name>} is its application id. */
  String name();

  /** Builds the topology, top to bottom in the order data flows. */
  Topology topology(JobContext context);

  /** Settings of Kafka Streams that this job needs beside the platform's own; none by default. */
  default Map<String, Object> settings(JobOptions options) {
    return Map.of();
  }

  @Override
  default RunningService start(String... flags) throws PipelineException {
    return HealingService.start(this, Settings.parse(new JobOptions(), flags));
  }
}
