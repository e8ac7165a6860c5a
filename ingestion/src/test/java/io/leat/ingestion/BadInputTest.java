package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What producers get wrong, one kind a row. Each goes between valid events on one partition: it
 * comes to its reason code with every byte it had, and the events around it pass.
 */
class BadInputTest {
  private static final String AVRO = "orders_avro";
  private static final String JSON = "orders_json";
  private static final String CLOUD = "orders_cloud";
  private static final String CHANGES = "orders_changes";
  private static final Map<String, String> STRUCTURED =
      Map.of("content-type", "application/cloudevents+json");

  private static Orders orders;

  /**
   * A row: what is wrong, where it goes, the reason it must come to, and how its record is made.
   */
  private record Row(
      String what,
      String event,
      DeadLetterReason reason,
      Function<Orders, byte @Nullable []> value,
      Map<String, String> headers) {
    @Override
    public String toString() {
      return what;
    }
  }

  @BeforeAll
  static void start() throws IOException {
    orders = new Orders();
  }

  @AfterAll
  static void close() {
    orders.close();
  }

  static Stream<Row> rows() {
    List<Row> rows = new ArrayList<>();
    framing(rows);
    binary(rows);
    values(rows);
    json(rows);
    cloudEvents(rows);
    changes(rows);
    assertThat(rows).hasSizeGreaterThan(60);
    assertThat(rows.stream().map(Row::what)).doesNotHaveDuplicates();
    return rows.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void isRefusedForItsReasonAndKeepsItsBytes(Row row) {
    byte[] value = row.value().apply(orders);
    byte[] before = value == null ? null : value.clone();

    good(row.event(), "o-1");
    orders.produce(row.event(), value, row.headers());
    good(row.event(), "o-2");
    good(row.event(), "o-3");

    List<TestRecord<byte[], byte[]>> valid = orders.read(row.event() + ".valid");
    assertThat(valid)
        .extracting(record -> header(record, RecordHeaders.EVENT_ID))
        .containsExactly("o-1", "o-2", "o-3");
    List<TestRecord<byte[], byte[]>> deadLetters = orders.read(row.event() + ".dlq");
    assertThat(deadLetters).hasSize(1);
    TestRecord<byte[], byte[]> deadLetter = deadLetters.get(0);
    assertThat(header(deadLetter, RecordHeaders.REASON)).isEqualTo(row.reason().name());
    assertThat(offset(deadLetter))
        .as("it names its own position")
        .isEqualTo(offset(valid.get(0)) + 1);
    assertThat(offset(valid.get(1))).isEqualTo(offset(deadLetter) + 1);
    if (before != null && before.length > Topics.LARGEST_RECORD) {
      // Its bytes are where it says: DeadLetterReplayIT reads such an event from there.
      assertThat(header(deadLetter, RecordHeaders.LEFT_OUT)).isEqualTo("key,value,headers");
      assertThat(deadLetter.value()).isNull();
    } else {
      assertThat(deadLetter.headers().lastHeader(RecordHeaders.LEFT_OUT)).isNull();
      assertThat(deadLetter.value()).isEqualTo(before);
      assertThat(deadLetter.key()).isEqualTo("c1".getBytes(UTF_8));
      row.headers().forEach((name, text) -> assertThat(header(deadLetter, name)).isEqualTo(text));
    }
    assertThat(header(deadLetter, "__streams.errors.message")).isNotBlank();
    DeadLetter reported =
        orders.codec.decode(
            deadLetter.headers().lastHeader(RecordHeaders.DEAD_LETTER).value(), DeadLetter.class);
    assertThat(reported.getReason()).isEqualTo(row.reason().name());
    assertThat(reported.getMessage()).isNotBlank();
  }

  private static long offset(TestRecord<byte[], byte[]> record) {
    LogPosition source = LogPositions.parse(header(record, RecordHeaders.SOURCE));
    return source.getOffset();
  }

  private static void good(String event, String id) {
    switch (event) {
      case AVRO -> orders.produce(AVRO, orders.avro(orders.order(id)), Map.of());
      case JSON -> orders.produce(JSON, bytes(Orders.json(id)), Map.of());
      case CLOUD -> orders.produce(CLOUD, bytes(Orders.json("o-0")), attributes(id));
      default -> orders.produce(CHANGES, bytes(change("c", Orders.json(id))), Map.of());
    }
  }

  // ---- the frame ----

  private static void framing(List<Row> rows) {
    avro(rows, "a tombstone", DeadLetterReason.NULL_VALUE, o -> null);
    avro(rows, "no bytes", DeadLetterReason.NOT_FRAMED, o -> new byte[0]);
    avro(rows, "one byte", DeadLetterReason.NOT_FRAMED, o -> new byte[1]);
    avro(rows, "four bytes", DeadLetterReason.NOT_FRAMED, o -> new byte[4]);
    avro(rows, "a text", DeadLetterReason.NOT_FRAMED, o -> bytes("not avro"));
    avro(rows, "JSON for Avro", DeadLetterReason.NOT_FRAMED, o -> bytes(Orders.json("o-9")));
    avro(rows, "UTF-16", DeadLetterReason.NOT_FRAMED, o -> "not avro".getBytes(UTF_16));
    avro(rows, "magic byte 1", DeadLetterReason.NOT_FRAMED, o -> with(good(o), 0, 1));
    avro(rows, "magic byte 255", DeadLetterReason.NOT_FRAMED, o -> with(good(o), 0, 255));
    avro(rows, "bare Avro", DeadLetterReason.NOT_FRAMED, o -> from(good(o), 5));
    avro(rows, "an id nobody gave", DeadLetterReason.UNKNOWN_SCHEMA, o -> id(good(o), 99_999));
    avro(rows, "id 0", DeadLetterReason.UNKNOWN_SCHEMA, o -> id(good(o), 0));
    avro(rows, "a negative id", DeadLetterReason.UNKNOWN_SCHEMA, o -> id(good(o), -7));
    avro(rows, "the largest id", DeadLetterReason.UNKNOWN_SCHEMA, o -> id(good(o), 1 << 30));
    avro(
        rows,
        "an id of a JSON Schema",
        DeadLetterReason.UNREADABLE_SCHEMA,
        o -> id(good(o), o.server.hold("JSON", "{\"type\": \"object\"}")));
    avro(
        rows,
        "an id of Protobuf",
        DeadLetterReason.UNREADABLE_SCHEMA,
        o -> id(good(o), o.server.hold("PROTOBUF", "syntax = \"proto3\"; message M {}")));
    avro(
        rows,
        "an id of no schema at all",
        DeadLetterReason.UNREADABLE_SCHEMA,
        o -> id(good(o), o.server.hold("AVRO", "{\"type\": \"recrod\"}")));
    avro(
        rows,
        "another record",
        DeadLetterReason.INCOMPATIBLE_SCHEMA,
        o -> other(o, SchemaBuilder.record("Refund").fields().requiredString("why").endRecord()));
    avro(
        rows,
        "a schema without what is required",
        DeadLetterReason.INCOMPATIBLE_SCHEMA,
        o ->
            other(
                o,
                SchemaBuilder.record("Order")
                    .namespace("io.leat.tests")
                    .fields()
                    .requiredString("why")
                    .endRecord()));
    avro(
        rows,
        "a schema of no record",
        DeadLetterReason.INCOMPATIBLE_SCHEMA,
        o -> framed(id(o, Schema.create(Schema.Type.STRING)), 2, 'a'));
  }

  // ---- the bytes behind it ----

  private static void binary(List<Row> rows) {
    DeadLetterReason torn = DeadLetterReason.NOT_THE_SCHEMA;
    avro(rows, "nothing behind the id", torn, o -> Arrays.copyOf(good(o), 5));
    avro(rows, "the first field alone", torn, o -> Arrays.copyOf(good(o), 9));
    avro(rows, "all but the last byte", torn, o -> Arrays.copyOf(good(o), good(o).length - 1));
    avro(rows, "one byte more", DeadLetterReason.TRAILING_BYTES, o -> pad(good(o), 1));
    avro(rows, "an event twice", DeadLetterReason.TRAILING_BYTES, o -> twice(good(o)));
    avro(rows, "random bytes", torn, o -> random(o, 40));
    avro(rows, "zeros", DeadLetterReason.TRAILING_BYTES, o -> framed(id(o, o.schema), new int[40]));
    avro(rows, "a text of negative length", torn, o -> framed(id(o, o.schema), 1, 2, 3));
    avro(rows, "a text longer than all", torn, o -> framed(id(o, o.schema), 0x80, 0x80, 1));
    avro(
        rows,
        "a text of 2^40 bytes",
        torn,
        o -> raw(o, encoder -> write(() -> encoder.writeLong(1L << 40))));
    avro(
        rows,
        "a text of 2^30 bytes",
        torn,
        o -> raw(o, encoder -> write(() -> encoder.writeLong(1L << 30))));
    avro(rows, "a text that is no UTF-8", torn, BadInputTest::noUtf8);
    avro(rows, "a symbol that the enum has not", torn, o -> prefix(o, e -> e.writeEnum(17)));
    avro(rows, "a branch that the union has not", torn, o -> union(o, e -> e.writeIndex(9)));
    avro(rows, "a list of 2^40 items", torn, o -> list(o, e -> e.writeLong(1L << 40)));
    avro(rows, "a list of 2^30 items", torn, o -> list(o, e -> e.writeLong(1L << 30)));
    avro(rows, "a list of negative size", torn, o -> list(o, e -> e.writeLong(Long.MIN_VALUE)));
    avro(rows, "a record 100,000 deep", torn, o -> deep(o, 100_000));
    avro(
        rows,
        "a bomb: 10^9 nulls in 5 bytes",
        DeadLetterReason.INCOMPATIBLE_SCHEMA,
        o -> bomb(o, Schema.create(Schema.Type.NULL)));
    avro(
        rows,
        "a bomb: 10^9 empty records in 5 bytes",
        DeadLetterReason.INCOMPATIBLE_SCHEMA,
        o -> bomb(o, SchemaBuilder.record("Nothing").fields().endRecord()));
    avro(
        rows,
        "a bomb: 10^9 times no bytes",
        DeadLetterReason.INCOMPATIBLE_SCHEMA,
        o -> bomb(o, Schema.createFixed("Void", null, null, 0)));
    avro(
        rows,
        "a schema nested 5,000 deep",
        DeadLetterReason.UNREADABLE_SCHEMA,
        o -> id(good(o), o.server.hold("AVRO", nested(5_000))));
    avro(
        rows,
        "a list to skip of 2^60 bytes",
        torn,
        o -> skipped(o, e -> e.writeLong(-1_000), e -> e.writeLong(1L << 60)));
    avro(
        rows,
        "a list to skip of negative size",
        torn,
        o -> skipped(o, e -> e.writeLong(-1), e -> e.writeLong(-4)));
    avro(
        rows,
        "a list to skip of 10^9 texts",
        torn,
        o -> skipped(o, e -> e.writeLong(1_000_000_000), e -> e.writeLong(1)));
    avro(rows, "10 MB of zeros", DeadLetterReason.UNKNOWN_SCHEMA, o -> new byte[10_000_000]);
  }

  // ---- what the values say ----

  private static void values(List<Row> rows) {
    DeadLetterReason violated = DeadLetterReason.RULE_VIOLATED;
    set(rows, "an empty id", DeadLetterReason.MISSING_EVENT_ID, "order_id", "");
    set(rows, "year 0", DeadLetterReason.EVENT_TIME_OUT_OF_RANGE, "ordered_at", at("0000-06-01"));
    set(
        rows,
        "year 10000",
        DeadLetterReason.EVENT_TIME_OUT_OF_RANGE,
        "ordered_at",
        at("+10000-01-01"));
    set(rows, "year 9999", DeadLetterReason.EVENT_TIME_IN_FUTURE, "ordered_at", at("9999-12-31"));
    set(
        rows,
        "the least time",
        DeadLetterReason.EVENT_TIME_OUT_OF_RANGE,
        "ordered_at",
        Long.MIN_VALUE);
    set(
        rows,
        "the greatest time",
        DeadLetterReason.EVENT_TIME_OUT_OF_RANGE,
        "ordered_at",
        Long.MAX_VALUE);
    set(
        rows,
        "microseconds for milliseconds",
        DeadLetterReason.EVENT_TIME_OUT_OF_RANGE,
        "ordered_at",
        Orders.NOW.toEpochMilli() * 1_000);
    set(
        rows,
        "seconds for milliseconds",
        DeadLetterReason.EVENT_TIME_IN_PAST,
        "ordered_at",
        Orders.NOW.getEpochSecond());
    set(
        rows,
        "an hour ahead",
        DeadLetterReason.EVENT_TIME_IN_FUTURE,
        "ordered_at",
        Orders.NOW.plusSeconds(3_600).toEpochMilli());
    set(rows, "no country", DeadLetterReason.MISSING_VALUE, "country", null);
    set(rows, "below the range", violated, "amount", -0.01);
    set(rows, "above the range", violated, "amount", 50_000.0);
    set(rows, "NaN", violated, "amount", Double.NaN);
    set(rows, "infinity", violated, "amount", Double.POSITIVE_INFINITY);
    set(rows, "minus infinity", violated, "amount", Double.NEGATIVE_INFINITY);
    set(rows, "none of an enumeration", violated, "country", "XX");
    set(rows, "a text of another form", violated, "order_id", "9");
    set(rows, "a text of half a megabyte", violated, "order_id", "9".repeat(1 << 19));
    set(rows, "a text of 10 MB", violated, "order_id", "9".repeat(10_000_000));
    set(
        rows,
        "10 MB that meet the contract",
        DeadLetterReason.TOO_LARGE,
        "tags",
        Collections.nCopies(5, "t".repeat(2_000_000)));
    set(rows, "too long a list", violated, "tags", Collections.nCopies(6, "t"));
    set(rows, "a list of 100,000", violated, "tags", Collections.nCopies(100_000, "t"));
    set(
        rows,
        "fields that contradict each other",
        violated,
        "state",
        new GenericData.EnumSymbol(
            SchemaBuilder.enumeration("State").namespace("io.leat.tests").symbols("SENT"), "SENT"));
    set(rows, "a division by zero", DeadLetterReason.RULE_FAILED, "items", 0L);
    set(rows, "an overflow", DeadLetterReason.RULE_FAILED, "items", Long.MAX_VALUE / 2);
  }

  // ---- JSON ----

  private static void json(List<Row> rows) {
    DeadLetterReason no = DeadLetterReason.NOT_JSON;
    DeadLetterReason misfit = DeadLetterReason.NOT_THE_SCHEMA;
    json(rows, "a JSON tombstone", DeadLetterReason.NULL_VALUE, o -> null);
    json(rows, "no JSON at all", no, o -> new byte[0]);
    json(rows, "a word", no, o -> bytes("hello"));
    json(rows, "half an object", no, o -> bytes(Orders.json("o-9").substring(0, 30)));
    json(rows, "a list of objects", no, o -> bytes("[" + Orders.json("o-9") + "]"));
    json(rows, "a number", no, o -> bytes("42"));
    json(rows, "a JSON null", no, o -> bytes("null"));
    json(rows, "a key twice", no, o -> bytes("{\"order_id\": \"o-1\", \"order_id\": \"o-2\"}"));
    json(rows, "something behind it", no, o -> bytes(Orders.json("o-9") + "}"));
    json(rows, "two objects", no, o -> bytes(Orders.json("o-8") + Orders.json("o-9")));
    json(rows, "NaN as a literal", no, o -> bytes("{\"amount\": NaN}"));
    json(rows, "single quotes", no, o -> bytes("{'order_id': 'o-9'}"));
    json(rows, "JSON in UTF-16", no, o -> Orders.json("o-9").getBytes(UTF_16BE));
    json(rows, "JSON behind a byte order mark", no, o -> bytes("\uFEFF" + Orders.json("o-9")));
    json(rows, "JSON that is no UTF-8", no, o -> with(bytes(Orders.json("o-9")), 15, 0xC3));
    json(
        rows,
        "100,000 brackets",
        DeadLetterReason.TOO_DEEP,
        o -> bytes("{\"tags\": " + "[".repeat(100_000)));
    json(rows, "Avro for JSON", no, BadInputTest::good);
    json(rows, "an empty object", misfit, o -> bytes("{}"));
    field(rows, "a text for a number", "amount", "\"12.5\"");
    field(rows, "a number for a text", "customer_id", "7");
    field(rows, "null for what is required", "customer_id", "null");
    field(rows, "a number beyond a double", "amount", "1e400");
    field(rows, "a number beyond a long", "items", "9223372036854775808");
    field(rows, "a fraction for a long", "items", "1.5");
    field(rows, "a number of a million digits", "items", "1e1000000");
    field(rows, "no symbol of the enum", "state", "\"LOST\"");
    field(rows, "no time", "ordered_at", "\"yesterday\"");
    field(rows, "a time without a zone", "ordered_at", "\"2026-03-01T12:00:00\"");
    field(rows, "an object for a list", "tags", "{}");
    field(rows, "a null in a list", "tags", "[\"a\", null]");
    field(rows, "a text in a map of numbers", "prices", "{\"a\": \"b\"}");
    field(rows, "a record without its field", "address", "{\"city\": \"Ghent\"}");
    field(rows, "no base64", "signature", "\"***\"");
    field(rows, "a decimal with too many digits", "price", "1234567.89");
    field(rows, "a decimal with too fine a fraction", "price", "\"1.234\"");
    field(rows, "JSON with a text of 10 MB", "items", "\"" + "9".repeat(10_000_000) + "\"");
    field(rows, "half of a character", "customer_id", "\"\\ud800\"");
  }

  // ---- envelopes ----

  private static void cloudEvents(List<Row> rows) {
    DeadLetterReason no = DeadLetterReason.NOT_THE_ENVELOPE;
    byte[] data = bytes(Orders.json("o-9"));
    cloud(rows, "no CloudEvent", no, data, Map.of());
    cloud(rows, "a CloudEvent of version 9", no, data, changed("ce_specversion", "9.0"));
    cloud(rows, "a CloudEvent without an id", no, data, changed("ce_id", null));
    cloud(rows, "a CloudEvent without a source", no, data, changed("ce_source", null));
    cloud(rows, "a CloudEvent of no time", no, data, changed("ce_time", "noon"));
    cloud(
        rows,
        "a CloudEvent without data",
        DeadLetterReason.NULL_VALUE,
        new byte[0],
        attributes("o-9"));
    cloud(
        rows,
        "a CloudEvent of no JSON",
        DeadLetterReason.NOT_JSON,
        bytes("<xml/>"),
        attributes("o-9"));
    cloud(rows, "a structured CloudEvent of no JSON", no, bytes("{"), STRUCTURED);
    cloud(rows, "a structured CloudEvent that is empty", no, bytes("{}"), STRUCTURED);
    cloud(
        rows,
        "a structured CloudEvent whose data does not fit",
        DeadLetterReason.NOT_THE_SCHEMA,
        bytes(
            "{\"specversion\": \"1.0\", \"id\": \"o-9\", \"source\": \"/s\", \"type\": \"t\", \"data\": {\"amount\": true}}"),
        STRUCTURED);
  }

  private static void changes(List<Row> rows) {
    DeadLetterReason no = DeadLetterReason.NOT_THE_ENVELOPE;
    change(rows, "a change that is no JSON", DeadLetterReason.NOT_JSON, "op: c");
    change(rows, "no change", no, Orders.json("o-9"));
    change(rows, "a change of no known kind", no, change("x", Orders.json("o-9")));
    change(rows, "a creation without a row", no, change("c", "null"));
    change(rows, "a row that is a list", no, change("u", "[]"));
    change(
        rows,
        "a row that does not fit",
        DeadLetterReason.NOT_THE_SCHEMA,
        change("r", "{\"a\": 1}"));
    change(
        rows,
        "a deleted row",
        DeadLetterReason.DELETED_ROW,
        "{\"op\": \"d\", \"before\": %s, \"after\": null}".formatted(Orders.json("o-9")));
    change(
        rows,
        "a change at no time",
        DeadLetterReason.NOT_THE_SCHEMA,
        "{\"op\": \"c\", \"ts_ms\": \"noon\", \"after\": %s}".formatted(Orders.json("o-9")));
  }

  // ---- how rows are written ----

  private static void avro(
      List<Row> rows,
      String what,
      DeadLetterReason reason,
      Function<Orders, byte @Nullable []> value) {
    rows.add(new Row(what, AVRO, reason, value, Map.of("producer", "till 7")));
  }

  private static void json(
      List<Row> rows,
      String what,
      DeadLetterReason reason,
      Function<Orders, byte @Nullable []> value) {
    rows.add(new Row(what, JSON, reason, value, Map.of()));
  }

  private static void set(
      List<Row> rows, String what, DeadLetterReason reason, String field, @Nullable Object value) {
    avro(rows, what, reason, o -> o.avro(o.order("o-9").set(field, value)));
  }

  /** A JSON order with one field replaced or added. */
  private static void field(List<Row> rows, String what, String field, String json) {
    json(
        rows,
        what,
        DeadLetterReason.NOT_THE_SCHEMA,
        o -> {
          String order = Orders.json("o-9").replaceFirst("\"" + field + "\": [^,}]+(, )?", "");
          return bytes("{\"" + field + "\": " + json + ", " + order.substring(1));
        });
  }

  private static void cloud(
      List<Row> rows,
      String what,
      DeadLetterReason reason,
      byte[] value,
      Map<String, String> headers) {
    rows.add(new Row(what, CLOUD, reason, o -> value, headers));
  }

  private static void change(List<Row> rows, String what, DeadLetterReason reason, String json) {
    rows.add(new Row(what, CHANGES, reason, o -> bytes(json), Map.of()));
  }

  private static String change(String op, String after) {
    return "{\"op\": \"%s\", \"ts_ms\": %d, \"before\": null, \"after\": %s}"
        .formatted(op, Orders.NOW.toEpochMilli(), after);
  }

  private static Map<String, String> attributes(String id) {
    return Map.of(
        "ce_specversion",
        "1.0",
        "ce_id",
        id,
        "ce_source",
        "/shop",
        "ce_type",
        "order",
        "ce_time",
        Orders.NOW.toString(),
        "content-type",
        "application/json");
  }

  private static Map<String, String> changed(String name, @Nullable String value) {
    Map<String, String> attributes = new HashMap<>(attributes("o-9"));
    attributes.remove(name);
    if (value != null) {
      attributes.put(name, value);
    }
    return attributes;
  }

  // ---- bytes ----

  private static byte[] good(Orders o) {
    return o.avro(o.order("o-9"));
  }

  private static long at(String date) {
    return Instant.parse(date + "T00:00:00Z").toEpochMilli();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] with(byte[] bytes, int index, int value) {
    byte[] copy = bytes.clone();
    copy[index] = (byte) value;
    return copy;
  }

  private static byte[] from(byte[] bytes, int start) {
    return Arrays.copyOfRange(bytes, start, bytes.length);
  }

  private static byte[] pad(byte[] bytes, int more) {
    return Arrays.copyOf(bytes, bytes.length + more);
  }

  private static byte[] twice(byte[] bytes) {
    byte[] both = pad(bytes, bytes.length - 5);
    System.arraycopy(bytes, 5, both, bytes.length, bytes.length - 5);
    return both;
  }

  private static byte[] id(byte[] value, int id) {
    byte[] copy = value.clone();
    ByteBuffer.wrap(copy).putInt(1, id);
    return copy;
  }

  private static int id(Orders o, Schema schema) {
    return o.registry.register("elsewhere-value", schema);
  }

  private static byte[] framed(int id, int... rest) {
    ByteBuffer value = ByteBuffer.allocate(5 + rest.length).put((byte) 0).putInt(id);
    for (int b : rest) {
      value.put((byte) b);
    }
    return value.array();
  }

  private static byte[] random(Orders o, int length) {
    return framed(id(o, o.schema), new Random(7).ints(length, 0, 256).toArray());
  }

  private static byte[] other(Orders o, Schema schema) {
    return o.codec.encode(
        id(o, schema), new GenericRecordBuilder(schema).set("why", "torn").build());
  }

  private interface Encoding {
    void to(BinaryEncoder encoder) throws IOException;
  }

  private interface Write {
    void run() throws IOException;
  }

  private static void write(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value whose bytes are written one by one. */
  private static byte[] raw(Orders o, Consumer<BinaryEncoder> encoding) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(framed(id(o, o.schema)));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoding.accept(encoder);
    return out.toByteArray();
  }

  /** An order up to its state, and what comes then. */
  private static byte[] prefix(Orders o, Encoding rest) {
    return raw(
        o,
        encoder ->
            write(
                () -> {
                  encoder.writeString("o-9");
                  encoder.writeLong(Orders.NOW.toEpochMilli());
                  encoder.writeString("c1");
                  encoder.writeDouble(12.5);
                  encoder.writeLong(1);
                  rest.to(encoder);
                }));
  }

  private static byte[] union(Orders o, Encoding rest) {
    return prefix(
        o,
        encoder -> {
          encoder.writeEnum(0);
          rest.to(encoder);
        });
  }

  private static byte[] list(Orders o, Encoding rest) {
    return union(
        o,
        encoder -> {
          encoder.writeIndex(0);
          encoder.writeIndex(0);
          rest.to(encoder);
        });
  }

  private static byte[] deep(Orders o, int depth) {
    return list(
        o,
        encoder -> {
          encoder.writeLong(0); // no tags
          encoder.writeLong(0); // no prices
          encoder.writeIndex(0); // no address
          for (int i = 0; i < depth; i++) {
            encoder.writeIndex(1);
          }
          encoder.writeIndex(0);
          encoder.writeIndex(0);
          encoder.writeIndex(0);
        });
  }

  private static byte[] noUtf8(Orders o) {
    return raw(
        o,
        encoder ->
            write(
                () -> {
                  encoder.writeBytes(new byte[] {'o', '-', (byte) 0xC3, '('});
                  encoder.writeLong(Orders.NOW.toEpochMilli());
                  encoder.writeString("c1");
                  encoder.writeDouble(12.5);
                  encoder.writeLong(1);
                  encoder.writeEnum(0);
                  encoder.writeIndex(0);
                  encoder.writeIndex(0);
                  encoder.writeLong(0);
                  encoder.writeLong(0);
                  encoder.writeIndex(0);
                  encoder.writeIndex(0);
                  encoder.writeIndex(0);
                  encoder.writeIndex(0);
                }));
  }

  /** A schema that the contract can read, with one more field: a list of what takes no bytes. */
  private static byte[] bomb(Orders o, Schema items) {
    return more(o, items, e -> e.writeLong(1_000_000_000), e -> e.writeLong(0));
  }

  /** The same with a list of texts, which costs its readers nothing to refuse. */
  private static byte[] skipped(Orders o, Encoding count, Encoding size) {
    return more(o, Schema.create(Schema.Type.STRING), count, size);
  }

  private static byte[] more(Orders o, Schema items, Encoding first, Encoding second) {
    List<Schema.Field> fields = new ArrayList<>();
    fields.add(new Schema.Field("more", Schema.createArray(items), null, (Object) null));
    o.schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    Schema schema = Schema.createRecord("Order", null, "io.leat.tests", false, fields);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(framed(id(o, schema)));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    write(() -> first.to(encoder));
    write(() -> second.to(encoder));
    out.writeBytes(from(good(o), 5));
    return out.toByteArray();
  }

  private static String nested(int depth) {
    return "{\"type\": \"array\", \"items\": ".repeat(depth) + "\"int\"" + "}".repeat(depth);
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("(none)");
  }
}
