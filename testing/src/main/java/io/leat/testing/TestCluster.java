package io.leat.testing;

import io.leat.common.Cleanup;
import io.leat.schemas.RegistryClient;
import io.leat.stack.BrokerProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.stack.RegistryProcess;
import io.leat.stack.StackException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.InterruptException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real broker and a real schema registry, for one test class or shared by many ({@link
 * SharedCluster}). Everything of it is gone after {@link #close}; its processes end with the JVM
 * that started them in any case, and only its directory is left where that was killed.
 *
 * <p>The broker runs in a container where a container engine is present, else in a process of its
 * own; the system property {@code leat.test.broker} ({@code container} or {@code process}) decides
 * otherwise. The registry is always a process.
 */
public final class TestCluster implements AutoCloseable {
  /** The broker hears of topics in a moment; on a busy machine that is a long one. */
  private static final Duration TOPICS = Duration.ofMinutes(2);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final Path directory;
  private final TestBroker broker;
  private RegistryProcess registryProcess;

  private TestCluster(Path directory, TestBroker broker, RegistryProcess registryProcess) {
    this.directory = directory;
    this.broker = broker;
    this.registryProcess = registryProcess;
  }

  /** Starts a cluster of its own for the caller, who closes it. */
  public static TestCluster start() {
    return start(TestBroker.choose());
  }

  /** Starts a cluster whose broker is a process, so that the test can kill it. */
  public static TestCluster startWithBrokerProcess() {
    return start(TestBroker.Provider.PROCESS);
  }

  private static TestCluster start(TestBroker.Provider provider) {
    Path directory = temporaryDirectory();
    CompletableFuture<RegistryProcess> registry =
        CompletableFuture.supplyAsync(
            () ->
                Ports.onFree(
                    port ->
                        RegistryProcess.start(
                            LeatHome.find(), directory.resolve("registry"), port)));
    TestBroker broker = null;
    try {
      broker = TestBroker.start(provider, directory.resolve("broker"));
      return new TestCluster(directory, broker, registry.join());
    } catch (RuntimeException e) {
      TestBroker started = broker;
      Cleanup.after(
          e,
          () -> {
            if (started != null) {
              started.close();
            }
          },
          () -> registry.handle((found, failure) -> closed(found)).join(),
          () -> delete(directory));
      throw e instanceof CompletionException && e.getCause() instanceof StackException cause
          ? cause
          : e;
    }
  }

  private static boolean closed(@Nullable RegistryProcess registry) {
    if (registry != null) {
      registry.process().kill();
    }
    return true;
  }

  /** For Kafka clients. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** For registry clients: the base address of Confluent's API. */
  public String registryUrl() {
    return registryProcess.url();
  }

  /** A registry client that has nothing cached. */
  public RegistryClient newRegistryClient() {
    return new RegistryClient(registryUrl());
  }

  /** An empty directory that is deleted with the cluster. */
  public Path newDirectory(String prefix) {
    try {
      return Files.createTempDirectory(directory, prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A name that no other call in this JVM gave: {@code payments-7}. */
  public static String uniqueName(String prefix) {
    return prefix + "-" + NAMES.incrementAndGet();
  }

  /** Makes a topic and waits until it is there. */
  public void createTopic(String name, int partitions, Map<String, String> settings) {
    try (Admin admin = newAdmin()) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
          .all()
          .get();
      // The controller has made it; the broker hears of it a moment later.
      Awaitility.await()
          .atMost(TOPICS)
          .until(() -> admin.listTopics().names().get().contains(name));
    } catch (ExecutionException e) {
      throw new IllegalStateException("topic " + name + " could not be made", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Makes a topic with the broker's settings and a unique name, and gives the name. */
  public String newTopic(String prefix, int partitions) {
    String name = uniqueName(prefix);
    createTopic(name, partitions, Map.of());
    return name;
  }

  /**
   * Deletes every topic and every consumer group, for the next test to find the cluster as good as
   * new; of members that were killed, or that stay on purpose, too. What was registered stays.
   */
  public void clear() {
    try (Admin admin = newAdmin()) {
      admin.deleteTopics(admin.listTopics().names().get()).all().get();
      Collection<GroupListing> groups = admin.listGroups().all().get();
      for (GroupListing group : groups) {
        if (!group.groupState().equals(Optional.of(GroupState.EMPTY))) {
          admin
              .removeMembersFromConsumerGroup(
                  group.groupId(), new RemoveMembersFromConsumerGroupOptions())
              .all()
              .get();
        }
      }
      admin.deleteConsumerGroups(groups.stream().map(GroupListing::groupId).toList()).all().get();
      Awaitility.await().atMost(TOPICS).until(() -> admin.listTopics().names().get().isEmpty());
    } catch (ExecutionException e) {
      throw new IllegalStateException("the cluster could not be cleared", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** An admin client; the caller closes it. */
  public Admin newAdmin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
  }

  /** A writer; the caller closes it. */
  public TopicWriter newWriter() {
    return new TopicWriter(bootstrapServers(), newRegistryClient());
  }

  /** A reader of committed records from the beginning; the caller closes it. */
  public TopicReader newReader(String... topics) {
    return TopicReader.committed(bootstrapServers(), List.of(topics));
  }

  /**
   * The broker, to kill or stop it; {@link #restartBroker} brings it back.
   *
   * @throws IllegalStateException if it is not a process: see {@link #startWithBrokerProcess}
   */
  public BrokerProcess brokerProcess() {
    return broker.process();
  }

  /** Starts the broker again, which was killed or stopped, at the same address on the same data. */
  public void restartBroker() {
    broker.restart();
  }

  /** The registry, to kill or stop it; {@link #restartRegistry} brings it back. */
  public RegistryProcess registryProcess() {
    return registryProcess;
  }

  /**
   * Starts the registry again, which was killed or stopped, at the same address on the same data.
   */
  public void restartRegistry() {
    registryProcess = registryProcess.restart();
  }

  @Override
  public void close() {
    try {
      registryProcess.process().kill(); // what it stored is deleted below
    } finally {
      try {
        broker.close();
      } finally {
        delete(directory);
      }
    }
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("leat-cluster");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the test's directory could not be deleted", e);
    }
  }
}
