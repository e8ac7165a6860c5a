package io.leat.benchmarks;

import io.leat.schemas.RegistryClient;
import io.leat.schemas.topic.TopicLog;
import io.leat.stack.BrokerProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.stack.RegistryProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** A real broker and a real registry, as processes, in a directory that is empty at the start. */
final class Cluster implements AutoCloseable {
  private final Path directory;
  private final BrokerProcess broker;
  private final RegistryProcess registry;
  private final Admin admin;

  private Cluster(Path directory, BrokerProcess broker, RegistryProcess registry) {
    this.directory = directory;
    this.broker = broker;
    this.registry = registry;
    this.admin = Admin.create(kafka());
  }

  static Cluster start(Path directory) throws IOException {
    delete(directory);
    LeatHome home = LeatHome.find();
    BrokerProcess broker = BrokerProcess.start(home, directory.resolve("broker"), Ports.free());
    try {
      return new Cluster(
          directory,
          broker,
          RegistryProcess.start(home, directory.resolve("registry"), Ports.free()));
    } catch (RuntimeException e) {
      broker.process().kill();
      throw e;
    }
  }

  Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", bootstrapServers());
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  String registryUrl() {
    return registry.url();
  }

  RegistryClient newRegistryClient() {
    return new RegistryClient(registryUrl());
  }

  Path directory() {
    return directory;
  }

  /** Makes topics that are not there, with the broker's settings. */
  void create(Collection<String> topics, int partitions)
      throws ExecutionException, InterruptedException {
    create(topics, partitions, Map.of());
  }

  /** Makes topics that are not there, with some settings of their own. */
  void create(Collection<String> topics, int partitions, Map<String, String> settings)
      throws ExecutionException, InterruptedException {
    admin
        .createTopics(
            topics.stream()
                .map(name -> new NewTopic(name, partitions, (short) -1).configs(settings))
                .toList())
        .all()
        .get();
  }

  /** Deletes topics, where they are there, and waits until they are gone. */
  void deleteTopics(Collection<String> topics) throws ExecutionException, InterruptedException {
    for (String topic : topics) {
      try {
        admin.deleteTopics(List.of(topic)).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    while (admin.listTopics().names().get().stream().anyMatch(topics::contains)) {
      Thread.onSpinWait();
    }
  }

  /** Records of a topic that a group has committed. */
  long committed(String group, String topic) throws ExecutionException, InterruptedException {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null)
        .mapToLong(entry -> entry.getValue().offset())
        .sum();
  }

  /** The committed records of a topic, from its beginning. */
  TopicLog open(String topic) {
    return TopicLog.open(
        Map.of("bootstrap.servers", bootstrapServers(), "max.poll.records", 5_000), topic);
  }

  /** Counts the records of a topic that a reader of committed records sees. */
  long countCommitted(String topic) {
    AtomicLong count = new AtomicLong();
    try (TopicLog log = open(topic)) {
      log.readToEnd(record -> count.incrementAndGet() > 0);
    }
    return count.get();
  }

  @Override
  public void close() throws IOException {
    admin.close();
    registry.process().kill();
    broker.process().kill();
    delete(directory);
  }

  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
