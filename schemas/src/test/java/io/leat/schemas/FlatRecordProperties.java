package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Records of simple fields are read and written as Avro's own reader and writer do. */
class FlatRecordProperties {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Flat", "fields": [
                {"name": "text", "type": "string"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "count", "type": "int"},
                {"name": "maybe", "type": ["null", "string", "long"]},
                {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
                {"name": "raw", "type": "bytes"},
                {"name": "code", "type": {"type": "fixed", "name": "Code", "size": 3}},
                {"name": "yes", "type": "boolean"},
                {"name": "ratio", "type": "float"},
                {"name": "amount", "type": "double"},
                {"name": "nothing", "type": "null"}
              ]}""");

  private static final RegistryClient REGISTRY = new RegistryClient("mock://flat-records");
  private static final int ID = REGISTRY.register("flat-value", SCHEMA);

  private final AvroCodec codec = new AvroCodec(REGISTRY);

  @Property
  void aRecordIsReadAsAvroReadsIt(@ForAll long seed) throws IOException {
    byte[] value = avroEncoded(record(new Random(seed)));

    GenericRecord read = codec.decode(value, SCHEMA);

    assertThat(read).isInstanceOf(FlatRecord.class).isEqualTo(avroDecoded(value));
    assertThat(read.get("text")).isInstanceOf(String.class);
    assertThat(codec.encode(ID, read)).isEqualTo(value);
  }

  @Property
  void aChangedRecordIsWrittenAsAvroWritesIt(@ForAll long seed, @ForAll Set<Integer> changes)
      throws IOException {
    Random random = new Random(seed);
    GenericRecord read = codec.decode(avroEncoded(record(random)), SCHEMA);
    GenericRecord other = record(random);
    for (int change : changes) {
      int field = Math.floorMod(change, SCHEMA.getFields().size());
      if (change % 2 == 0) {
        read.put(field, other.get(field));
      } else {
        String name = SCHEMA.getFields().get(field).name();
        read.put(name, other.get(name));
      }
    }

    assertThat(codec.encode(ID, read)).isEqualTo(avroEncoded(read));
  }

  @Property
  void damagedBytesAreReadAsAvroReadsThemOrRefused(
      @ForAll long seed, @ForAll @IntRange(max = 1_000) int at, @ForAll byte damage)
      throws IOException {
    byte[] value = avroEncoded(record(new Random(seed)));
    value[5 + at % (value.length - 5)] = damage;

    GenericRecord expected;
    try {
      expected = avroDecoded(value);
    } catch (IOException | RuntimeException e) {
      assertThatThrownBy(() -> codec.decode(value, SCHEMA))
          .isInstanceOf(MalformedValueException.class);
      return;
    }
    try {
      assertThat(codec.decode(value, SCHEMA)).isEqualTo(expected);
    } catch (MalformedValueException e) {
      assertThat(e)
          .hasMessageMatching(
              "(?s).*(is no UTF-8|is no int|bytes are left|a boolean of byte|more than 64 bits).*");
    }
  }

  @Example
  void aRecordThatMustBeResolvedIsReadByAvro() {
    Schema writer = SchemaBuilder.record("R").fields().requiredInt("n").endRecord();
    Schema wanted = SchemaBuilder.record("R").fields().requiredLong("n").endRecord();
    int id = REGISTRY.register("resolved-value", writer);
    byte[] value = codec.encode(id, new GenericRecordBuilder(writer).set("n", 7).build());

    assertThat(codec.decode(value, wanted)).isNotInstanceOf(FlatRecord.class);
    assertThat(codec.decode(value, wanted).get("n")).isEqualTo(7L);
    assertThat(codec.decode(value, writer)).isInstanceOf(FlatRecord.class);
  }

  private static GenericRecord record(Random random) {
    byte[] raw = new byte[random.nextInt(20)];
    random.nextBytes(raw);
    byte[] code = new byte[3];
    random.nextBytes(code);
    int maybe = random.nextInt(3);
    return new GenericRecordBuilder(SCHEMA)
        .set("text", text(random))
        .set("at", random.nextLong() >> random.nextInt(Long.SIZE))
        .set("count", random.nextInt() >> random.nextInt(Integer.SIZE))
        .set("maybe", maybe == 0 ? null : maybe == 1 ? text(random) : (Object) random.nextLong())
        .set("kind", new GenericData.EnumSymbol(schema("kind"), random.nextBoolean() ? "A" : "B"))
        .set("raw", ByteBuffer.wrap(raw))
        .set("code", new GenericData.Fixed(schema("code"), code))
        .set("yes", random.nextBoolean())
        .set("ratio", random.nextFloat())
        .set("amount", random.nextGaussian())
        .set("nothing", null)
        .build();
  }

  private static Schema schema(String field) {
    return SCHEMA.getField(field).schema();
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(20), 1, 0x3000)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static byte[] avroEncoded(GenericRecord record) throws IOException {
    GenericRecord plain = new GenericData.Record((GenericData.Record) record, false);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(ID).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(SCHEMA).write(plain, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static GenericRecord avroDecoded(byte[] value) throws IOException {
    return new GenericDatumReader<GenericRecord>(SCHEMA)
        .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
  }
}
