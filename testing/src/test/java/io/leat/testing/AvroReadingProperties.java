package io.leat.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;

/** Records of every type are read as Avro's own reader reads them. */
class AvroReadingProperties {
  private final RegistryClient registry = new RegistryClient("mock://reading");
  private final AvroCodec codec = new AvroCodec(registry);

  @Property
  void aRecordIsReadAsItWasWritten(@ForAll long seed) throws IOException {
    RandomAvro random = new RandomAvro(seed);
    Schema schema = random.record();
    GenericRecord written = random.record(schema);
    int id = registry.register("r" + seed, schema);
    byte[] value = codec.encode(id, written);

    GenericRecord read = codec.decode(value, schema);

    assertThat(read).isEqualTo(written).isEqualTo(byAvro(value, schema, schema));
    assertThat(codec.decode(codec.encode(id, read), schema)).isEqualTo(read);
  }

  @Property
  void aRecordIsReadAsAnotherVersionAsAvroReadsIt(@ForAll long seed) throws IOException {
    RandomAvro random = new RandomAvro(seed);
    Schema writer = random.record();
    Schema reader = another(writer, new Random(seed));
    byte[] value = codec.encode(registry.register("r" + seed, writer), random.record(writer));

    assertThat(codec.decode(value, reader)).isEqualTo(byAvro(value, writer, reader));
  }

  @Property
  void aRecordThatEndsEarlyIsRefused(@ForAll long seed) {
    RandomAvro random = new RandomAvro(seed);
    Schema schema = random.record();
    byte[] value = codec.encode(registry.register("r" + seed, schema), random.record(schema));
    byte[] cut = Arrays.copyOf(value, Math.max(5, value.length - 1));

    if (cut.length < value.length) {
      assertThatThrownBy(() -> codec.decode(cut, schema))
          .isInstanceOf(MalformedValueException.class);
    }
  }

  /** Fields in another order, one less, one more. */
  private static Schema another(Schema writer, Random random) {
    List<Schema.Field> fields = new ArrayList<>();
    writer.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    Collections.shuffle(fields, random);
    fields.remove(0);
    Schema list = Schema.createArray(Schema.create(Schema.Type.LONG));
    fields.add(new Schema.Field("more", list, null, List.of(1L, 2L)));
    Schema reader = Schema.createRecord(writer.getName(), null, writer.getNamespace(), false);
    reader.setFields(fields);
    return reader;
  }

  private static GenericRecord byAvro(byte[] value, Schema writer, Schema reader)
      throws IOException {
    GenericData data = new GenericData();
    data.setFastReaderEnabled(false); // it does not ask for the class of strings
    return new GenericDatumReader<GenericRecord>(writer, reader, data) {
      @Override
      @SuppressWarnings("rawtypes") // as Avro declares it
      protected Class findStringClass(Schema schema) {
        return String.class;
      }
    }.read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
  }
}
