package io.leat.features.server;

import io.leat.common.Lookups;
import io.leat.features.server.ChangelogEnds.Ends;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Position;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the stores' changelogs, committed records only, into {@link CommittedState}. Its own
 * thread consumes and writes; {@link #lag} and {@link #problem} may be asked from any.
 *
 * <p>It assigns every partition to itself and keeps offsets beside the state, so it needs no
 * consumer group, and reads on through rebalances and crashes of the store that it follows. A topic
 * that was made again (another topic id), or whose stored offset no longer exists or belongs to
 * another record now, is read from its beginning into an empty store.
 *
 * <p>A changelog tells of a deletion for no longer than its {@code delete.retention.ms} (a day by
 * default). A store that was last level longer ago may hold what has been deleted since, and is
 * read from the beginning too.
 */
final class ChangelogFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChangelogFollower.class);
  private static final Optional<String> IN_PART =
      Optional.of("more has come at once than can be held back until its transactions are whole");

  private static final Duration POLL = Duration.ofMillis(100);

  /** How long the brokers may take to answer. */
  static final Duration ANSWER = Duration.ofSeconds(3);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** How often it is asked whether a topic was made again. */
  private static final long CHECK_EVERY_MILLIS = 60_000;

  /** How often a store that is level is remembered to be so, for the next start. */
  private static final long REMEMBER_EVERY_MILLIS = 60_000;

  private final Map<String, Object> consumerSettings;
  private final Map<String, String> storeByTopic = new HashMap<>();
  private final CommittedState state;
  private final LongSupplier clock;
  private final Lags lags;
  private final Map<String, Long> remembered = new HashMap<>();

  /** Positions of which the leader epoch is known, the newest of each partition. */
  private final Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();

  private final Thread thread;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile @Nullable Consumer<byte[], byte[]> active;
  private volatile boolean inPart;
  private volatile Optional<String> problem =
      Optional.of("the changelogs have not been reached yet");
  private volatile Optional<Throwable> failure = Optional.empty();

  /**
   * @param clientSettings settings of every Kafka client
   * @param topicByStore store name to changelog topic
   * @param clock wall clock in milliseconds; measures lag, decides no value
   */
  ChangelogFollower(
      Map<String, String> clientSettings,
      Map<String, String> topicByStore,
      CommittedState state,
      MeterRegistry metrics,
      LongSupplier clock) {
    topicByStore.forEach((store, topic) -> storeByTopic.put(topic, store));
    this.state = state;
    this.clock = clock;
    this.consumerSettings = new HashMap<>(clientSettings);
    consumerSettings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumerSettings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    consumerSettings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    consumerSettings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    this.lags = new Lags(topicByStore.keySet(), metrics, clock);
    this.thread = new Thread(this::run, "changelog-follower");
  }

  void start() {
    thread.start();
  }

  /**
   * What keeps the state from being served; empty once every store has caught up, and from then on
   * while the brokers are away: the lag tells how old the state is. After an outage, there may be
   * transactions in part for a moment.
   */
  Optional<String> problem() {
    return problem.or(() -> inPart ? IN_PART : Optional.empty());
  }

  /** Why it stopped by itself; empty while it follows or when it was closed. */
  Optional<Throwable> failure() {
    return failure;
  }

  /** Waits until it has stopped, by itself or by {@link #close}. */
  void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /** How far a store is behind; empty until it has caught up for the first time. */
  Optional<Lag> lag(String store) {
    return lags.of(store);
  }

  private void run() {
    try {
      while (!stopping) {
        followUntilAnOutage();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      if (!stopping) {
        problem = Optional.of("the follower has stopped: " + e.getMessage());
        failure = Optional.of(e);
        log.error("The feature server can no longer follow the changelogs", e);
      }
    } finally {
      stopped.countDown();
    }
  }

  /** Follows until the brokers fail it. */
  private void followUntilAnOutage() throws InterruptedException {
    try {
      follow();
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (InvalidOffsetException e) {
      log.warn(
          "Offsets of {} are no longer there; their stores are read again from the beginning: {}",
          e.partitions(),
          e.getMessage());
      e.partitions().stream().map(TopicPartition::topic).distinct().forEach(this::forget);
    } catch (KafkaException | ExecutionException e) {
      waitFor("the brokers do not answer as they should: " + e.getMessage());
      log.warn("Following the changelogs failed and is tried again: {}", e.toString());
      pause();
    }
  }

  /**
   * What was level once stays served meanwhile: its lag grows and is reported with every answer.
   */
  private void waitFor(String what) {
    if (!lags.wereLevel()) {
      problem = Optional.of(what);
    }
  }

  private void follow() throws ExecutionException, InterruptedException {
    Map<String, Object> adminSettings = new HashMap<>(consumerSettings);
    adminSettings.keySet().retainAll(AdminClientConfig.configNames());
    try (Admin admin = Admin.create(adminSettings)) {
      Changelogs changelogs = awaitChangelogs(admin);
      Map<TopicPartition, Uuid> topicIds = changelogs.topicIds();
      try (Consumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(
              consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        active = consumer;
        goOn(consumer, changelogs);
        inPart = !state.isWhole();
        SettledChanges changes = new SettledChanges(!inPart);
        ChangelogEnds ends = new ChangelogEnds(admin, topicIds.keySet(), ANSWER, clock);
        long checked = clock.getAsLong();
        boolean same = true;
        while (!stopping && same) {
          takeIn(consumer, topicIds, changes);
          Optional<Ends> news = ends.news();
          if (news.isPresent()) {
            measure(news.get(), consumer, changes);
            if (news.get().offsets().size() < topicIds.size()
                || clock.getAsLong() - checked > CHECK_EVERY_MILLIS) {
              active = null; // close() is to interrupt what does not hear of a wakeup
              same = areStill(topicIds, admin);
              active = consumer;
              checked = clock.getAsLong();
            }
          }
        }
      } finally {
        active = null;
      }
    }
  }

  /** Whether the topics are those that are followed, or that cannot be told. */
  private boolean areStill(Map<TopicPartition, Uuid> topicIds, Admin admin)
      throws InterruptedException {
    try {
      return Changelogs.ask(admin, storeByTopic.keySet()).topicIds().equals(topicIds);
    } catch (ExecutionException e) {
      log.warn("The brokers do not say what became of the changelogs: {}", e.getMessage());
      return true;
    }
  }

  /** Waits for the changelog topics, which the online store makes at its first start. */
  private Changelogs awaitChangelogs(Admin admin) throws ExecutionException, InterruptedException {
    while (true) {
      Changelogs changelogs = Changelogs.ask(admin, storeByTopic.keySet());
      if (changelogs.missing().isEmpty() || stopping) {
        return changelogs;
      }
      waitFor(
          "waiting for the topics "
              + String.join(", ", changelogs.missing())
              + ", which the online store makes when it starts");
      pause();
    }
  }

  /**
   * Goes to where the state stands; empties stores whose changelog is not the one they are of, and
   * those that may hold what it does not tell to be deleted any more.
   */
  private void goOn(Consumer<byte[], byte[]> consumer, Changelogs changelogs) {
    Map<TopicPartition, Uuid> topicIds = changelogs.topicIds();
    topicIds.forEach(
        (partition, id) -> {
          if (state.knows(partition) && state.position(partition, id).isEmpty()) {
            log.warn("{} was made again; its store is read from the beginning", partition.topic());
            forget(partition.topic());
          }
        });
    long now = clock.getAsLong();
    changelogs
        .deleteRetentionMillis()
        .forEach(
            (topic, reported) -> {
              OptionalLong level = state.level(topic);
              if (level.isPresent() && now - level.getAsLong() > reported) {
                log.warn(
                    "{} tells of deletions for {} ms, and its store was level {} ms ago; it is read from the beginning",
                    topic,
                    reported,
                    now - level.getAsLong());
                forget(topic);
              }
              if (state.level(topic).isEmpty()) { // of what is deleted from now on it will be told
                state.setLevel(topic, now);
              }
            });
    consumer.assign(topicIds.keySet());
    positions.clear();
    List<TopicPartition> unread = new ArrayList<>();
    topicIds.forEach(
        (partition, id) -> {
          Optional<Position> known = state.position(partition, id);
          if (known.isPresent()) {
            consumer.seek(partition, known.get().next());
            positions.put(partition, known.get().next());
          } else {
            unread.add(partition);
          }
        });
    if (!unread.isEmpty()) {
      consumer.seekToBeginning(unread);
    }
  }

  private void takeIn(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, Uuid> topicIds,
      SettledChanges changes) {
    if (state.damage().isPresent()) {
      throw state.damage().get();
    }
    ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
    positions.putAll(polled.nextOffsets());
    changes.add(polled);
    changes
        .settle(consumer::position, () -> readable(consumer))
        .ifPresent(settled -> apply(settled, topicIds));
  }

  /** How far each partition could be read when its broker last sent something of it. */
  private static Map<TopicPartition, Long> readable(Consumer<byte[], byte[]> consumer) {
    return consumer.assignment().stream()
        .collect(
            Collectors.toMap(
                partition -> partition,
                partition ->
                    consumer.currentLag(partition).stream()
                        .map(lag -> consumer.position(partition) + lag)
                        .findFirst()
                        .orElse(SettledChanges.UNKNOWN)));
  }

  private void apply(SettledChanges.Settled settled, Map<TopicPartition, Uuid> topicIds) {
    List<Change> changes = new ArrayList<>(settled.records().size());
    for (ConsumerRecord<byte[], byte[]> record : settled.records()) {
      changes.add(
          Change.of(
              Lookups.required(storeByTopic, record.topic()),
              record.partition(),
              record.key(),
              record.value()));
    }
    List<Position> reached = new ArrayList<>();
    settled
        .next()
        .forEach(
            (partition, next) ->
                reached.add(
                    new Position(
                        partition,
                        Lookups.required(topicIds, partition),
                        next,
                        Optional.ofNullable(positions.get(partition))
                            .filter(position -> position.offset() == next)
                            .flatMap(OffsetAndMetadata::leaderEpoch))));
    if (settled.whole()) {
      state.apply(changes, reached);
    } else {
      state.applyPart(changes, reached);
    }
    inPart = !settled.whole();
  }

  /**
   * Compares what was taken in with the ends of the changelogs. Of a store that has a partition
   * whose end is not known, nothing is known.
   */
  private void measure(Ends ends, Consumer<byte[], byte[]> consumer, SettledChanges changes) {
    Map<String, Long> behind = new HashMap<>();
    ends.offsets()
        .forEach(
            (partition, end) ->
                behind.merge(
                    storeByTopic.get(partition.topic()),
                    Math.max(
                        0, end - changes.takenIn(partition, consumer.position(partition, ANSWER))),
                    Long::sum));
    consumer.assignment().stream()
        .filter(partition -> !ends.offsets().containsKey(partition))
        .forEach(partition -> behind.remove(storeByTopic.get(partition.topic())));
    long now = ends.askedAtMillis();
    problem = lags.measured(behind, now);
    storeByTopic.forEach(
        (topic, store) -> {
          if (Long.valueOf(0).equals(behind.get(store))
              && now - remembered.getOrDefault(topic, 0L) > REMEMBER_EVERY_MILLIS) {
            state.setLevel(topic, now);
            remembered.put(topic, now);
          }
        });
  }

  private void forget(String topic) {
    String store = Lookups.required(storeByTopic, topic);
    lags.forget(store);
    problem = Optional.of("reading " + topic + " again");
    state.clear(store, topic);
  }

  @SuppressWarnings("WaitNotInLoop") // a pause that ends early is no harm
  private void pause() {
    try {
      synchronized (this) {
        if (!stopping) {
          wait(RETRY.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping = true;
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
      notifyAll();
    }
    Consumer<byte[], byte[]> consumer = active;
    if (consumer != null) {
      consumer.wakeup();
    } else {
      thread.interrupt(); // it may wait for brokers that are away
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
