package io.leat.features.offline.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a contract's records. Every field may be null here, also one that its contract wants a
 * value of: a row of a file has only what a service reads. One thread's.
 */
public final class EventCodec {
  private final Schema schema;
  private final GenericDatumWriter<GenericRecord> writer;
  private final GenericDatumReader<GenericRecord> reader;
  private final Schema nullable;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable BinaryEncoder encoder;
  private @Nullable BinaryDecoder decoder;

  /**
   * @param schema the contract's
   */
  public EventCodec(Schema schema) {
    this.schema = schema;
    this.nullable = nullable(schema);
    this.writer = new GenericDatumWriter<>(nullable);
    this.reader = new GenericDatumReader<>(nullable);
  }

  /** A record with the same fields, each of which may be null. */
  public static Schema nullable(Schema record) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      fields.add(new Schema.Field(field.name(), orNull(field.schema()), field.doc()));
    }
    return Schema.createRecord(
        record.getName(), record.getDoc(), record.getNamespace(), false, fields);
  }

  private static Schema orNull(Schema schema) {
    if (schema.isNullable()) {
      return schema;
    }
    List<Schema> branches = new ArrayList<>(List.of(Schema.create(Schema.Type.NULL)));
    branches.addAll(schema.isUnion() ? schema.getTypes() : List.of(schema));
    return Schema.createUnion(branches);
  }

  /** Takes a record whose fields stand in the contract's order. */
  public byte[] encode(GenericRecord event) {
    bytes.reset();
    encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
    try {
      writer.write(copy(event, nullable), encoder);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /** A record of the contract's schema. */
  public GenericRecord decode(byte[] value) {
    decoder = DecoderFactory.get().binaryDecoder(value, decoder);
    try {
      return copy(reader.read(null, decoder), schema);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  private static GenericRecord copy(GenericRecord from, Schema schema) {
    GenericRecord to = new GenericData.Record(schema);
    for (int i = 0; i < schema.getFields().size(); i++) {
      to.put(i, from.get(i));
    }
    return to;
  }
}
