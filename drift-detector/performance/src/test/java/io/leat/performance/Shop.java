package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.Micros;
import io.leat.models.registry.KnownWorth;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.expression.Expression;
import io.leat.records.DriftAlert;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Outcome;
import io.leat.records.PerformanceMetric;
import io.leat.records.Score;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RecordWatch;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * A shop whose payments are scored, and may turn out to be fraud, within a topology of its own.
 * Times are in hours since 1970.
 */
final class Shop implements AutoCloseable {
  static final String MODEL = "fraud";
  static final int WITHIN = 48;

  /** A payment's label comes by its id. */
  static final Label BY_ID = label("labels", "payment_id");

  /** It comes by the order that was paid. */
  static final Label BY_ORDER = label("labels", "order_id");

  /** It is in the payment. */
  static final Label OWN = label("payments", "payment_id");

  private static final Schema PAYMENT =
      SchemaBuilder.record("Payment")
          .fields()
          .requiredString("payment_id")
          .name("paid_at")
          .type(time())
          .noDefault()
          .optionalString("order_id")
          .optionalBoolean("fraud")
          .endRecord();
  private static final Schema LABEL =
      SchemaBuilder.record("PaymentLabel")
          .fields()
          .requiredLong("label_id")
          .name("found_at")
          .type(time())
          .noDefault()
          .optionalString("payment_id")
          .optionalString("order_id")
          .optionalBoolean("fraud")
          .endRecord();
  private static final AtomicInteger SHOPS = new AtomicInteger();

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final TopologyTestDriver driver;
  final AvroCodec codec;

  /** What is known of versions, by number. */
  final Map<Integer, KnownWorth> published = new TreeMap<>();

  final Pipeline pipeline;
  private final RegistryClient registry;
  private final List<String> features;

  Shop(Label label) {
    this(label, List.of());
  }

  Shop(Label label, List<Monitor> monitors) {
    this(label, monitors, List.of("order_id"));
  }

  /**
   * @param features fields of payments that vectors are made of: each list is another definition
   */
  Shop(Label label, List<Monitor> monitors, List<String> features) {
    this.features = List.copyOf(features);
    this.registry = new RegistryClient("mock://shop" + SHOPS.incrementAndGet());
    this.codec = new AvroCodec(registry);
    this.pipeline = pipeline(label, monitors, features);
    Properties settings = new Properties();
    settings.put(StreamsConfig.STATE_DIR_CONFIG, "target/state/" + SHOPS.incrementAndGet());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop-performance");
    settings.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
    this.driver =
        new TopologyTestDriver(
            PerformanceJob.topology(
                pipeline,
                registry,
                RegistryRetry.none(),
                metrics,
                new RecordWatch(metrics, () -> 0),
                (model, number) -> published.getOrDefault(number, KnownWorth.NONE)),
            settings);
  }

  private static Schema time() {
    return org.apache.avro.LogicalTypes.timestampMillis()
        .addToSchema(Schema.create(Schema.Type.LONG));
  }

  private static Label label(String from, String on) {
    return new Label("fraud", from, on, Duration.ofHours(WITHIN), List.of());
  }

  private static Pipeline pipeline(Label label, List<Monitor> monitors, List<String> features) {
    FeatureService service =
        new FeatureService(
            "payments_service",
            1,
            "payments",
            features.stream().map(name -> (FeatureService.Feature) new EventFeature(name)).toList(),
            Optional.of(label),
            definition(features));
    Model model =
        new Model(
            MODEL,
            "v1",
            service.name(),
            1,
            Path.of("model.onnx"),
            Path.of("reference.json"),
            "us",
            "tests",
            new Model.Nulls(Optional.empty(), Map.of()),
            new Model.Output("probabilities", 1),
            List.of(new Model.Decision("block", new Expression("score >= 0.5", "model.yaml", 1))));
    return new Pipeline(
        "shop",
        "us",
        List.of(),
        List.of(
            contract("payments", PAYMENT, "payment_id", "paid_at"),
            contract("labels", LABEL, "label_id", "found_at")),
        List.of(),
        List.of(service),
        List.of(model),
        monitors,
        List.of());
  }

  private static String definition(List<String> features) {
    return "of " + String.join(", ", features);
  }

