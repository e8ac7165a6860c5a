package io.leat.schemas.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.AuditChain.Head;
import io.leat.schemas.topic.CompactedTopic;
import io.leat.schemas.topic.TopicLog;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Changes of a counter on a real broker: each reads it and writes one more, so that one that is
 * lost, made twice or made without seeing the one before shows.
 */
@ExtendWith(SharedCluster.class)
class ChangeLogIT {
  private static final Instant TIME = Instant.parse("2026-11-01T12:00:00Z");
  private static final String KEY = "view/counter";

  private final TestCluster cluster;
  private final Map<String, Object> kafka;
  private final RegistryClient registry;

  ChangeLogIT(TestCluster cluster) {
    this.cluster = cluster;
    this.kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
    this.registry = cluster.newRegistryClient();
  }

  @BeforeEach
  void clear() {
    cluster.clear();
    cluster.createTopic(Topics.AUDIT, 1, Map.of());
    cluster.createTopic(Topics.DEFINITIONS, 1, Map.of("cleanup.policy", "compact"));
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "5, 1"})
  void ofManyWhoChangeAtOnceEachSeesTheOneBefore(int writers, int changes) {
    int all = writers * changes;
    List<CompletableFuture<List<Integer>>> running = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      for (int writer = 0; writer < writers; writer++) {
        String name = "writer " + writer;
        running.add(
            CompletableFuture.supplyAsync(
                () ->
                    IntStream.range(0, changes)
                        .mapToObj(change -> increment(changeLog(), name))
                        .toList(),
                threads));
      }
      List<Integer> results =
          running.stream().map(CompletableFuture::join).flatMap(List::stream).sorted().toList();

      assertThat(results).isEqualTo(IntStream.rangeClosed(1, all).boxed().toList());
    } finally {
      threads.shutdownNow();
    }
    assertThat(written()).isEqualTo(IntStream.rangeClosed(1, all).boxed().toList());
    assertThat(events())
        .extracting(AuditEvent::getSequence)
        .isEqualTo(LongStream.rangeClosed(1, all).boxed().toList());
    assertThat(events())
        .as("each change beside its own event")
        .extracting(event -> Integer.valueOf(event.getDetails().get("to")))
        .isEqualTo(written());
    assertWhole(all);
  }

  @Test
  void whoIsOvertakenDecidesAgainUponWhatTheOtherWrote() {
    List<Integer> seen = new ArrayList<>();

    int result =
        changeLog()
            .change(
                () -> {
                  int now = counter();
                  seen.add(now);
                  if (now == 0) {
                    assertThat(increment(changeLog(), "bob")).isEqualTo(1);
                  }
                  return to(now + 1, "ada");
                });

    assertThat(result).isEqualTo(2);
    assertThat(seen).containsExactly(0, 1);
    assertThat(written()).containsExactly(1, 2);
    assertThat(events()).extracting(AuditEvent::getActor).containsExactly("bob", "ada");
    assertThat(events()).extracting(AuditEvent::getTime).containsOnly(TIME);
    assertWhole(2);
  }

  @Test
  void whatAKilledWriterSentAndDidNotCommitIsNeverThere() {
    increment(changeLog(), "ada");
    Producer<byte[], byte[]> killed = ChangeWriter.KAFKA.apply(transactional("leat-changes"));
    killed.initTransactions();
    killed.beginTransaction();
    AuditEvent lost = AuditChain.link(event(7, "killed"), head());
    killed.send(record(Topics.DEFINITIONS, KEY, counter(7)));
    killed.send(record(Topics.AUDIT, "counter", lost));
    killed.flush();

    assertThat(increment(changeLog(), "bob")).isEqualTo(2);

    assertThatThrownBy(killed::commitTransaction).isInstanceOf(KafkaException.class);
    killed.close();
    assertThat(written()).containsExactly(1, 2);
    assertWhole(2);
  }

  @Test
  void aCommitWhoseAnswerIsLostIsNotMadeAgain() {
    AtomicInteger decisions = new AtomicInteger();
    AtomicBoolean lost = new AtomicBoolean();
    ChangeLog changes =
        changeLog(
            producers(
                commit -> {
                  commit.run();
                  if (!lost.getAndSet(true)) {
                    assertThat(increment(changeLog(), "bob")).as("comes next").isEqualTo(2);
                    throw new TimeoutException("the answer was lost");
                  }
                }));

    int result =
        changes.change(
            () -> {
              decisions.incrementAndGet();
              return to(counter() + 1, "ada");
            });

    assertThat(result).isEqualTo(1);
    assertThat(decisions).hasValue(1);
    assertThat(events()).extracting(AuditEvent::getActor).containsExactly("ada", "bob");
    assertWhole(2);
  }

  @Test
  void aCommitThatDidNotReachTheBrokersIsMadeAgain() {
    AtomicBoolean lost = new AtomicBoolean();
    ChangeLog changes =
        changeLog(
            producers(
                commit -> {
                  if (!lost.getAndSet(true)) {
                    throw new TimeoutException("the request was lost");
                  }
                  commit.run();
                }));

    assertThat(increment(changes, "ada")).isEqualTo(1);

    assertThat(written()).containsExactly(1);
    assertWhole(1);
  }

  /** Else the chain would fork: the last stable offset lies before its last event. */
  @Test
  void aChangeWaitsForTheOpenTransactionOfAnotherJob() {
    Map<String, Object> settings = transactional("another-job");
    settings.put("transaction.timeout.ms", 1_000); // the broker ends it then, without being asked
    try (Producer<byte[], byte[]> job = ChangeWriter.KAFKA.apply(settings)) {
      job.initTransactions();
      changeLog()
          .change(
              () -> {
                job.beginTransaction();
                job.send(record(Topics.AUDIT, "model fraud", event(0, "job")));
                job.flush();
                return to(1, "ada");
              });

      assertThat(increment(changeLog(), "bob")).isEqualTo(2);
    }
    assertThat(events()).extracting(AuditEvent::getActor).containsExactly("ada", "bob");
    assertWhole(2);
  }

  @Test
  void whatIsForgedIsNamedAndChangesGoOn() {
    increment(changeLog(), "ada");
    Optional<Head> before = head();
    AuditEvent next = AuditChain.link(event(2, "eve"), before);
    try (TopicWriter eve = cluster.newWriter()) {
      eve.send(Topics.AUDIT, "counter", "no event".getBytes(UTF_8));
      eve.sendRecord(Topics.AUDIT, "counter", event(1, "eve"));
      eve.sendRecord(Topics.AUDIT, "counter", AuditEvent.newBuilder(next).setActor("ada").build());
    }
    increment(changeLog(), "bob");

    AuditChain chain = verify(before);

    assertThat(chain.brokenLink())
        .hasValueSatisfying(
            link -> {
              assertThat(link.offset()).contains(4L); // behind ada's event and its marker
              assertThat(link.sequence()).isEqualTo(2);
              assertThat(link.found()).isEqualTo("hash " + next.getHash());
            });
    assertThat(chain.head()).isEqualTo(before);
    assertThat(chain.unchained()).isEqualTo(1);
  }

  @Test
  void whereNothingChangesNothingIsWritten() {
    String result =
        changeLog().change(() -> new Change<>(List.of(), Optional.empty(), "as it was"));

    assertThat(result).isEqualTo("as it was");
    assertThat(events()).isEmpty();
    assertThatThrownBy(
            () -> new Change<>(List.of(new Entry("t", "k", null)), Optional.empty(), true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTombstoneIsWrittenToo() {
    increment(changeLog(), "ada");

    changeLog()
        .change(
            () ->
                new Change<>(
                    List.of(new Entry(Topics.DEFINITIONS, KEY, null)),
                    Optional.of(event(0, "ada")),
                    true));

    assertThat(counter()).isZero();
    assertWhole(2);
  }

  @Test
  void whatADecisionThrowsEndsTheChange() {
    assertThatThrownBy(
            () ->
                changeLog()
                    .change(
                        () -> {
                          throw new TimeoutException("the decision's own");
                        }))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("the decision's own");
    assertThat(events()).isEmpty();
  }

  @Test
  void topicsThatAreNotThereAreNamed() {
    assertThatThrownBy(
            () ->
                changeLog()
                    .change(
                        () ->
                            new Change<>(
                                List.of(new Entry(Topics.MODEL_REGISTRY, KEY, null)),
                                Optional.of(event(1, "ada")),
                                true)))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_APPLIED))
        .hasMessageStartingWith("There is no topic model-registry at ");
    assertThat(events()).isEmpty();
    cluster.clear();

    assertThatThrownBy(() -> increment(changeLog(), "ada"))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_APPLIED))
        .hasMessageStartingWith("There is no topic audit at ");
  }

  @Test
  void whoIsAlwaysOvertakenGivesUpAndSaysByWhom() {
    increment(changeLog(), "bob");
    ChangeLog changes =
        changeLog(
            settings -> {
              MockProducer<byte[], byte[]> producer = mockProducer();
              producer.commitTransactionException = new ProducerFencedException("another writer");
              return producer;
            });

    assertThatThrownBy(() -> increment(changes, "ada"))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KAFKA))
        .hasMessageContaining("each of 2 times")
        .hasMessageContaining("the last time bob (count, counter)")
        .hasMessageContaining("leat audit list");
    assertThat(written()).containsExactly(1);
  }

  @Test
  void whatTheBrokersRefuseIsSaidAtOnce() {
    AtomicInteger opened = new AtomicInteger();
    ChangeLog changes =
        changeLog(
            settings -> {
              opened.incrementAndGet();
              MockProducer<byte[], byte[]> producer = mockProducer();
              producer.initTransactionException =
                  new KafkaException("in an error state", new KafkaException("not permitted"));
              return producer;
            });

    assertThatThrownBy(() -> increment(changes, "ada"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("not permitted")
        .hasMessageContaining("transactional id leat-changes");
    assertThat(opened).hasValue(1);
  }

  @Test
  void anInterruptEndsTheChangeAndTheThreadStaysInterrupted() {
    ChangeLog changes = changeLog();

    assertThatThrownBy(
            () ->
                changes.change(
                    () -> {
                      Thread.currentThread().interrupt();
                      return to(1, "ada");
                    }))
        .isInstanceOf(InterruptException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(increment(changes, "bob")).isEqualTo(1);
  }

  private static MockProducer<byte[], byte[]> mockProducer() {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** How a producer commits, given how Kafka's does. */
  private interface Commit {
    void commit(Runnable kafkas);
  }

  private static ChangeWriter.Producers producers(Commit commit) {
    return settings ->
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public void commitTransaction() {
            commit.commit(super::commitTransaction);
          }
        };
  }

  private ChangeLog changeLog() {
    return new ChangeLog(kafka, registry, InstantSource.fixed(TIME));
  }

  /** One that tries twice. */
  private ChangeLog changeLog(ChangeWriter.Producers producers) {
    return new ChangeLog(kafka, registry, InstantSource.fixed(TIME), producers, 2);
  }

  private int increment(ChangeLog changes, String actor) {
    return changes.change(() -> to(counter() + 1, actor));
  }

  private static Change<Integer> to(int count, String actor) {
    return new Change<>(
        List.of(new Entry(Topics.DEFINITIONS, KEY, counter(count))),
        Optional.of(event(count, actor)),
        count);
  }

  private static Definition counter(int count) {
    return new Definition("view", "counter", Integer.toString(count), "f", "shop", null);
  }

  private static AuditEvent event(int to, String actor) {
    return AuditEvent.newBuilder()
        .setAction("count")
        .setActor(actor)
        .setSubject("counter")
        .setDetails(Map.of("to", Integer.toString(to)))
        .setTime(Instant.EPOCH)
        .build();
  }

  private int counter() {
    AvroCodec codec = new AvroCodec(registry);
    try (CompactedTopic<Definition> topic =
        new CompactedTopic<>(
            TopicLog.open(kafka, Topics.DEFINITIONS),
            value -> codec.decode(value, Definition.class))) {
      return Optional.ofNullable(topic.readToEnd().get(KEY))
          .map(Definition::getVersion)
          .map(Integer::valueOf)
          .orElse(0);
    }
  }

  private Optional<Head> head() {
    return verify(Optional.empty()).head();
  }

  private AuditChain verify(Optional<Head> expected) {
    AuditChain chain = new AuditChain(expected);
    try (AuditLog log = new AuditLog(kafka, registry)) {
      log.read((offset, event) -> event.map(one -> chain.add(offset, one)).orElse(true));
    }
    return chain;
  }

  private void assertWhole(int changes) {
    AuditChain chain = verify(Optional.empty());
    assertThat(chain.brokenLink()).isEmpty();
    assertThat(chain.head().orElseThrow().sequence()).isEqualTo(changes);
    assertThat(chain.unchained()).isZero();
  }

  private List<AuditEvent> events() {
    AvroCodec codec = new AvroCodec(registry);
    return values(Topics.AUDIT).map(value -> codec.decode(value, AuditEvent.class)).toList();
  }

  /** What the counter was set to, in order. */
  private List<Integer> written() {
    AvroCodec codec = new AvroCodec(registry);
    return values(Topics.DEFINITIONS)
        .map(value -> Integer.valueOf(codec.decode(value, Definition.class).getVersion()))
        .toList();
  }

  private Stream<byte[]> values(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd().stream().map(record -> record.value());
    }
  }

  private Map<String, Object> transactional(String id) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("transactional.id", id);
    return settings;
  }

  private ProducerRecord<byte[], byte[]> record(
      String topic, String key, SpecificRecordBase value) {
    int id = registry.register(Topics.valueSubject(topic), value.getSchema());
    return new ProducerRecord<>(
        topic, key.getBytes(UTF_8), new AvroCodec(registry).encode(id, value));
  }
}
