package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service with another topology left behind: on its disk, and in its consumer group.
 *
 * <p>Kafka Streams keeps a folder a task, and numbers tasks by the topology's parts: after a change
 * of the topology a folder may stand for another task. All of it lies in changelogs too, so it is
 * deleted then, and restored. And a static member that comes back to its group is given what it
 * had, which are tasks of the topology before, and nobody makes the topics of the new one: it has
 * to leave the group and join again.
 */
final class TopologyChange {
  private static final Logger log = LoggerFactory.getLogger(TopologyChange.class);

  private final Path description;
  private final String topology;
  private final boolean changed;

  /**
   * Looks at what was left, before there are streams that leave something.
   *
   * @param stateDirectory of the service
   * @param topology is to be started
   * @throws LeatException if the directory cannot be read
   */
  TopologyChange(Path stateDirectory, String applicationId, Topology topology) {
    this.description = stateDirectory.resolve(applicationId + ".topology");
    this.topology = describe(topology.describe());
    try {
      boolean isDescribed = Files.exists(description);
      this.changed =
          isDescribed
              ? !Files.readString(description, UTF_8).equals(this.topology)
              : Files.exists(stateDirectory.resolve(applicationId));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Takes it away where the topology has changed, and notes the topology.
   *
   * @param streams are not started yet
   * @param settings of the streams
   * @throws LeatException if the directory cannot be written
   * @throws LeatException with one sentence if the group cannot be asked
   */
  void prepare(KafkaStreams streams, Properties settings) {
    if (changed) {
      log.info(
          "The topology is not the one that ran here before: local state is deleted, and restored from changelogs");
      streams.cleanUp();
      leaveGroup(settings);
    }
    try {
      Files.createDirectories(description.toAbsolutePath().getParent());
      Files.writeString(description, topology, UTF_8);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * What tasks and topics follow from: of each part its number, the topics it reads and the stores
   * it keeps. Kafka's own text has more, in an order that is another in each process.
   */
  static String describe(TopologyDescription topology) {
    return topology.subtopologies().stream()
        .sorted(Comparator.comparingInt(TopologyDescription.Subtopology::id))
        .map(
            part ->
                "%d reads %s, keeps %s\n"
                    .formatted(
                        part.id(),
                        topics(part),
                        names(
                            part, TopologyDescription.Processor.class, keeper -> keeper.stores())))
        .collect(Collectors.joining());
  }

  /** The topics that a part reads. */
  static Set<String> topics(TopologyDescription.Subtopology part) {
    return names(part, TopologyDescription.Source.class, source -> source.topicSet());
  }

  private static <N> Set<String> names(
      TopologyDescription.Subtopology part, Class<N> kind, Function<N, Set<String>> names) {
    return part.nodes().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .map(names)
        .flatMap(Set::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void leaveGroup(Properties settings) {
    String group = settings.getProperty(StreamsConfig.APPLICATION_ID_CONFIG);
    String instance =
        settings.getProperty(StreamsConfig.mainConsumerPrefix("group.instance.id")) + "-";
    try (Admin admin =
        Admin.create(new StreamsConfig(settings).getAdminConfigs(group + "-topology-change"))) {
      List<MemberToRemove> left =
          requireNonNull(admin.describeConsumerGroups(List.of(group)).all().get().get(group))
              .members()
              .stream()
              .flatMap(member -> member.groupInstanceId().stream())
              .filter(id -> id.startsWith(instance))
              .map(MemberToRemove::new)
              .toList();
      if (!left.isEmpty()) {
        admin
            .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(left))
            .all()
            .get();
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw new LeatException(
            ErrorCode.KAFKA,
            "%s cannot leave its consumer group, to join it again with its changed topology: %s"
                .formatted(group, requireNonNull(e.getCause()).getMessage()),
            e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.KAFKA, "interrupted while leaving the group " + group, e);
    }
  }

  private LeatException failed(IOException e) {
    return new LeatException(
        ErrorCode.NOT_WRITABLE,
        "Cannot read and write %s: %s".formatted(description, e.getMessage()),
        e);
  }
}
