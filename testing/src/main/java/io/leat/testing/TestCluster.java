package io.leat.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.common.Cleanup;
import io.leat.schemas.RegistryClient;
import io.leat.stack.BrokerProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.stack.RegistryProcess;
import io.leat.stack.StackException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real broker and a real schema registry: those that the test classes of a JVM share, one after
 * the other ({@link #shared}, {@link SharedCluster}), or of a test's own. Everything of it is gone
 * after {@link #close}, of a shared one after the JVM's end; its processes end with the JVM that
 * started them in any case, and only its directory is left where that was killed.
 *
 * <p>The broker runs in a container where a container engine is present, else in a process of its
 * own; the system property {@code leat.test.broker} ({@code container} or {@code process}) decides
 * otherwise. The registry is always a process.
 */
public final class TestCluster implements AutoCloseable {
  /** The broker hears of topics in a moment; on a busy machine that is a long one. */
  private static final Duration TOPICS = Duration.ofMinutes(2);

  private static final Set<TransactionState> OPEN_TRANSACTION =
      Set.of(
          TransactionState.ONGOING,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_ABORT);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final JsonMapper JSON = new JsonMapper();

  private static final Map<TestBroker.Provider, TestCluster> SHARED =
      new EnumMap<>(TestBroker.Provider.class);

  private final Path directory;
  private final TestBroker broker;
  private RegistryProcess registryProcess;

  private TestCluster(Path directory, TestBroker broker, RegistryProcess registryProcess) {
    this.directory = directory;
    this.broker = broker;
    this.registryProcess = registryProcess;
  }

  /**
   * The cluster of this JVM, as good as new: started for the first that asks; for the others
   * cleared of topics, groups, transactions and of what was registered. One test class works with
   * it at a time. {@link #close} does nothing: it ends with the JVM.
   */
  public static TestCluster shared() {
    return shared(TestBroker.choose());
  }

  /**
   * As {@link #shared}, with a broker that is a process, so that the test can kill it; it restarts
   * what it has killed.
   */
  public static TestCluster sharedWithBrokerProcess() {
    return shared(TestBroker.Provider.PROCESS);
  }

  private static synchronized TestCluster shared(TestBroker.Provider provider) {
    TestCluster before = SHARED.get(provider);
    if (before != null && before.isAlive()) {
      before.clear();
      before.deleteSubjects();
      return before;
    }
    if (before != null) {
      before.end(); // a test that failed has left it dead
    }
    TestCluster cluster = start(provider);
    if (SHARED.isEmpty()) {
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> SHARED.values().forEach(TestCluster::end)));
    }
    SHARED.put(provider, cluster);
    return cluster;
  }

  /** Starts a cluster of its own, with a broker process, for a caller who closes it. */
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

  private boolean isAlive() {
    return broker.isAlive() && registryProcess.process().isAlive();
  }

  /**
   * Deletes every topic and every consumer group, for the next test to find the cluster as good as
   * new; of members that were killed, or that stay on purpose, too. What was registered stays.
   */
  public void clear() {
    try (Admin admin = newAdmin()) {
      // Else a killed producer's marker comes later, into a new topic of the same name.
      List<String> open = openTransactions(admin);
      if (!open.isEmpty()) {
        admin.fenceProducers(open).all().get();
        Awaitility.await().atMost(TOPICS).until(() -> openTransactions(admin).isEmpty());
      }
      admin.deleteTopics(admin.listTopics().names().get()).all().get();
      Awaitility.await().atMost(TOPICS).until(() -> areGroupsDeleted(admin));
      Awaitility.await().atMost(TOPICS).until(() -> admin.listTopics().names().get().isEmpty());
    } catch (ExecutionException e) {
      throw new IllegalStateException("the cluster could not be cleared", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Deletes every group with its members, and says whether none is left. A member may leave, and
   * its group be about to settle, at any moment of it.
   */
  private static boolean areGroupsDeleted(Admin admin)
      throws ExecutionException, InterruptedException {
    for (GroupListing group : admin.listGroups().all().get()) {
      try {
        if (!group.groupState().equals(Optional.of(GroupState.EMPTY))) {
          admin
              .removeMembersFromConsumerGroup(
                  group.groupId(), new RemoveMembersFromConsumerGroupOptions())
              .all()
              .get();
        }
        admin.deleteConsumerGroups(List.of(group.groupId())).all().get();
      } catch (ExecutionException e) {
        boolean isUnsettled =
            e.getCause() instanceof ApiException
                || e.getCause() instanceof IllegalArgumentException; // no member was left to remove
        if (!isUnsettled) {
          throw e;
        }
      }
    }
    return admin.listGroups().all().get().isEmpty();
  }

  private static List<String> openTransactions(Admin admin)
      throws ExecutionException, InterruptedException {
    return admin
        .listTransactions(new ListTransactionsOptions().filterStates(OPEN_TRANSACTION))
        .all()
        .get()
        .stream()
        .map(TransactionListing::transactionalId)
        .toList();
  }

  /** Deletes what was registered; a schema that others refer to after those. */
  private void deleteSubjects() {
    List<String> left = subjects();
    while (!left.isEmpty()) {
      for (String subject : left) {
        String path = "/subjects/" + URLEncoder.encode(subject, UTF_8);
        if (ask("DELETE", path).statusCode() == 200) { // it is marked as deleted, and still there
          ask("DELETE", path + "?permanent=true");
        }
      }
      List<String> still = subjects();
      if (still.equals(left)) {
        throw new IllegalStateException("what was registered could not be deleted: " + still);
      }
      left = still;
    }
  }

  private List<String> subjects() {
    try {
      return JSON.readValue(ask("GET", "/subjects").body(), new TypeReference<>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> ask(String method, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registryUrl() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
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

  /** Ends it, unless it is shared. */
  @Override
  public void close() {
    if (!SHARED.containsValue(this)) {
      end();
    }
  }

  private void end() {
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
