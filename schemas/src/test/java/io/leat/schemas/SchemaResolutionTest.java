package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read as what, one pair of types a row, wherever the types stand. */
class SchemaResolutionTest {
  private static final String BYTES_9_2 = decimal("'bytes'", 9, 2);
  private static final String BYTES_9_4 = decimal("'bytes'", 9, 4);
  private static final String FIXED_9_2 = decimal("'fixed', 'name': 'D', 'size': 5", 9, 2);
  private static final String FIXED_9_4 = decimal("'fixed', 'name': 'E', 'size': 4", 9, 4);
  private static final String DATE = logical("int", "date");
  private static final String TIME_MS = logical("int", "time-millis");
  private static final String TIME_US = logical("long", "time-micros");
  private static final String MS = logical("long", "timestamp-millis");
  private static final String US = logical("long", "timestamp-micros");
  private static final String NS = logical("long", "timestamp-nanos");
  private static final String LOCAL_MS = logical("long", "local-timestamp-millis");
  private static final String LOCAL_US = logical("long", "local-timestamp-micros");
  private static final String LOCAL_NS = logical("long", "local-timestamp-nanos");
  private static final String UUID = logical("string", "uuid");
  private static final String UUID_16 =
      "{'type': 'fixed', 'name': 'U', 'size': 16, 'logicalType': 'uuid'}";
  private static final String DURATION =
      "{'type': 'fixed', 'name': 'P', 'size': 12, 'logicalType': 'duration'}";
  private static final String TWELVE = "{'type': 'fixed', 'name': 'P', 'size': 12}";
  private static final String A_UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

  /**
   * A pair of types.
   *
   * @param value as the writer has it; null where nothing is read
   * @param read what it is read as; or {@link Lost}, or {@link Apart}
   */
  private record Row(String writer, @Nullable Object value, String reader, Object read) {}

  /** The types go together, this value does not. */
  private record Lost(String message) {}

