package io.leat.features.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The changelogs as the brokers have them.
 *
 * @param topicIds by partition
 * @param deleteRetentionMillis by topic, for how long it keeps records of deletions (Kafka's {@code
 *     delete.retention.ms}), in milliseconds
 * @param missing topics that are not there; of the others nothing is said then but their ids
 */
record Changelogs(
    Map<TopicPartition, Uuid> topicIds,
    Map<String, Long> deleteRetentionMillis,
    List<String> missing) {

  /** How long the brokers may take to answer. */
  private static final int TIMEOUT_MILLIS = Math.toIntExact(ChangelogFollower.ANSWER.toMillis());

  /**
   * Asks the brokers.
   *
   * @throws ExecutionException if they do not answer as they should
   */
  static Changelogs ask(Admin admin, Collection<String> topics)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Uuid> topicIds = new HashMap<>();
    List<String> missing = new ArrayList<>();
    for (var topic :
        admin
            .describeTopics(topics, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
            .topicNameValues()
            .entrySet()) {
      try {
        TopicDescription description = topic.getValue().get();
        description
            .partitions()
            .forEach(
                partition ->
                    topicIds.put(
                        new TopicPartition(description.name(), partition.partition()),
                        description.topicId()));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        missing.add(topic.getKey());
      }
    }
    return new Changelogs(
        topicIds, missing.isEmpty() ? deleteRetention(admin, topics) : Map.of(), missing);
  }

  private static Map<String, Long> deleteRetention(Admin admin, Collection<String> topics)
      throws ExecutionException, InterruptedException {
    Map<String, Long> reported = new HashMap<>();
    admin
        .describeConfigs(
            topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList(),
            new DescribeConfigsOptions().timeoutMs(TIMEOUT_MILLIS))
        .all()
        .get()
        .forEach(
            (topic, config) ->
                reported.put(
                    topic.name(),
                    Long.valueOf(config.get(TopicConfig.DELETE_RETENTION_MS_CONFIG).value())));
    return reported;
  }
}
