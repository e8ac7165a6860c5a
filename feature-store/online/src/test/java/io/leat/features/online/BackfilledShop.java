package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.definition.Window;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.backfill.BackfillRecord;
import io.leat.schemas.backfill.BackfillTopic;
import io.leat.schemas.backfill.LogCut;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The online store of a shop whose view of customers takes its first values from a backfill. */
public final class BackfilledShop implements AutoCloseable {
  public static final FeatureView SPENDING =
      new FeatureView(
          new ViewId("spending", 1),
          Shop.CUSTOMER,
          "payments",
          List.of(Window.of(Shop.HOUR)),
          Duration.ofMillis(1),
          Duration.ZERO,
          Shop.GRACE,
          List.of(Shop.count("payments"), Shop.sum("total", "amount")),
          true,
          List.of());
  public static final Pipeline PIPELINE =
      Shop.pipeline(
          List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 1)),
          List.of(SPENDING, Shop.TAKINGS),
          List.of(Shop.service("both", "payments", null, SPENDING, Shop.TAKINGS)));

  private static final String TOPIC = BackfillTopic.name("shop", "spending", 1);
  private static final Duration STEP = Duration.ofMillis(50);

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final RegistryClient registry = new RegistryClient("mock://" + UUID.randomUUID());
  private final AvroCodec codec = new AvroCodec(registry);
  private final TopologyTestDriver driver;
  private final ViewEngine engine = new ViewEngine(SPENDING, Shop.PAYMENTS);

  BackfilledShop(Path folder) {
    JobOptions options = JobOptions.of(folder, "none:9092", "mock://unused", folder, 0);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop-features");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
    settings.put(
        StreamsConfig.STATE_DIR_CONFIG, folder.resolve(UUID.randomUUID().toString()).toString());
    settings.putAll(new OnlineStore().settings(options));
    this.driver =
        new TopologyTestDriver(
            new OnlineStore()
                .topology(new JobContext(PIPELINE, registry, metrics, new Readiness(), options)),
            settings);
  }

  /** An event arrives; each lies one offset behind the one before. */
  void pay(GenericRecord payment) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, payment.get("payment_id").toString());
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, payment.get("paid_at").toString());
    RecordHeaders.set(headers, RecordHeaders.SOURCE, "payments/0/0");
    byte[] value = codec.encode(registry.register("payments.valid-value", Shop.PAYMENT), payment);
    pipe("payments.valid", new TestRecord<>("key".getBytes(UTF_8), value, headers));
  }

  /** Every entry of a run over some events, and, where it is not left out, its end. */
  void backfill(long run, List<GenericRecord> events, long cut, boolean complete) {
    EntriesInMemory entries = new EntriesInMemory();
    events.forEach(event -> fold(entries, event));
    for (Map.Entry<ByteBuffer, byte[]> entry : entries.asMap().entrySet()) {
      pipe(new BackfillRecord.Entry(run, entry.getKey().array(), entry.getValue()));
    }
    if (complete) {
      pipe(new BackfillRecord.Complete(run, new LogCut(List.of(cut)), entries.asMap().size()));
    }
  }

  void pipe(BackfillRecord record) {
    pipe(
        TOPIC,
        new TestRecord<>(
            record.key(),
            record.toBytes(),
            new org.apache.kafka.common.header.internals.RecordHeaders(List.of(record.header()))));
  }

  private void pipe(String topic, TestRecord<byte[], byte[]> record) {
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(record);
  }

  private void fold(EntriesInMemory entries, GenericRecord event) {
    if (event.get("customer_id") != null) {
      engine.update(entries, event.get("customer_id").toString().getBytes(UTF_8), event);
    }
  }

  /** Time for one step of the hand-over. */
  void step() {
    driver.advanceWallClockTime(STEP);
  }

  /** Time for the whole of it. */
  void settle() {
    for (int i = 0; i < 5; i++) {
      step();
    }
  }

  /** What the store holds of a key, evaluated. */
  Object[] stored(String customer, long time) {
    return new ViewEngine(SPENDING, Shop.PAYMENTS)
        .evaluate(new StoreEntries(store()), customer.getBytes(UTF_8), time * 1_000);
  }

  /** What the engine makes of some events. */
  Object[] expected(List<GenericRecord> events, String customer, long time) {
    EntriesInMemory entries = new EntriesInMemory();
    events.forEach(event -> fold(entries, event));
    return engine.evaluate(entries, customer.getBytes(UTF_8), time * 1_000);
  }

  KeyValueStore<Bytes, byte[]> store() {
    return driver.getKeyValueStore(StateStores.name(SPENDING));
  }

  List<TestRecord<byte[], byte[]>> vectors() {
    return read("features.both");
  }

  FeatureVector decode(TestRecord<byte[], byte[]> vector) {
    return codec.decode(vector.value(), FeatureVector.class);
  }

  /** What the store has said of itself since it was last asked. */
  List<BackfillRecord> notices() {
    return read(TOPIC).stream()
        .map(record -> BackfillRecord.of(record.key(), record.value(), record.headers()))
        .toList();
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  @Override
  public void close() {
    driver.close();
  }
}
