package io.leat.features.offline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Pipeline;
import io.leat.records.Contribution;
import io.leat.records.Contributions;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Parcels by number, as ingestion writes them, with the vectors that the online store would add and
 * the scores of a model; and, said again in plain values, the rows that a table must hold of them.
 */
final class Parcels {
  static final String EVENT = "parcels";
  static final String SERVICE = "routing";
  static final String MODEL = "lateness";
  static final String DELIVERIES = "deliveries";
  private static final Instant FIRST = Instant.parse("2024-02-28T22:00:00.000250Z");
  private static final int PARTITIONS = 3;
  private static final List<String> FEATURES =
      List.of(
          "event.pieces",
          "event.express",
          "event.size",
          "customer_habits.parcels_1d",
          "customer_habits.avg_weight_1d",
          "per_piece",
          "heavy");

  private final Schema schema;
  private final AvroCodec codec;
  private final int eventSchema;
  private final int vectorSchema;
  private final int scoreSchema;
  private final Schema deliveries;
  private final int deliverySchema;

  Parcels(Pipeline pipeline, RegistryClient registry) {
    this.schema = pipeline.contract(EVENT).orElseThrow().schema();
    this.deliveries = pipeline.contract(DELIVERIES).orElseThrow().schema();
    this.codec = new AvroCodec(registry);
    this.eventSchema = registry.register(Topics.valueSubject(Topics.valid(EVENT)), schema);
    this.vectorSchema =
        registry.register(
            Topics.valueSubject(Topics.features(SERVICE)), FeatureVectorSchema.of(FEATURES));
    this.scoreSchema =
        registry.register(Topics.valueSubject(Topics.scores(MODEL)), Score.getClassSchema());
    this.deliverySchema =
        registry.register(Topics.valueSubject(Topics.valid(DELIVERIES)), deliveries);
  }

