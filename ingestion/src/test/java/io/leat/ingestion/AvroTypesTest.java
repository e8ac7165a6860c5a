package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.schemas.RecordHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an event's types mean comes through ingestion whole, or the event does not. */
class AvroTypesTest {
  private static final long NOW = Orders.NOW.toEpochMilli();

  private Orders types;
  private Schema order;
  private Schema row;

  @BeforeEach
  void start() throws IOException {
    types = new Orders(Orders.pipeline("types"));
    order = schema("orders");
    row = schema("rows");
  }

  private static Schema schema(String event) {
    return Orders.pipeline("types").contracts().stream()
        .filter(contract -> contract.event().equals(event))
        .findFirst()
        .orElseThrow()
        .schema();
  }

  @AfterEach
  void close() {
    types.close();
  }

  /** A field, the type that its writer gave it, the value, what it is then; null: refused. */
  static Stream<Arguments> writers() {
    return Stream.of(
        Arguments.of("amount", decimal(9, 4), bytes("12.3456"), null, "INCOMPATIBLE_SCHEMA"),
        Arguments.of("amount", decimal(9, 0), bytes("12"), bytes("12.00"), ""),
        Arguments.of("amount", decimal(12, 2), bytes("12.34"), bytes("12.34"), ""),
        Arguments.of("amount", decimal(12, 2), bytes("1234567890.12"), null, "NOT_THE_SCHEMA"),
        Arguments.of("amount", "\"string\"", "12.34", null, "INCOMPATIBLE_SCHEMA"),
        Arguments.of("amount", "\"bytes\"", bytes("12.34"), null, "INCOMPATIBLE_SCHEMA"),
        Arguments.of("due_at", optional("timestamp-micros"), NOW * 1_000, NOW, ""),
        Arguments.of(
            "due_at", optional("timestamp-micros"), NOW * 1_000 + 1, null, "NOT_THE_SCHEMA"),
        Arguments.of(
            "due_at", optional("local-timestamp-millis"), NOW, null, "INCOMPATIBLE_SCHEMA"),
        Arguments.of("due_at", "[\"null\", \"long\"]", NOW, null, "INCOMPATIBLE_SCHEMA"),
        Arguments.of("ts", moment("timestamp-micros"), NOW * 1_000, NOW, ""),
        Arguments.of("weight", "\"long\"", 1L << 53, 0x1p53, ""),
        Arguments.of("weight", "\"long\"", (1L << 53) + 1, null, "NOT_THE_SCHEMA"),
        Arguments.of("weight", moment("timestamp-millis"), NOW, null, "INCOMPATIBLE_SCHEMA"));
  }

  @ParameterizedTest(name = "{0} written as {1}: {2}")
  @MethodSource("writers")
  void aWritersTypeIsReadAsItMeans(
      String field, String type, Object value, @Nullable Object read, String reason) {
    Schema writer = with(order, field, type);

    produce("orders", "orders-value", order(writer).set(field, value).build());

    if (read == null) {
      assertThat(types.read("orders.valid")).isEmpty();
      List<TestRecord<byte[], byte[]>> deadLetters = types.read("orders.dlq");
      assertThat(deadLetters).hasSize(1);
      assertThat(RecordHeaders.get(deadLetters.get(0).headers(), RecordHeaders.REASON))
          .hasValue(reason);
      assertThat(header(deadLetters.get(0), "__streams.errors.message")).contains(field);
    } else {
      assertThat(types.read("orders.dlq")).isEmpty();
      assertThat(only("orders", order).get(field)).isEqualTo(read);
    }
  }

