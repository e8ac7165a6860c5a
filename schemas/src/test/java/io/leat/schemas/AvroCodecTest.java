package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.records.FeatureVector;
import io.leat.schemas.MalformedValueException.Kind;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AvroCodecTest {
  private static final Schema PAYMENT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "fields": [
                {"name": "id", "type": "string"},
                {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "tags", "type": {"type": "array", "items": "string"}},
                {"name": "amount", "type": "double"}
              ]}""");

  private static final RegistryClient REGISTRY = new RegistryClient("mock://avro-codec");
  private static final int PAYMENT_ID = REGISTRY.register("payments-value", PAYMENT);

  private final AvroCodec codec = new AvroCodec(REGISTRY);

  static Stream<Arguments> badValues() {
    byte[] good = new AvroCodec(REGISTRY).encode(PAYMENT_ID, payment("p", 1.0));
    byte[] unknown = good.clone();
    ByteBuffer.wrap(unknown).putInt(1, 999_999);
    byte[] unframed = good.clone();
    unframed[0] = 1;
    return Stream.of(
        Arguments.of("empty", Kind.NOT_FRAMED, new byte[0]),
        Arguments.of("too short for a schema id", Kind.NOT_FRAMED, new byte[] {0, 0, 0, 1}),
        Arguments.of("another first byte", Kind.NOT_FRAMED, unframed),
        Arguments.of("plain text", Kind.NOT_FRAMED, "{\"id\": 1}".getBytes(UTF_8)),
        Arguments.of("unknown schema id", Kind.UNKNOWN_SCHEMA, unknown),
        Arguments.of("nothing after the header", Kind.NOT_THE_SCHEMA, Arrays.copyOf(good, 5)),
        Arguments.of("its end missing", Kind.NOT_THE_SCHEMA, Arrays.copyOf(good, good.length - 1)),
        Arguments.of(
            "bytes behind its end", Kind.TRAILING_BYTES, Arrays.copyOf(good, good.length + 1)),
        Arguments.of(
            "string of a gigabyte", Kind.NOT_THE_SCHEMA, framed(0x80, 0x80, 0x80, 0x80, 0x08)),
        Arguments.of("string of negative length", Kind.NOT_THE_SCHEMA, framed(0x01)),
        Arguments.of(
            "array of a thousand million",
            Kind.NOT_THE_SCHEMA,
            framed(0x02, 'p', 0x02, 0x80, 0xa8, 0xd6, 0xb9, 0x07)),
        Arguments.of(
            "number that never ends",
            Kind.NOT_THE_SCHEMA,
            framed(0x02, 'p', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badValues")
  void badValueIsRefusedAndLeavesNothingBehindForTheNext(String name, Kind kind, byte[] bad) {
    GenericRecord first = payment("first", 1.5);
    GenericRecord third = payment("third", -2.5);
    GenericRecord fourth = payment("", 0.0);

    assertThat(decode(codec.encode(PAYMENT_ID, first))).isEqualTo(first);
    assertThatThrownBy(() -> decode(bad))
        .isInstanceOfSatisfying(
            MalformedValueException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageNotContaining("null");
    assertThat(decode(codec.encode(PAYMENT_ID, third))).isEqualTo(third);
    assertThat(decode(codec.encode(PAYMENT_ID, fourth))).isEqualTo(fourth);
  }

  @Test
  void recordThatCannotBeWrittenLeavesNothingBehindForTheNext() {
    GenericRecord broken = payment("this one has no amount", 0.0);
    broken.put("amount", null);
    GenericRecord good = payment("good", 1.0);

    assertThatThrownBy(() -> codec.encode(PAYMENT_ID, broken)).isInstanceOf(RuntimeException.class);

    assertThat(decode(codec.encode(PAYMENT_ID, good))).isEqualTo(good);
  }

  @Test
  void olderWritersValueIsReadAsTheWantedSchema() {
    Schema older =
        SchemaBuilder.record("Payment")
            .fields()
            .requiredString("id")
            .requiredInt("amount")
            .requiredString("forgotten")
            .endRecord();
    Schema newer =
        SchemaBuilder.record("Payment")
            .fields()
            .requiredString("id")
            .name("currency")
            .type()
            .stringType()
            .stringDefault("EUR")
            .requiredDouble("amount")
            .endRecord();
    int id = REGISTRY.register("older-value", older);
    byte[] value =
        codec.encode(
            id,
            new GenericRecordBuilder(older)
                .set("id", "p")
                .set("amount", 3)
                .set("forgotten", "x")
                .build());

    GenericRecord read = codec.decode(value, newer);

    assertThat(read.getSchema()).isEqualTo(newer);
    assertThat(read.get("id")).isEqualTo("p");
    assertThat(read.get("currency")).isEqualTo("EUR");
    assertThat(read.get("amount")).isEqualTo(3.0);
    assertThat(codec.writerSchema(value)).isEqualTo(older);
  }

  @Test
  void schemaThatCannotBeReadAsTheWantedOneIsRefused() {
    Schema wanted = SchemaBuilder.record("Payment").fields().requiredLong("id").endRecord();

    assertThatThrownBy(() -> codec.decode(codec.encode(PAYMENT_ID, payment("p", 1.0)), wanted))
        .isInstanceOfSatisfying(
            MalformedValueException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_THE_SCHEMA))
        .hasMessageContaining("schema id " + PAYMENT_ID);
  }

  @Test
  void textIsReadAsStringsAndTimesAsMilliseconds() {
    GenericRecord read = decode(codec.encode(PAYMENT_ID, payment("p", 1.0)));

    assertThat(read.get("id")).isInstanceOf(String.class);
    assertThat((List<?>) read.get("tags")).hasOnlyElementsOfType(String.class);
    assertThat(read.get("paid_at")).isEqualTo(1_793_536_496_789L);
  }

  @Test
  void valueNestedWithoutEndIsRefused() {
    Schema chain =
        new Schema.Parser()
            .parse(
                "{\"type\": \"record\", \"name\": \"Chain\", \"fields\": [{\"name\": \"next\", \"type\": [\"null\", \"Chain\"]}]}");
    int id = REGISTRY.register("chain-value", chain);
    byte[] value = new byte[2_000_000];
    Arrays.fill(value, (byte) 2); // the union's second branch, again and again
    ByteBuffer.wrap(value).put((byte) 0).putInt(id);

    assertThatThrownBy(() -> codec.decode(value, chain))
        .isInstanceOfSatisfying(
            MalformedValueException.class,
            e -> assertThat(e.kind()).isEqualTo(Kind.NOT_THE_SCHEMA));
  }

  @Test
  void vectorIsReadWithTheNamesOfItsSchemaAsAFeatureVector() {
    Schema schema = FeatureVectorSchema.of(List.of("a", "b", "c", "d", "e"));
    int id = REGISTRY.register("features.fraud-value", schema);
    FeatureVector vector = Samples.featureVector();

    byte[] value = codec.encode(id, vector);

    assertThat(codec.decode(value, FeatureVector.class)).isEqualTo(vector);
    assertThat(FeatureVectorSchema.names(codec.writerSchema(value)))
        .containsExactly("a", "b", "c", "d", "e");
  }

  @Test
  void bytesOfAGenericRecordAndOfAGeneratedOneAreTheSame() {
    FeatureVector vector = Samples.featureVector();
    GenericData.Record generic = new GenericData.Record(vector.getSchema());
    vector.getSchema().getFields().forEach(f -> generic.put(f.name(), vector.get(f.pos())));
    generic.put("event_time", vector.getEventTime().toEpochMilli());
    generic.put(
        "event_time_micros", ChronoUnit.MICROS.between(Instant.EPOCH, vector.getEventTimeMicros()));
    generic.put("keys", Map.copyOf(vector.getKeys()));

    assertThat(codec.encode(7, generic)).isEqualTo(codec.encode(7, vector));
  }

  @Test
  void unknownSchemaIdIsAskedForAgain() {
    RegistryClient registry = new RegistryClient("mock://asked-again");
    AvroCodec other = new AvroCodec(registry);
    byte[] value = other.encode(1, payment("p", 1.0));
    assertThatThrownBy(() -> other.decode(value, PAYMENT))
        .isInstanceOf(MalformedValueException.class);

    assertThat(registry.register("payments-value", PAYMENT)).isEqualTo(1);

    assertThatCode(() -> other.decode(value, PAYMENT)).doesNotThrowAnyException();
  }

  private GenericRecord decode(byte[] value) {
    return codec.decode(value, PAYMENT);
  }

  private static GenericRecord payment(String id, double amount) {
    return new GenericRecordBuilder(PAYMENT)
        .set("id", id)
        .set("paid_at", 1_793_536_496_789L)
        .set("tags", List.of("x"))
        .set("amount", amount)
        .build();
  }

  private static byte[] framed(int... avro) {
    ByteBuffer value = ByteBuffer.allocate(5 + avro.length).put((byte) 0).putInt(PAYMENT_ID);
    for (int b : avro) {
      value.put((byte) b);
    }
    return value.array();
  }
}