  ProducerRecord<byte[], byte[]> event(int i) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.valid(EVENT), i % PARTITIONS, key(i), codec.encode(eventSchema, value(i)));
    headers(record, i);
    if (i % 2 == 0) {
      RecordHeaders.set(record.headers(), RecordHeaders.WRITER_VERSION, "1");
    }
    return record;
  }

  /** The truth that comes later: an event of its own. */
  ProducerRecord<byte[], byte[]> delivery(int i) {
    GenericRecord value =
        new GenericRecordBuilder(deliveries)
            .set("delivery_id", "delivery-%06d".formatted(i))
            .set("parcel_id", id(i))
            .set("delivered_at", deliveredAt(i).toEpochMilli())
            .set("late", isLate(i))
            .build();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.valid(DELIVERIES),
            0,
            id(i).getBytes(UTF_8),
            codec.encode(deliverySchema, value));
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, "delivery-%06d".formatted(i));
    RecordHeaders.set(
        record.headers(), RecordHeaders.EVENT_TIME, Long.toString(deliveredAt(i).toEpochMilli()));
    RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, DELIVERIES + "/0/" + i);
    return record;
  }

  ProducerRecord<byte[], byte[]> vector(int i) {
    FeatureVector vector =
        new FeatureVector(
            SERVICE,
            1,
            "0123abcd",
            id(i),
            sentAt(i).truncatedTo(ChronoUnit.MILLIS),
            i % 5 == 0 ? Map.of() : Map.of("customer", customer(i)),
            Collections.unmodifiableList(features(i)),
            new LogPosition(EVENT, i % PARTITIONS, (long) i),
            ByteBuffer.allocate(0),
            i % 2 == 0 ? sentAt(i) : null);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.features(SERVICE), i % PARTITIONS, key(i), codec.encode(vectorSchema, vector));
    headers(record, i);
    return record;
  }

  ProducerRecord<byte[], byte[]> score(int i) {
    Score score =
        Score.newBuilder()
            .setModel(MODEL)
            .setModelVersion("v" + (1 + i / 1000))
            .setEventId(id(i))
            .setEventTime(sentAt(i).truncatedTo(ChronoUnit.MILLIS))
            .setScore(i / 1e4)
            .setDecision(i % 3 == 0 ? null : "hurry")
            .setService(SERVICE)
            .setServiceVersion(1)
            .setDefinition("0123abcd")
            .setVector(new LogPosition(Topics.features(SERVICE), i % PARTITIONS, 2L * i))
            .setSource(new LogPosition(EVENT, i % PARTITIONS, (long) i))
            .setModelDigest(i % 2 == 0 ? null : "9c4f28")
            .setOutputs(i % 2 == 0 ? Map.of() : Map.of("label", "late"))
            .setModelNumber(i % 2 == 0 ? null : Integer.valueOf(2))
            .setRole(i % 2 == 0 ? null : "CANARY")
            .setRollout(i % 2 == 0 ? null : Long.valueOf(7))
            .setPropensity(i % 2 == 0 ? null : Double.valueOf(0.25))
            .setContributions(
                i % 2 == 0
                    ? null
                    : new Contributions(-1.5, List.of(new Contribution("parcels.weight", i / 8.0))))
            .build();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.scores(MODEL), i % PARTITIONS, key(i), codec.encode(scoreSchema, score));
    headers(record, i);
    return record;
  }

  private GenericRecord value(int i) {
    GenericRecord address = new GenericData.Record(schema.getField("address").schema());
    address.put("street", "Mill Lane");
    address.put("number", i % 3 == 0 ? null : i);
    Instant sentAt = sentAt(i);
    return new GenericRecordBuilder(schema)
        .set("parcel_id", id(i))
        .set("sent_at", ChronoUnit.MICROS.between(Instant.EPOCH, sentAt))
        .set("due_on", (int) dueOn(i).toEpochDay())
        .set("customer_id", customer(i))
        .set("weight", weight(i))
        .set("length", i * 0.5f)
        .set("pieces", i % 4 + 1)
        .set("postage", ByteBuffer.wrap(postage(i).unscaledValue().toByteArray()))
        .set("express", i % 7 == 0)
        .set("size", new GenericData.EnumSymbol(schema.getField("size").schema(), size(i)))
        .set("stamps", List.of("red", "blue-" + i))
        .set("scans", Map.of("depot", (long) i))
        .set("address", address)
        .build();
  }

  /** Column to value, as Iceberg's generic reader gives them; a nested record is a list. */
  static Map<String, @Nullable Object> eventRow(int i) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("parcel_id", id(i));
    row.put("sent_at", sentAt(i).atOffset(ZoneOffset.UTC));
    row.put("due_on", dueOn(i));
    row.put("customer_id", customer(i));
    row.put("weight", weight(i));
    row.put("length", i * 0.5f);
    row.put("pieces", i % 4 + 1);
    row.put("postage", postage(i));
    row.put("express", i % 7 == 0);
    row.put("size", size(i));
    row.put("stamps", List.of("red", "blue-" + i));
    row.put("scans", Map.of("depot", (long) i));
    List<@Nullable Object> address = new ArrayList<>();
    address.add("Mill Lane");
    address.add(i % 3 == 0 ? null : i);
    row.put("address", address);
    row.put("_event_id", id(i));
    row.put("_event_time", sentAt(i).atOffset(ZoneOffset.UTC));
    row.put("_key", ByteBuffer.wrap(key(i)));
    row.put("_writer_version", 1); // said, or that of the contract
    source(row, i);
    return row;
  }

  static Map<String, @Nullable Object> vectorRow(int i) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("event_id", id(i));
    Instant sentAt = i % 2 == 0 ? sentAt(i) : sentAt(i).truncatedTo(ChronoUnit.MILLIS);
    row.put("event_time", sentAt.atOffset(ZoneOffset.UTC));
    row.put("customer_id", i % 5 == 0 ? null : customer(i));
    List<@Nullable Object> values = features(i);
    List<String> reasons = new ArrayList<>();
    for (int f = 0; f < FEATURES.size(); f++) {
      String column = FEATURES.get(f).replace(".", "__");
      row.put(column, values.get(f));
      if (values.get(f) == null) {
        reasons.add(column + "=unstated"); // the vectors say nothing of their nulls
      }
    }
    row.put("null_reasons", String.join(", ", reasons));
    row.put("service_version", 1);
    row.put("definition", "0123abcd");
    source(row, i);
    return row;
  }

  static Map<String, @Nullable Object> scoreRow(int i) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("event_id", id(i));
    row.put("event_time", sentAt(i).truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC));
    row.put("model_version", "v" + (1 + i / 1000));
    row.put("model_digest", i % 2 == 0 ? null : "9c4f28");
    row.put("score", i / 1e4);
    row.put("decision", i % 3 == 0 ? null : "hurry");
    row.put("service", SERVICE);
    row.put("service_version", 1);
    row.put("definition", "0123abcd");
    row.put("_vector_partition", i % PARTITIONS);
    row.put("_vector_offset", 2L * i);
    row.put("model_number", i % 2 == 0 ? null : 2);
    row.put("role", i % 2 == 0 ? null : "CANARY");
    row.put("rollout", i % 2 == 0 ? null : 7L);
    row.put("propensity", i % 2 == 0 ? null : 0.25);
    row.put("stage", null);
    row.put("fallback", null);
    row.put("outputs", i % 2 == 0 ? null : "{\"label\":\"late\"}");
    row.put("contribution_base", i % 2 == 0 ? null : -1.5);
    row.put("contributions", i % 2 == 0 ? null : Map.of("parcels.weight", i / 8.0));
    row.put("_key", ByteBuffer.wrap(key(i)));
    source(row, i);
    return row;
  }

  private static List<@Nullable Object> features(int i) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add((long) (i % 4 + 1));
    values.add(i % 7 == 0);
    values.add(size(i));
    values.add((long) i);
    values.add(i % 10 == 0 ? null : i / 3.0);
    Double weight = weight(i);
    values.add(weight == null ? null : weight / (i % 4 + 1));
    values.add(weight == null ? null : weight > 20.0);
    return values;
  }

  private static void headers(ProducerRecord<byte[], byte[]> record, int i) {
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, id(i));
    RecordHeaders.set(
        record.headers(), RecordHeaders.EVENT_TIME, Long.toString(sentAt(i).toEpochMilli()));
    RecordHeaders.set(
        record.headers(), RecordHeaders.SOURCE, EVENT + "/" + i % PARTITIONS + "/" + i);
    RecordHeaders.set(record.headers(), RecordHeaders.CONTRACT, EVENT + "@1");
  }

  private static void source(Map<String, @Nullable Object> row, int i) {
    row.put("_topic", EVENT);
    row.put("_partition", i % PARTITIONS);
    row.put("_offset", (long) i);
    row.put("_contract_version", 1);
  }

  static String id(int i) {
    return "parcel-%06d".formatted(i);
  }

  private static byte[] key(int i) {
    return customer(i).getBytes(UTF_8);
  }

  private static String customer(int i) {
    return "customer-" + i % 11;
  }

  /** Every seven minutes a parcel; so 200 parcels a day. */
  private static Instant sentAt(int i) {
    return FIRST.plus(7L * i, ChronoUnit.MINUTES);
  }

  private static Instant deliveredAt(int i) {
    return sentAt(i).plus(i % 5, ChronoUnit.DAYS);
  }

  /** Whether a parcel came late, as its delivery says. */
  static boolean isLate(int i) {
    return i % 5 > 2;
  }

  private static LocalDate dueOn(int i) {
    return LocalDate.of(2024, 3, 1).plusDays(i % 30);
  }

  private static @Nullable Double weight(int i) {
    return i % 6 == 0 ? null : i % 40 + 0.1;
  }

  private static BigDecimal postage(int i) {
    return BigDecimal.valueOf(100L + i, 2);
  }

  private static String size(int i) {
    return i % 2 == 0 ? "SMALL" : "LARGE";
  }
}