  /** A field and a value that its own schema does not allow, though Avro's bytes can hold it. */
  static Stream<Arguments> beyond() {
    return Stream.of(
        Arguments.of("amount", bytes("123456789.01")),
        Arguments.of("amount", bytes("-99999999.99")),
        Arguments.of("amount", ByteBuffer.allocate(0)),
        Arguments.of("due_at", NOW * 1_000_000),
        Arguments.of("due_at", Long.MIN_VALUE));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("beyond")
  void aValueBeyondItsOwnSchemaIsADeadLetterAtOnce(String field, Object value) {
    produce("orders", "orders-value", order(order).set(field, value).build());

    assertThat(types.read("orders.valid")).isEmpty();
    List<TestRecord<byte[], byte[]>> deadLetters = types.read("orders.dlq");
    assertThat(deadLetters).hasSize(1);
    assertThat(RecordHeaders.get(deadLetters.get(0).headers(), RecordHeaders.REASON))
        .hasValue("NOT_THE_SCHEMA");
    assertThat(header(deadLetters.get(0), "__streams.errors.message")).startsWith(field);
  }

  @Test
  void aDecimalInAListIsHeldAgainstItsPrecisionToo() {
    Schema line = order.getField("lines").schema().getElementType();
    Schema price = line.getField("price").schema();
    byte[] tooMany = ByteBuffer.allocate(8).putLong(1_000_000_000).array();
    GenericRecord bad =
        new GenericRecordBuilder(line).set("price", new GenericData.Fixed(price, tooMany)).build();

    produce("orders", "orders-value", order(order).set("lines", List.of(bad)).build());

    assertThat(types.read("orders.valid")).isEmpty();
    assertThat(types.read("orders.dlq"))
        .singleElement()
        .satisfies(
            deadLetter ->
                assertThat(header(deadLetter, "__streams.errors.message"))
                    .isEqualTo("lines[0].price has more digits than decimal(9, 2) holds"));
  }

  @Test
  void aListOfNineHundredRecordsIsRefusedAndOneOfNinetyEightPasses() {
    byte[] good = nested(98);
    types.produce("orders", good, Map.of());
    types.produce("orders", nested(900), Map.of());

    assertThat(types.read("orders.valid"))
        .singleElement()
        .extracting(TestRecord::value)
        .isEqualTo(good);
    assertThat(types.read("orders.dlq"))
        .singleElement()
        .satisfies(
            deadLetter ->
                assertThat(header(deadLetter, "__streams.errors.message"))
                    .contains("nested more than 100 levels deep"));
  }

  /** An order with records of a chain, in bytes. */
  private byte[] nested(int length) {
    Schema node = order.getField("root").schema().getTypes().get(1);
    GenericRecord one = new GenericRecordBuilder(node).set("v", 1).build();
    byte[] value =
        types.codec.encode(
            types.registry.register("orders.valid-value", order),
            order(order).set("root", one).build());
    // It ends with: branch 1, v, branch 0 for the end of the chain, no lines.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(value, 0, value.length - 4);
    for (int i = 0; i < length; i++) {
      bytes.write(2);
      bytes.write(2);
    }
    bytes.write(0);
    bytes.write(0);
    return bytes.toByteArray();
  }

  @Test
  void aTextIsNoDecimalOfAChangedRow() {
    change(with(row, "price", "[\"null\", \"string\"]"), "12.34");

    assertThat(types.read("rows.valid")).isEmpty();
    assertThat(types.read("rows.dlq"))
        .singleElement()
        .satisfies(
            deadLetter -> {
              assertThat(RecordHeaders.get(deadLetter.headers(), RecordHeaders.REASON))
                  .hasValue("INCOMPATIBLE_SCHEMA");
              assertThat(header(deadLetter, "__streams.errors.message"))
                  .contains("price: string cannot be read as decimal(12, 2)");
            });
  }

  @Test
  void debeziumsOwnNamesOfTypesSayWhatANumberCounts() {
    Schema micros =
        with(
            with(
                row,
                "updated_at",
                "{\"type\": \"long\", \"connect.version\": 1, \"connect.name\":"
                    + " \"io.debezium.time.MicroTimestamp\"}"),
            "born",
            "[\"null\", {\"type\": \"int\", \"connect.name\": \"io.debezium.time.Date\"}]");
    Schema envelope = envelope(micros);
    GenericRecord after =
        new GenericRecordBuilder(micros)
            .set("id", 7L)
            .set("price", bytes("12.34"))
            .set("updated_at", NOW * 1_000)
            .set("born", 20_000)
            .build();
    produce(
        "rows",
        "rows-value",
        new GenericRecordBuilder(envelope)
            .set("op", "c")
            .set("ts_ms", NOW)
            .set("after", after)
            .build());

    assertThat(types.read("rows.dlq")).isEmpty();
    GenericRecord read = only("rows", row);
    assertThat(read.get("updated_at")).isEqualTo(NOW);
    assertThat(read.get("born")).isEqualTo(20_000);
    assertThat(read.get("seen_at")).as("the envelope's ts_ms").isEqualTo(NOW * 1_000);
  }

  /** A field, Debezium's type of it, the value, what it is then; null: refused. */
  static Stream<Arguments> named() {
    return Stream.of(
        Arguments.of("born", text("IsoDate"), "2024-10-04Z", 20_000),
        Arguments.of("at", text("IsoTime"), "12:00:00.5Z", 43_200_500),
        Arguments.of("at", number("NanoTime"), 43_200_000_000_000L, 43_200_000),
        Arguments.of("at", number("NanoTime"), 43_200_000_000_001L, null),
        Arguments.of(
            "updated_at", text("ZonedTimestamp"), "2026-03-01T13:00:00.5+01:00", NOW + 500),
        Arguments.of("updated_at", text("ZonedTimestamp"), "2026-03-01T12:00:00.0005Z", null),
        Arguments.of("updated_at", text("ZonedTimestamp"), "infinity", null),
        Arguments.of("updated_at", text("IsoTimestamp"), "2026-03-01T12:00:00Z", NOW),
        Arguments.of("local", text("IsoTimestamp"), "2026-03-01T12:00:00Z", NOW * 1_000),
        Arguments.of("local", text("ZonedTimestamp"), "2026-03-01T12:00:00Z", null),
        Arguments.of(
            "note", text("ZonedTimestamp"), "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
        Arguments.of(
            "born",
            "{\"type\": \"int\", \"connect.name\": \"org.apache.kafka.connect.data.Date\"}",
            20_000,
            20_000),
        Arguments.of("price", VARIABLE_SCALE, variable(3, "12.340"), bytes("12.34")),
        Arguments.of("price", VARIABLE_SCALE, variable(3, "12.345"), null),
        Arguments.of(
            "price",
            "{\"type\": \"bytes\", \"connect.name\": \"org.apache.kafka.connect.data.Decimal\","
                + " \"connect.parameters\": {\"scale\": \"4\"}}",
            bytes("12.3400"),
            bytes("12.34")));
  }

  @ParameterizedTest(name = "{0} written as {1}: {2}")
  @MethodSource("named")
  void aTypeOfARowIsReadByItsNameInKafkaConnect(
      String field, String type, Object value, @Nullable Object read) {
    Schema written = with(row, field, "[\"null\", %s]".formatted(type));

    changeOf(
        new GenericRecordBuilder(written)
            .set("id", 7L)
            .set("updated_at", NOW)
            .set(field, value)
            .build());

    if (read == null) {
      assertThat(types.read("rows.valid")).isEmpty();
      assertThat(types.read("rows.dlq"))
          .singleElement()
          .satisfies(
              deadLetter -> {
                assertThat(RecordHeaders.get(deadLetter.headers(), RecordHeaders.REASON))
                    .hasValue("NOT_THE_SCHEMA");
                assertThat(header(deadLetter, "__streams.errors.message"))
                    .startsWith(field + " is ");
              });
    } else {
      assertThat(types.read("rows.dlq")).isEmpty();
      assertThat(only("rows", row).get(field)).isEqualTo(read);
    }
  }

  @Test
  void aTextIsADecimalWhereTheContractSaysThatTextsAreDigits() {
    Schema written = with(row, "price", "[\"null\", \"string\"]");
    GenericRecord after =
        new GenericRecordBuilder(written)
            .set("id", 7L)
            .set("price", "12.34")
            .set("updated_at", NOW)
            .build();

    produce("rows_of_digits", "rows-value", envelope(after, "12:00"));

    assertThat(types.read("rows_of_digits.dlq")).isEmpty();
    assertThat(only("rows_of_digits", row).get("price")).isEqualTo(bytes("12.34"));
  }

  @Test
  void aPartOfTheEnvelopeIsWhatItsTypeSays() {
    Schema source =
        new Schema.Parser()
            .parse(
                "{\"type\": \"record\", \"name\": \"Source\", \"fields\": [{\"name\": \"at\","
                    + " \"type\": {\"type\": \"long\", \"connect.name\":"
                    + " \"io.debezium.time.MicroTime\"}}, {\"name\": \"note\", \"type\": [\"null\","
                    + " \"bytes\", {\"type\": \"array\", \"items\": \"int\"}]}]}");
    GenericRecord after =
        new GenericRecordBuilder(row).set("id", 7L).set("updated_at", NOW).build();

    for (Object note : List.of(ByteBuffer.wrap(new byte[] {65}), List.of(1, 2))) {
      produce(
          "rows",
          "rows-value",
          envelope(
              after,
              new GenericRecordBuilder(source)
                  .set("at", 43_200_000_000L)
                  .set("note", note)
                  .build()));
    }
    produce(
        "rows",
        "rows-value",
        envelope(
            after,
            new GenericRecordBuilder(source).set("at", 43_200_000_000L).set("note", null).build()));

    assertThat(types.read("rows.dlq"))
        .extracting(deadLetter -> header(deadLetter, "__streams.errors.message"))
        .satisfiesExactly(
            bytes -> assertThat(bytes).startsWith("note is the text"),
            list -> assertThat(list).startsWith("note is a list"));
    assertThat(only("rows", row).get("at")).isEqualTo(43_200_000);
  }

  private static final String VARIABLE_SCALE =
      "{\"type\": \"record\", \"name\": \"VariableScaleDecimal\", \"namespace\":"
          + " \"io.debezium.data\", \"connect.name\": \"io.debezium.data.VariableScaleDecimal\","
          + " \"fields\": [{\"name\": \"scale\", \"type\": \"int\"}, {\"name\": \"value\","
          + " \"type\": \"bytes\"}]}";

  private static GenericRecord variable(int scale, String number) {
    return new GenericRecordBuilder(new Schema.Parser().parse(VARIABLE_SCALE))
        .set("scale", scale)
        .set("value", bytes(number))
        .build();
  }

  private static String text(String name) {
    return "{\"type\": \"string\", \"connect.name\": \"io.debezium.time.%s\"}".formatted(name);
  }

  private static String number(String name) {
    return "{\"type\": \"long\", \"connect.name\": \"io.debezium.time.%s\"}".formatted(name);
  }

  private void changeOf(GenericRecord after) {
    produce(
        "rows",
        "rows-value",
        new GenericRecordBuilder(envelope(after.getSchema()))
            .set("op", "c")
            .set("ts_ms", NOW)
            .set("after", after)
            .build());
  }

  private static GenericRecord envelope(GenericRecord after, Object source) {
    Schema plain = envelope(after.getSchema());
    List<Schema.Field> fields =
        new ArrayList<>(
            plain.getFields().stream().map(f -> new Schema.Field(f, f.schema())).toList());
    fields.add(
        new Schema.Field(
            "source",
            source instanceof GenericRecord record
                ? record.getSchema()
                : Schema.create(Schema.Type.STRING)));
    Schema envelope = Schema.createRecord("Envelope", null, "db.shop", false, fields);
    return new GenericRecordBuilder(envelope)
        .set("op", "c")
        .set("ts_ms", NOW)
        .set("after", after)
        .set("source", source)
        .build();
  }

  private void change(Schema written, Object price) {
    GenericRecord after =
        new GenericRecordBuilder(written)
            .set("id", 7L)
            .set("price", price)
            .set("updated_at", NOW)
            .build();
    produce(
        "rows",
        "rows-value",
        new GenericRecordBuilder(envelope(written))
            .set("op", "c")
            .set("ts_ms", NOW)
            .set("after", after)
            .build());
  }

  private static Schema envelope(Schema row) {
    return Schema.createRecord(
        "Envelope",
        null,
        "db.shop",
        false,
        List.of(
            new Schema.Field("op", Schema.create(Schema.Type.STRING)),
            new Schema.Field("ts_ms", Schema.create(Schema.Type.LONG)),
            new Schema.Field(
                "after",
                Schema.createUnion(Schema.create(Schema.Type.NULL), row),
                null,
                Schema.Field.NULL_DEFAULT_VALUE)));
  }

  private void produce(String event, String subject, GenericRecord value) {
    types.produce(
        event,
        types.codec.encode(types.registry.register(subject, value.getSchema()), value),
        Map.of());
  }

  private GenericRecord only(String event, Schema schema) {
    List<TestRecord<byte[], byte[]>> valid = types.read(event + ".valid");
    assertThat(valid).hasSize(1);
    return types.codec.decode(valid.get(0).value(), schema);
  }

  private static GenericRecordBuilder order(Schema schema) {
    return new GenericRecordBuilder(schema)
        .set("id", "o-1")
        .set("customer", "c1")
        .set("ts", NOW)
        .set("amount", bytes("12.34"))
        .set("weight", 1.5);
  }

  /** The same record with another type for one field. */
  private static Schema with(Schema record, String name, String type) {
    List<Schema.Field> fields =
        record.getFields().stream()
            .map(
                field ->
                    field.name().equals(name)
                        ? new Schema.Field(name, new Schema.Parser().parse(type))
                        : new Schema.Field(field, field.schema()))
            .toList();
    return Schema.createRecord(record.getName(), null, record.getNamespace(), false, fields);
  }

  private static String decimal(int precision, int scale) {
    return "{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": %d, \"scale\": %d}"
        .formatted(precision, scale);
  }

  private static String moment(String name) {
    return "{\"type\": \"long\", \"logicalType\": \"%s\"}".formatted(name);
  }

  private static String optional(String name) {
    return "[\"null\", %s]".formatted(moment(name));
  }

  private static ByteBuffer bytes(String decimal) {
    return ByteBuffer.wrap(new BigDecimal(decimal).unscaledValue().toByteArray());
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
