package io.leat.features.online;

import static io.leat.schemas.NullReason.LATE;
import static io.leat.schemas.NullReason.NOT_KEPT;
import static io.leat.schemas.NullReason.NO_KEY;
import static io.leat.schemas.NullReason.REMOVED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.engine.ServiceReplay;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Filter;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.Expression;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given these events, in this order, these vectors come out. */
class OnlineStoreTest {
  private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
  private static final long MINUTE = 60_000;

  @TempDir Path folder;

  private final RegistryClient registry = new RegistryClient("mock://" + UUID.randomUUID());
  private final AvroCodec codec = new AvroCodec(registry);
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Properties settings = new Properties();
  private @Nullable TopologyTestDriver driver;
  private long offset;

  @BeforeEach
  void settings() {
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop-features");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.putAll(new OnlineStore().settings(options()));
  }

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close();
    }
  }

  @Test
  void aVectorHasTheValuesOfBothEntitiesTheEventIncluded() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", "t1", 10);
    pay("p2", NOON + MINUTE, "bob", "t1", 20);
    pay("p3", NOON + 2 * MINUTE, "alice", "t2", 5);

    assertThat(vectors("fraud"))
        .extracting(FeatureVector::getValues)
        .containsExactly(
            Arrays.asList(10.0, 1L, 10.0, 0L, 1L),
            Arrays.asList(20.0, 1L, 20.0, 0L, 2L),
            Arrays.asList(5.0, 2L, 15.0, 0L, 1L));
  }

  @Test
  void aVectorTellsWhatItIsOf() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", "t1", 10);

    TestRecord<byte[], byte[]> record = read("features.fraud").get(0);
    FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
    assertThat(vector.getService()).isEqualTo("fraud");
    assertThat(vector.getServiceVersion()).isEqualTo(1);
    assertThat(vector.getDefinition()).isEqualTo("fingerprint-fraud");
    assertThat(vector.getEventId()).isEqualTo("p1");
    assertThat(vector.getEventTime()).isEqualTo(Instant.ofEpochMilli(NOON));
    assertThat(vector.getKeys()).isEqualTo(Map.of("customer", "alice", "terminal", "t1"));
    assertThat(vector.getSource()).isEqualTo(new LogPosition("payments", 0, 0L));
    assertThat(FeatureVectorSchema.names(codec.writerSchema(record.value())))
        .isEqualTo(Shop.FRAUD.featureNames());
  }

  @Test
  void aVectorHasTheKeyAndTheHeadersOfItsEvent() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", "t1", 10);

    TestRecord<byte[], byte[]> vector = read("features.fraud").get(0);
    assertThat(vector.key()).isEqualTo("key of alice".getBytes(UTF_8));
    assertThat(RecordHeaders.get(vector.headers(), RecordHeaders.EVENT_ID)).contains("p1");
    assertThat(RecordHeaders.get(vector.headers(), RecordHeaders.TRACEPARENT)).contains("trace-p1");
    assertThat(RecordHeaders.get(vector.headers(), RecordHeaders.LATE_FOR)).isEmpty();
  }

  @Test
  void everyServiceOfTheSpineGetsItsOwnVector() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", "t1", 10);

    assertThat(vectors("fraud")).hasSize(1);
    assertThat(vectors("spender").get(0).getValues()).isEqualTo(Arrays.asList(1L, 10.0));
    assertThat(vectors("bare").get(0).getValues()).isEqualTo(Arrays.asList(10.0));
    assertThat(metrics.counter("leat.features.vectors", "service", "fraud").count()).isEqualTo(1);
  }

  @Test
  void aKeyWithThousandsOfEventsHasExactValuesInManySmallEntries() {
    start(Shop.pipeline());
    int payments = 3_000;
    for (int i = 0; i < payments; i++) {
      pay("p" + i, NOON + i * 1_000L, "alice", "t1", 1 + i % 3);
    }

    List<FeatureVector> vectors = vectors("fraud");
    assertThat(vectors).hasSize(payments);
    List<Object> last = vectors.get(payments - 1).getValues();
    assertThat(last).startsWith(3.0, 3_000L, 6_000.0); // all in the last hour
    List<byte[]> entries = new ArrayList<>();
    try (var iterator = store("spending-v1").all()) {
      iterator.forEachRemaining(entry -> entries.add(entry.value));
    }
    assertThat(entries).hasSizeGreaterThan(30);
    assertThat(entries).allSatisfy(entry -> assertThat(entry).hasSizeLessThan(4_000));
  }

  @Test
  void keysWhoseWindowsHaveLongBeenEmptyAreRemoved() {
    start(Shop.pipeline());
    pay("p1", NOON, "alice", "t1", 10);
    pay("p2", NOON, "bob", "t1", 10);

    long horizon = Shop.HOUR.plus(Shop.GRACE.multipliedBy(2)).toMillis();
    pay("p3", NOON + horizon - MINUTE, "bob", "t1", 10);
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    assertThat(store("spending-v1").get(key("alice"))).as("not idle yet").isNotNull();

    pay("p4", NOON + horizon + MINUTE, "bob", "t1", 10);
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    assertThat(store("spending-v1").get(key("alice"))).isNull();
    assertThat(store("spending-v1").get(key("bob"))).isNotNull();
    assertThat(metrics.get("leat.features.idle.removed").tag("view", "spending").counter().count())
        .isEqualTo(1);
  }

  @Test
  void aLateEventOfARemovedKeyIsNotTakenForItsFirst() {
    start(Shop.pipeline());
    pay("p1", NOON, "alice", "t1", 10);
    pay("p2", NOON + 81 * MINUTE, "bob", "t1", 10);
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    assertThat(store("spending-v1").get(key("alice"))).isNull();
    vectors("spender");

    pay("p3", NOON - MINUTE, "alice", "t2", 1);
    pay("p4", NOON + 30 * MINUTE, "alice", "t2", 2);
    pay("p5", NOON + 61 * MINUTE, "alice", "t2", 4);
    pay("p6", NOON + 30 * MINUTE, "carol", "t2", 8);
    pay("p7", NOON + 61 * MINUTE, "dave", "t2", 16);

    assertThat(vectors("spender"))
        .extracting(vector -> NullReason.joined(vector.getValues(), vector.getNullReasons()))
        .containsExactly(
            List.of(REMOVED, REMOVED),
            List.of(REMOVED, REMOVED),
            List.of(2L, 6.0),
            List.of(REMOVED, REMOVED),
            List.of(1L, 16.0));
    assertThat(read("payments.late"))
        .singleElement()
        .satisfies(
            record ->
                assertThat(RecordHeaders.get(record.headers(), RecordHeaders.LATE_FOR))
                    .contains("spending"));
  }

  private KeyValueStore<Bytes, byte[]> store(String name) {
    return driver.getKeyValueStore(name);
  }

  private static Bytes key(String text) {
    return Bytes.wrap(EntityKeys.bytes(text));
  }

  @Test
  void expressionsThatHaveNoValueAreCounted() {
    Expression failing = new Expression("1 / (amount > 0.0 ? 0 : 1) == 1", "test", 1);
    FeatureView odd =
        Shop.view(
            "odd",
            Shop.CUSTOMER,
            "payments",
            new Aggregation(
                "payments",
                AggregateFunctions.COUNT,
                Optional.empty(),
                Optional.of(new Filter(failing, List.of("amount"))),
                Optional.empty()));
    FeatureService ratio =
        new FeatureService(
            "ratio",
            1,
            "payments",
            List.of(
                new ViewFeature(new ViewId("odd", 1), "payments_1h"),
                new VectorExpressions(Shop.PAYMENT, List.of(odd))
                    .derive("ratio", new Expression("event.amount / odd.payments_1h", "test", 2))),
            Optional.empty(),
            "fingerprint");
    start(
        Shop.pipeline(
            List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 4)),
            List.of(odd),
            List.of(ratio)));

    pay("p1", NOON, "alice", "t1", 10);

    assertThat(vectors("ratio").get(0).getValues()).isEqualTo(Arrays.asList(0L, null));
    assertThat(metrics.get("leat.features.filters.failed").tag("view", "odd").counter().count())
        .isEqualTo(1);
    assertThat(metrics.counter("leat.features.derivations.failed", "service", "ratio").count())
        .isEqualTo(1);
  }

  @Test
  void whatAViewDerivesIsInTheVectorAsTheReplayMakesIt() {
    FeatureView spending =
        Shop.SPENDING.with(
            List.of(
                derived("spending.share", "event.amount / spending.total_1h"),
                derived("spending.often", "spending.payments_1h > 1.0")));
    List<FeatureService.Feature> features = new ArrayList<>(spending.derived());
    features.add(new ViewFeature(new ViewId("takings", 1), "payments_1h"));
    FeatureService service =
        new FeatureService("shares", 1, "payments", features, Optional.empty(), "fingerprint");
    Pipeline pipeline =
        Shop.pipeline(
            List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 1)),
            List.of(spending, Shop.TAKINGS),
            List.of(service));
    ServiceReplay replay = new ServiceReplay(service, pipeline);
    start(pipeline);

    List<List<@Nullable Object>> replayed = new ArrayList<>();
    for (GenericRecord payment :
        List.of(
            Shop.payment("p1", NOON, "alice", "t1", 0),
            Shop.payment("p2", NOON + MINUTE, "alice", "t1", 30),
            Shop.payment("p3", NOON + 2 * MINUTE, null, "t1", 7),
            Shop.payment("p4", NOON + 3 * MINUTE, "alice", "t2", 10))) {
      pay(
          payment.get("payment_id").toString(),
          (long) payment.get("paid_at"),
          (String) payment.get("customer_id"),
          (String) payment.get("terminal_id"),
          (double) payment.get("amount"));
      replayed.add(replay.feed("payments", payment).orElseThrow().values());
    }

    assertThat(vectors("shares"))
        .extracting(FeatureVector::getValues)
        .isEqualTo(replayed)
        .containsExactly(
            Arrays.asList(null, false, 1L), // nothing out of nothing
            Arrays.asList(1.0, true, 2L),
            Arrays.asList(null, null, 3L),
            Arrays.asList(0.25, true, 1L));
    assertThat(metrics.counter("leat.features.derivations.failed", "service", "shares").count())
        .isEqualTo(1);
  }

  private static DerivedFeature derived(String name, String expression) {
    return Shop.derived(name, expression);
  }

  @Test
  void aViewOfAnotherStreamIsReadAsItStands() {
    start(Shop.pipeline());

    logIn("l1", NOON - 5 * MINUTE, "alice");
    logIn("l2", NOON - MINUTE, "alice");
    logIn("l3", NOON - MINUTE, "bob");
    pay("p1", NOON, "alice", "t1", 10);

    assertThat(vectors("fraud").get(0).getValues()).element(3).isEqualTo(2L);
  }

  @Test
  void withoutAKeyAnEntityHasNoValuesAndTheOtherHasThem() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", null, 10);
    pay("p2", NOON + MINUTE, null, "t1", 20);
    pay("p3", NOON + 2 * MINUTE, null, null, 30);

    assertThat(vectors("fraud"))
        .extracting(FeatureVector::getValues, FeatureVector::getKeys)
        .containsExactlyInAnyOrder(
            tuple(Arrays.asList(10.0, 1L, 10.0, 0L, null), Map.of("customer", "alice")),
            tuple(Arrays.asList(20.0, null, null, null, 1L), Map.of("terminal", "t1")),
            tuple(Arrays.asList(30.0, null, null, null, null), Map.of()));
  }

  @Test
  void onePartitionNeedsNoReKeying() {
    start(
        Shop.pipeline(
            List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 1)),
            List.of(Shop.SPENDING, Shop.TAKINGS),
            List.of(Shop.SPENDER)));

    pay("p1", NOON, "alice", "t1", 10);

    assertThat(vectors("spender")).hasSize(1);
    assertThat(rekeyed("customer") + rekeyed("terminal")).isZero();
  }

  @Test
  void aTopicThatIsKeyedByAnEntityNeedsNoReKeyingToItButWhereKeysAndPartitionsDisagree() {
    start(Shop.pipeline()); // keys go to four partitions; the test driver has the first alone

    pay("p1", NOON, "alice", "t1", 10);
    pay("p2", NOON, "bob", "t1", 10);
    pay("p3", NOON, "c11", "t1", 10);
    pay("p4", NOON, "dora", "t1", 10);

    List<String> elsewhere =
        Stream.of("alice", "bob", "c11", "dora")
            .filter(customer -> EntityKeys.partition(EntityKeys.bytes(customer), 4) != 0)
            .toList();
    assertThat(elsewhere).hasSizeBetween(1, 3);
    assertThat(rekeyed("customer")).isEqualTo(elsewhere.size());
    assertThat(rekeyed("terminal")).isEqualTo(4);
    assertThat(vectors("fraud")).hasSize(4);
  }

  @Test
  void anEventThatIsTooLateForOneViewHasNoValuesOfItAndLeavesItAlone() {
    start(Shop.pipeline());
    long late = NOON - Shop.HOUR.toMillis() - Shop.GRACE.toMillis() - MINUTE;

    pay("p1", NOON, "alice", "t1", 10);
    pay("p2", late, "alice", "t2", 20);
    pay("p3", NOON, "alice", "t1", 30);

    List<TestRecord<byte[], byte[]>> vectors = read("features.fraud");
    assertThat(vectors)
        .extracting(vector -> codec.decode(vector.value(), FeatureVector.class).getValues())
        .containsExactly(
            Arrays.asList(10.0, 1L, 10.0, 0L, 1L),
            Arrays.asList(20.0, null, null, 0L, 1L),
            Arrays.asList(30.0, 2L, 40.0, 0L, 2L));
    assertThat(RecordHeaders.get(vectors.get(1).headers(), RecordHeaders.LATE_FOR))
        .contains("spending");
    assertThat(metrics.get("leat.features.late").tag("view", "spending").counter().count())
        .isEqualTo(1);
  }

  @Test
  void whatIsDerivedOfAViewThatTheEventCameTooLateForIsNotKnownWhateverItMakesOfNull() {
    FeatureView spending =
        Shop.SPENDING.with(
            List.of(
                derived("spending.known", "has(spending.total_1h) ? spending.total_1h : 0.0"),
                derived("spending.either", "event.amount > 1.0 || spending.total_1h > 0.0")));
    List<FeatureService.Feature> features = new ArrayList<>(spending.derived());
    features.add(new ViewFeature(new ViewId("spending", 1), "payments_1h"));
    features.add(derived("own", "event.amount * 2.0"));
    start(
        Shop.pipeline(
            List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 1)),
            List.of(spending),
            List.of(
                new FeatureService(
                    "habits", 1, "payments", features, Optional.empty(), "fingerprint"))));

    pay("p1", NOON, "alice", "t1", 10);
    pay("p2", NOON - 2 * Shop.HOUR.toMillis(), "alice", "t1", 20);
    pay("p3", NOON - 30 * MINUTE, "alice", "t1", 30);
    pay("p4", NOON, null, "t1", 40);

    assertThat(vectors("habits"))
        .extracting(vector -> NullReason.joined(vector.getValues(), vector.getNullReasons()))
        .containsExactly(
            List.of(10.0, true, 1L, 20.0),
            List.of(LATE, LATE, LATE, 40.0),
            List.of(NOT_KEPT, NOT_KEPT, NOT_KEPT, 60.0),
            List.of(0.0, true, NO_KEY, 80.0));
  }

  @Test
  void anEventThatIsTooLateForTwoViewsIsLaidAsideOnceAsItWas() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", "t1", 10);
    byte[] late = pay("p2", NOON - 2 * Shop.HOUR.toMillis(), "alice", "t1", 20);

    assertThat(read("payments.late"))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.value()).isEqualTo(late);
              assertThat(record.key()).isEqualTo("key of alice".getBytes(UTF_8));
              assertThat(RecordHeaders.get(record.headers(), RecordHeaders.LATE_FOR))
                  .contains("spending,takings");
              assertThat(RecordHeaders.get(record.headers(), RecordHeaders.EVENT_ID))
                  .contains("p2");
            });
    assertThat(vectors("spender")).hasSize(2);
  }

  @Test
  void aValidTopicsDeadBytesAreCountedAndLaidAsideAndTheNextEventGoesOn() {
    start(Shop.pipeline());

    send("payments.valid", headers("p1", NOON), new byte[] {1, 2, 3});
    send(
        "payments.valid",
        new org.apache.kafka.common.header.internals.RecordHeaders(),
        encode("payments", Shop.payment("p", NOON, "alice", "t1", 1)));
    pay("p2", NOON, "alice", "t1", 10);

    assertThat(read("shop-features.dlq"))
        .extracting(TestRecord::value)
        .containsExactly(
            new byte[] {1, 2, 3}, encode("payments", Shop.payment("p", NOON, "alice", "t1", 1)));
    assertThat(metrics.counter("leat.features.dead", "event", "payments").count()).isEqualTo(2);
    assertThat(vectors("fraud")).extracting(FeatureVector::getEventId).containsExactly("p2");
  }

  @Test
  void stateIsKeyedByTheTextOfTheEntityKey() {
    start(Shop.pipeline());

    pay("p1", NOON, "alice", "t1", 10);

    assertThat(
            driver()
                .getKeyValueStore("spending-v1")
                .get(org.apache.kafka.common.utils.Bytes.wrap("alice".getBytes(UTF_8))))
        .isNotNull();
  }

  private double rekeyed(String entity) {
    return metrics.counter("leat.features.rekeyed", "event", "payments", "entity", entity).count();
  }

  private void start(Pipeline pipeline) {
    driver =
        new TopologyTestDriver(
            new OnlineStore()
                .topology(new JobContext(pipeline, registry, metrics, new Readiness(), options())),
            settings);
  }

  private TopologyTestDriver driver() {
    if (driver == null) {
      throw new IllegalStateException("call start first");
    }
    return driver;
  }

  private JobOptions options() {
    return JobOptions.of(folder, "none:9092", "mock://unused", folder, 0);
  }

  private byte[] pay(
      String id, long time, @Nullable String customer, @Nullable String terminal, double amount) {
    return send(
        "payments.valid",
        headers(id, time),
        encode("payments", Shop.payment(id, time, customer, terminal, amount)),
        "key of " + customer);
  }

  private void logIn(String id, long time, String customer) {
    send(
        "logins.valid",
        headers(id, time),
        encode("logins", Shop.login(id, time, customer)),
        "key of " + customer);
  }

  private byte[] encode(String event, GenericRecord record) {
    return codec.encode(registry.register(event + ".valid-value", record.getSchema()), record);
  }

  private Headers headers(String id, long time) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, id);
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, Long.toString(time));
    RecordHeaders.set(headers, RecordHeaders.SOURCE, "payments/0/" + offset++);
    RecordHeaders.set(headers, RecordHeaders.TRACEPARENT, "trace-" + id);
    return headers;
  }

  private byte[] send(String topic, Headers headers, byte[] value) {
    return send(topic, headers, value, "key");
  }

  private byte[] send(String topic, Headers headers, byte[] value, String key) {
    driver()
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(key.getBytes(UTF_8), value, headers));
    return value;
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver()
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private List<FeatureVector> vectors(String service) {
    return read("features." + service).stream()
        .map(record -> codec.decode(record.value(), FeatureVector.class))
        .toList();
  }
}