  /** The types do not go together. */
  private record Apart(String message) {}

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    // Decimals.
    rows.add(new Row(BYTES_9_2, number(1234), BYTES_9_2, number(1234)));
    rows.add(new Row(BYTES_9_2, number(1234), BYTES_9_4, number(123400)));
    rows.add(new Row(BYTES_9_2, number(-1234), BYTES_9_4, number(-123400)));
    rows.add(new Row(BYTES_9_2, number(1234), decimal("'bytes'", 12, 2), number(1234)));
    rows.add(new Row(BYTES_9_4, null, BYTES_9_2, new Apart("digits behind the point")));
    rows.add(new Row(FIXED_9_4, null, BYTES_9_2, new Apart("digits behind the point")));
    rows.add(
        new Row(BYTES_9_2, number(-1), FIXED_9_2, fixed(FIXED_9_2, 0xff, 0xff, 0xff, 0xff, 0xff)));
    rows.add(new Row(FIXED_9_2, fixed(FIXED_9_2, 0, 0, 0, 1, 2), BYTES_9_2, number(258)));
    rows.add(
        new Row(
            FIXED_9_2, fixed(FIXED_9_2, 0, 0, 0, 0, 7), FIXED_9_4, fixed(FIXED_9_4, 0, 0, 2, 188)));
    rows.add(new Row(BYTES_9_2, number(1L << 40), FIXED_9_4, new Lost("more than 4 bytes")));
    rows.add(new Row(BYTES_9_2, ByteBuffer.allocate(0), BYTES_9_4, new Lost("no bytes")));
    rows.add(new Row("'string'", null, BYTES_9_2, new Apart("does not declare")));
    rows.add(new Row("'bytes'", null, BYTES_9_2, new Apart("does not declare")));
    rows.add(new Row("'double'", null, BYTES_9_2, new Apart("does not declare")));
    rows.add(new Row(BYTES_9_2, null, "'bytes'", new Apart("would be lost")));
    rows.add(new Row(BYTES_9_2, null, "'string'", new Apart("would be lost")));
    rows.add(
        new Row(
            BYTES_9_2, null, MS, new Apart("decimal(9, 2) cannot be read as timestamp-millis")));
    // Moments.
    rows.add(new Row(US, 1_764_324_000_000_000L, MS, 1_764_324_000_000L));
    rows.add(new Row(US, -1_000L, MS, -1L));
    rows.add(new Row(US, 1_764_324_000_000_001L, MS, new Lost("a digit would be lost")));
    rows.add(new Row(US, -1L, MS, new Lost("a digit would be lost")));
    rows.add(new Row(MS, 1_764_324_000_000L, US, 1_764_324_000_000_000L));
    rows.add(new Row(MS, Long.MAX_VALUE / 500, US, new Lost("too large")));
    rows.add(new Row(MS, Long.MIN_VALUE, US, new Lost("too large")));
    rows.add(new Row(NS, 5_000_000L, MS, 5L));
    rows.add(new Row(NS, 5_000_001L, US, new Lost("a digit would be lost")));
    rows.add(new Row(MS, 5L, NS, 5_000_000L));
    rows.add(new Row(US, 5L, NS, 5_000L));
    rows.add(new Row(LOCAL_US, 5_000L, LOCAL_MS, 5L));
    rows.add(new Row(LOCAL_MS, 5L, LOCAL_NS, 5_000_000L));
    rows.add(new Row(LOCAL_NS, 5_001L, LOCAL_US, new Lost("a digit would be lost")));
    rows.add(new Row(TIME_US, 86_399_999_000L, TIME_MS, 86_399_999));
    rows.add(new Row(TIME_US, 1L, TIME_MS, new Lost("a digit would be lost")));
    rows.add(new Row(TIME_US, Long.MAX_VALUE / 1_000 * 1_000, TIME_MS, new Lost("too large")));
    rows.add(new Row(TIME_MS, 5, TIME_US, 5_000L));
    rows.add(new Row(DATE, 20_000, DATE, 20_000));
    for (String moment :
        List.of(DATE, TIME_MS, TIME_US, MS, US, NS, LOCAL_MS, LOCAL_US, LOCAL_NS)) {
      String plain = moment.contains("'int'") ? "'int'" : "'long'";
      rows.add(new Row(plain, null, moment, new Apart("does not declare")));
      rows.add(new Row(moment, null, plain, new Apart("would be lost")));
      rows.add(new Row(moment, null, "'double'", new Apart("would be lost")));
    }
    rows.add(new Row("'int'", null, MS, new Apart("does not declare")));
    rows.add(new Row(DATE, null, "'long'", new Apart("would be lost")));
    rows.add(new Row(DATE, null, MS, new Apart("date cannot be read as timestamp-millis")));
    rows.add(new Row(MS, null, LOCAL_MS, new Apart("cannot be read as local-timestamp-millis")));
    rows.add(new Row(LOCAL_US, null, US, new Apart("cannot be read as timestamp-micros")));
    rows.add(new Row(TIME_US, null, US, new Apart("cannot be read as timestamp-micros")));
    rows.add(new Row(TIME_MS, null, DATE, new Apart("time-millis cannot be read as date")));
    // UUIDs and durations.
    rows.add(new Row(UUID, A_UUID, "'string'", A_UUID));
    rows.add(new Row("'string'", A_UUID, UUID, A_UUID));
    rows.add(new Row(UUID, A_UUID, UUID_16, uuid()));
    rows.add(new Row(UUID, "1-1-1-1-1", UUID_16, new Lost("is no UUID")));
    rows.add(new Row(UUID_16, uuid(), UUID, A_UUID));
    rows.add(new Row("'bytes'", null, UUID, new Apart("does not declare")));
    rows.add(new Row(UUID, null, "'bytes'", new Apart("would be lost")));
    rows.add(new Row(DURATION, twelve(DURATION), DURATION, twelve(DURATION)));
    rows.add(new Row(TWELVE, null, DURATION, new Apart("does not declare")));
    rows.add(new Row(DURATION, null, TWELVE, new Apart("would be lost")));
    // Plain types.
    rows.add(new Row("'int'", 7, "'long'", 7L));
    rows.add(new Row("'int'", 7, "'double'", 7.0));
    rows.add(new Row("'int'", 1 << 24, "'float'", 16_777_216f));
    rows.add(new Row("'int'", (1 << 24) + 1, "'float'", new Lost("no float holds")));
    rows.add(new Row("'int'", Integer.MAX_VALUE, "'float'", new Lost("no float holds")));
    rows.add(new Row("'long'", 1L << 53, "'double'", 0x1p53));
    rows.add(new Row("'long'", (1L << 53) + 1, "'double'", new Lost("no double holds")));
    rows.add(new Row("'long'", Long.MAX_VALUE, "'double'", new Lost("no double holds")));
    rows.add(new Row("'long'", Long.MAX_VALUE, "'float'", new Lost("no float holds")));
    rows.add(new Row("'long'", Long.MIN_VALUE, "'double'", -0x1p63));
    rows.add(new Row("'float'", 0.1f, "'double'", (double) 0.1f));
    rows.add(
        new Row(
            "'string'", "é", "'bytes'", ByteBuffer.wrap(new byte[] {(byte) 0xC3, (byte) 0xA9})));
    rows.add(
        new Row(
            "'bytes'", ByteBuffer.wrap(new byte[] {(byte) 0xC3, (byte) 0xA9}), "'string'", "é"));
    rows.add(
        new Row(
            "'bytes'",
            ByteBuffer.wrap(new byte[] {(byte) 0xC3}),
            "'string'",
            new Lost("no UTF-8")));
    rows.add(new Row("'double'", null, "'long'", new Apart("double cannot be read as long")));
    return rows;
  }

  /** Each row as a field, where it may be null, in a list, a map, and a record in a record. */
  static Stream<Arguments> everywhere() {
    return rows().stream()
        .flatMap(
            row ->
                Stream.of(
                        "%s",
                        "['null', %s]",
                        "{'type': 'array', 'items': %s}",
                        "{'type': 'map', 'values': ['null', %s]}",
                        "{'type': 'record', 'name': 'Inner', 'fields': [{'name': 'in', 'type': %s}]}")
                    .map(place -> Arguments.of(row.writer(), row.reader(), place, row)));
  }

  @ParameterizedTest(name = "{0} as {1} in {2}")
  @MethodSource("everywhere")
  void isReadAsItMeansOrNotAtAll(String from, String to, String place, Row row) {
    Schema writer = record(place.formatted(row.writer()));
    Schema reader = record(place.formatted(row.reader()));
    SchemaResolution resolution = SchemaResolution.of(writer, reader);
    if (row.read() instanceof Apart apart) {
      assertThat(resolution.problems()).hasSize(1);
      assertThat(resolution.sentence())
          .startsWith(place.contains("Inner") ? "f.in: " : "f: ")
          .contains(apart.message());
      assertThat(resolution.keepsBytes()).isFalse();
      return;
    }
    assertThat(resolution.problems()).isEmpty();
    RegistryClient registry = new RegistryClient("mock://resolution");
    AvroCodec codec = new AvroCodec(registry);
    GenericRecord written = new GenericData.Record(writer);
    written.put("f", within(place, Objects.requireNonNull(row.value()), writer));
    byte[] value = codec.encode(registry.register("r-value", writer), written);
    if (row.read() instanceof Lost lost) {
      assertThatThrownBy(() -> codec.decode(value, reader))
          .isInstanceOf(MalformedValueException.class)
          .hasMessageContaining(lost.message());
      return;
    }

    Object read = codec.decode(value, reader).get("f");

    assertThat(within(read)).isEqualTo(row.read());
    assertThat(resolution.keepsBytes())
        .as("only where nothing is converted")
        .isEqualTo(row.value().equals(row.read()));
  }

  private static Object within(String place, Object value, Schema writer) {
    if (place.contains("array")) {
      return List.of(value);
    }
    if (place.contains("map")) {
      return Map.of("k", value);
    }
    if (place.contains("Inner")) {
      GenericRecord inner = new GenericData.Record(writer.getField("f").schema());
      inner.put("in", value);
      return inner;
    }
    return value;
  }

  private static Object within(Object read) {
    return read instanceof List<?> list
        ? list.get(0)
        : read instanceof Map<?, ?> map
            ? map.get("k")
            : read instanceof IndexedRecord inner ? inner.get(0) : read;
  }

  @Test
  void ofAUnionTheBranchIsTakenThatMeansTheSame() {
    Schema writer = record("'int'");
    Schema dateFirst = record("['null', " + DATE + ", 'long']");
    Schema momentFirst = record("[" + MS + ", 'double']");
    RegistryClient registry = new RegistryClient("mock://branches");
    AvroCodec codec = new AvroCodec(registry);
    GenericRecord written = new GenericData.Record(writer);
    written.put("f", 7);
    byte[] value = codec.encode(registry.register("r-value", writer), written);

    assertThat(codec.decode(value, dateFirst).get("f")).isEqualTo(7L);
    assertThat(codec.decode(value, momentFirst).get("f")).isEqualTo(7.0);
    assertThat(SchemaResolution.of(writer, record("[" + DATE + ", 'string']")).sentence())
        .isEqualTo("f: int cannot be read as date or string");
    assertThat(
            SchemaResolution.of(writer, record("[" + DATE + ", " + MS + ", 'string']")).sentence())
        .isEqualTo("f: int cannot be read as date or timestamp-millis or string");
  }

  @Test
  void everyBranchOfAWritersUnionIsConvertedInItsOwnWay() {
    Schema writer = record("[" + DATE + ", " + US + ", 'string']");
    Schema reader = record("['string', " + MS + ", " + DATE + "]");
    RegistryClient registry = new RegistryClient("mock://writers-unions");
    AvroCodec codec = new AvroCodec(registry);
    int id = registry.register("r-value", writer);
    List<Object> read = new ArrayList<>();
    for (Object value : List.of(20_000, 5_000L, "x")) {
      GenericRecord written = new GenericData.Record(writer);
      written.put("f", value);
      read.add(codec.decode(codec.encode(id, written), reader).get("f"));
    }

    assertThat(read).containsExactly(20_000, 5L, "x");
    assertThat(SchemaResolution.of(writer, record("['string', " + MS + "]")).sentence())
        .isEqualTo("f: date cannot be read as string or timestamp-millis");
  }

  @Test
  void aTypeThatDoesNotFitIsFoundInTimeHoweverOftenItIsUsed() {
    String inner = "'bytes'";
    String innerRead = BYTES_9_2;
    for (int i = 0; i < 25; i++) { // each used twice: 2^25 places
      inner = twice(i, inner);
      innerRead = twice(i, innerRead);
    }

    assertThat(SchemaResolution.of(record(inner), record(innerRead)).problems()).isNotEmpty();
  }

  private static String twice(int i, String type) {
    String again = type.startsWith("{'type': 'record'") ? "'N%d'".formatted(i - 1) : type;
    return "{'type': 'record', 'name': 'N%d', 'fields': [{'name': 'a', 'type': %s}, {'name': 'b', 'type': %s}]}"
        .formatted(i, type, again);
  }

  @Test
  void valuesNestedToTheBoundAreReadAndDeeperOnesRefused() {
    Schema node = record("['null', 'R']");
    RegistryClient registry = new RegistryClient("mock://nesting");
    AvroCodec codec = new AvroCodec(registry);
    int id = registry.register("r-value", node);
    GenericRecord deepest = nested(node, Nesting.MOST_LEVELS);

    assertThat(codec.decode(codec.encode(id, deepest), node)).isEqualTo(deepest);
    assertThat(ValueCheck.of(node).problems(deepest)).isEmpty();
    for (int levels : List.of(Nesting.MOST_LEVELS + 1, 900)) {
      GenericRecord deeper = nested(node, levels);
      byte[] value = new byte[WireFormat.HEADER_LENGTH + levels];
      Arrays.fill(value, WireFormat.HEADER_LENGTH, value.length - 1, (byte) 2); // one more within
      ByteBuffer.wrap(value).putInt(1, id);
      assertThatThrownBy(() -> codec.decode(value, node))
          .isInstanceOf(MalformedValueException.class)
          .hasMessageContaining("nested more than 100 levels deep");
      assertThat(ValueCheck.of(node).problems(deeper))
          .singleElement()
          .asString()
          .contains("is nested deeper; expected at most 100 levels");
    }
  }

  private static GenericRecord nested(Schema node, int levels) {
    GenericRecord record = new GenericData.Record(node);
    for (int i = 1; i < levels; i++) {
      GenericRecord outer = new GenericData.Record(node);
      outer.put("f", record);
      record = outer;
    }
    return record;
  }

  private static String logical(String type, String name) {
    return "{'type': '%s', 'logicalType': '%s'}".formatted(type, name);
  }

  private static String decimal(String type, int precision, int scale) {
    return "{'type': %s, 'logicalType': 'decimal', 'precision': %d, 'scale': %d}"
        .formatted(type, precision, scale);
  }

  private static ByteBuffer number(long unscaled) {
    return ByteBuffer.wrap(BigInteger.valueOf(unscaled).toByteArray());
  }

  private static GenericFixed fixed(String type, int... bytes) {
    byte[] copy = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      copy[i] = (byte) bytes[i];
    }
    return new GenericData.Fixed(new Schema.Parser().parse(type.replace('\'', '"')), copy);
  }

  private static GenericFixed uuid() {
    return fixed(
        UUID_16, 0x3f, 0x25, 4, 0xe0, 0x4f, 0x89, 0x41, 0xd3, 0x9a, 0x0c, 3, 5, 0xe8, 0x2c, 0x33,
        1);
  }

  private static GenericFixed twelve(String type) {
    return fixed(type, Arrays.copyOf(new int[] {1, 2, 3}, 12));
  }

  private static Schema record(String type) {
    return new Schema.Parser()
        .parse(
            "{'type': 'record', 'name': 'R', 'fields': [{'name': 'f', 'type': %s}]}"
                .formatted(type)
                .replace('\'', '"'));
  }
}