  private static Contract contract(String event, Schema schema, String id, String time) {
    return Contract.of(
        event,
        schema,
        "us",
        "",
        Optional.empty(),
        id,
        time,
        Duration.ofMinutes(5),
        List.of(),
        new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(1)));
  }

  static Instant at(double hour) {
    return Instant.EPOCH.plusSeconds(Math.round(hour * 3_600));
  }

  /** A payment with its vector and the champion's score. */
  Shop scored(String payment, double hour, double score) {
    return vector(payment, hour).score(payment, hour, "CHAMPION", 1, score);
  }

  Shop vector(String payment, double hour) {
    return vector(payment, hour, "c-" + payment);
  }

  Shop vector(String payment, double hour, String customer) {
    FeatureVector vector =
        FeatureVector.newBuilder()
            .setService("payments_service")
            .setServiceVersion(1)
            .setDefinition(definition(features))
            .setEventId(payment)
            .setEventTime(at(hour))
            .setKeys(Map.of("customer", customer))
            .setValues(
                features.stream().map(name -> (Object) (name.charAt(0) + "-" + payment)).toList())
            .setSource(source(payment))
            .build();
    return send(
        Topics.features("payments_service"),
        codec.encode(
            registry.register("features.payments_service-value", FeatureVectorSchema.of(features)),
            vector));
  }

  Shop score(String payment, double hour, String role, int number, double score) {
    return score(payment, hour, role, number, score, null);
  }

  /**
   * @param fallback why another did not give it
   */
  Shop score(
      String payment,
      double hour,
      String role,
      int number,
      double score,
      @Nullable String fallback) {
    Score record =
        Score.newBuilder()
            .setModel(MODEL)
            .setModelVersion("v" + number)
            .setModelNumber(number)
            .setRole(role)
            .setRollout(3L)
            .setPropensity(1.0)
            .setEventId(payment)
            .setEventTime(at(hour))
            .setScore(score)
            .setDecision(score >= 0.5 ? "block" : null)
            .setService("payments_service")
            .setServiceVersion(1)
            .setDefinition(definition(features))
            .setFallback(fallback)
            .setVector(new LogPosition("features.payments_service", 0, 7L))
            .setSource(source(payment))
            .build();
    String topic = role.equals("SHADOW") ? Topics.shadowScores(MODEL) : Topics.scores(MODEL);
    return send(
        topic,
        codec.encode(
            registry.register(Topics.valueSubject(topic), Score.getClassSchema()), record));
  }

  private static LogPosition source(String payment) {
    return new LogPosition("payments", 0, (long) payment.hashCode());
  }

  Shop payment(String payment, double hour, @Nullable String order, @Nullable Boolean fraud) {
    return event(
        "payments",
        new GenericRecordBuilder(PAYMENT)
            .set("payment_id", payment)
            .set("paid_at", at(hour).toEpochMilli())
            .set("order_id", order)
            .set("fraud", fraud)
            .build());
  }

  Shop label(long id, String payment, double hour, @Nullable Boolean fraud) {
    return label(id, payment, "o-" + payment, hour, fraud);
  }

  Shop label(
      long id,
      @Nullable String payment,
      @Nullable String order,
      double hour,
      @Nullable Boolean fraud) {
    return event(
        "labels",
        new GenericRecordBuilder(LABEL)
            .set("label_id", id)
            .set("found_at", at(hour).toEpochMilli())
            .set("payment_id", payment)
            .set("order_id", order)
            .set("fraud", fraud)
            .build());
  }

  private Shop event(String event, GenericRecord record) {
    String topic = Topics.valid(event);
    return send(
        topic,
        codec.encode(registry.register(Topics.valueSubject(topic), record.getSchema()), record));
  }

  Shop send(String topic, byte[] value) {
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>("any".getBytes(UTF_8), value, Instant.EPOCH));
    return this;
  }

  /** Takes the stream to an hour: a score of a payment that nobody asks for. */
  Shop until(double hour) {
    return scored("clock" + hour, hour, 0.5);
  }

  /** What left since the last time, but for {@link #until}'s. */
  List<Outcome> outcomes() {
    return raw().stream()
        .map(value -> codec.decode(value, Outcome.class))
        .filter(outcome -> !outcome.getEventId().startsWith("clock"))
        .toList();
  }

  List<byte[]> raw() {
    return read(Topics.outcomes(MODEL));
  }

  List<PerformanceMetric> metrics() {
    return rawMetrics().stream()
        .map(value -> codec.decode(value, PerformanceMetric.class))
        .toList();
  }

  List<byte[]> rawMetrics() {
    return read(Topics.PERFORMANCE_METRICS);
  }

  List<DriftAlert> alerts() {
    return rawAlerts().stream().map(value -> codec.decode(value, DriftAlert.class)).toList();
  }

  List<byte[]> rawAlerts() {
    return read(Topics.DRIFT_ALERTS);
  }

  private List<byte[]> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readValuesToList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return driver
        .createOutputTopic(
            "shop-performance.dlq", new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  /** The labels that hold, by payment, as far as they were known at a time. */
  static Map<String, Optional<Object>> known(Collection<Outcome> outcomes, Instant at) {
    Map<String, Outcome> last = new TreeMap<>();
    for (Outcome outcome : outcomes) {
      if (!outcome.getKnownAt().isAfter(at)) {
        last.merge(
            outcome.getEventId(),
            outcome,
            (one, other) -> other.getRevision() > one.getRevision() ? other : one);
      }
    }
    Map<String, Optional<Object>> labels = new TreeMap<>();
    last.forEach(
        (payment, outcome) -> labels.put(payment, Optional.ofNullable(outcome.getLabel())));
    return labels;
  }

  double count(String what, String kind) {
    return metrics
        .get("leat.performance." + what)
        .tags("model", MODEL, "kind", kind)
        .counter()
        .count();
  }

  /** Gives what is known of windows to another shop, as a restart of the job does. */
  void giveWindowsTo(Shop other) {
    KeyValueStore<Bytes, byte[]> windows = other.driver.getKeyValueStore("fraud-windows");
    driver
        .<Bytes, byte[]>getKeyValueStore("fraud-windows")
        .all()
        .forEachRemaining(entry -> windows.put(entry.key, entry.value));
  }

  /** What a model's stores hold, but for their clocks. */
  int held() {
    List<Object> held = new ArrayList<>();
    for (String store : List.of("fraud-events", "fraud-labels")) {
      driver
          .<Bytes, byte[]>getKeyValueStore(store)
          .all()
          .forEachRemaining(
              entry -> {
                if (entry.key.get().length > 1) {
                  held.add(entry.key);
                }
              });
    }
    return held.size();
  }

  @Override
  public void close() {
    driver.close();
  }

  /** A time in microseconds. */
  static long micros(double hour) {
    return Micros.of(at(hour));
  }
}
