package io.leat.schemas;

import io.leat.records.DeadLetter;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.commons.io.output.UnsynchronizedByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes Confluent-framed Avro values. Not thread-safe: one a thread.
 *
 * <p>Generated records ({@code io.leat.records}) and generic records are both taken. A value
 * written with any registered schema is read as the wanted one by Avro's schema resolution; every
 * value is decoded from its own bytes alone, so a bad one leaves nothing behind for the next.
 * Generic records keep logical types as their raw longs and ints (a timestamp is milliseconds), and
 * strings as {@link String}.
 */
public final class AvroCodec {
  /** Package of the generated records. */
  private static final String RECORDS = DeadLetter.class.getPackageName();

  static {
    // What a length in the bytes may make Avro allocate before it looks whether so much is there.
    bound("org.apache.avro.limits.collectionItems.maxLength", Topics.LARGEST_RECORD);
    bound("org.apache.avro.limits.string.maxLength", 8 * Topics.LARGEST_RECORD);
    bound("org.apache.avro.limits.bytes.maxLength", 8 * Topics.LARGEST_RECORD);
    // Avro loads no class that a schema names unless it is trusted; ours are generated at build
    // time.
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(RECORDS)));
  }

  /** Sets a limit that nobody has set; Avro reads them once, when it first decodes. */
  private static void bound(String limit, int most) {
    if (System.getProperty(limit) == null) {
      System.setProperty(limit, Integer.toString(most));
    }
  }

  /**
   * Lets Avro make generated records ({@code io.leat.records}) in this JVM. Loading this class does
   * so already: only who has Avro copy or read such records by other means needs to call it.
   */
  public static void trustGeneratedRecords() {}

  private final RegistryClient registry;
  private final Map<ReaderKey, ValueReader> readers = new HashMap<>();

  /** What was asked for last, which is asked for again nearly always. */
  private int lastId;

  private @Nullable Schema lastWanted;
  private @Nullable ValueReader lastReader;
  private FlatRecord.@Nullable Writer writer;
  private final UnsynchronizedByteArrayOutputStream buffer =
      UnsynchronizedByteArrayOutputStream.builder().setBufferSize(512).get();
  private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(buffer, null);
  private BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(new byte[0], null);

  public AvroCodec(RegistryClient registry) {
    this.registry = registry;
  }

  /**
   * Decodes a value as a schema.
   *
   * @throws MalformedValueException if the bytes are not what they should be
   * @throws RegistryException if the registry could not be asked for the writer's schema
   */
  public GenericRecord decode(byte[] value, Schema wanted) {
    int id = framedId(value);
    if (id != lastId || !wanted.equals(lastWanted)) {
      lastReader =
          readers.computeIfAbsent(
              new ReaderKey(id, wanted), key -> genericReader(writerSchema(id), wanted));
      lastId = id;
      lastWanted = wanted;
    }
    return AvroCodec.<GenericRecord>read(value, Objects.requireNonNull(lastReader));
  }

  /** Decodes a value as one of the platform's own records; throws as {@link #decode} does. */
  public <T extends SpecificRecordBase> T decode(byte[] value, Class<T> type) {
    int id = framedId(value);
    return AvroCodec.<T>read(
        value,
        readers.computeIfAbsent(
            new ReaderKey(id, type),
            key -> {
              SpecificData data = SpecificData.getForClass(type);
              DatumReader<T> reader =
                  new SpecificDatumReader<>(writerSchema(id), data.getSchema(type), data);
              return bytes -> readWhole(bytes, reader);
            }));
  }

  /** The schema that a value says it was written with; throws as {@link #decode} does. */
  public Schema writerSchema(byte[] value) {
    return writerSchema(framedId(value));
  }

  /** Encodes a generated record, framed with an id that its schema was registered under. */
  public <T extends SpecificRecordBase> byte[] encode(int id, T record) {
    return encode(id, record, record.getSpecificData().createDatumWriter(record.getSchema()));
  }

  /**
   * Encodes a generic record with its own schema, framed with an id that this schema was registered
   * under.
   */
  public byte[] encode(int id, GenericRecord record) {
    if (writer == null || !record.getSchema().equals(writer.schema())) {
      writer = new FlatRecord.Writer(record.getSchema(), PLAIN);
    }
    return encode(id, record, writer);
  }

  /**
   * The record as another schema has it.
   *
   * @param writer schema that its bytes are taken to be of
   * @throws MalformedValueException if it is no value of the writer's schema
   */
  public GenericRecord convert(GenericRecord record, Schema writer, Schema wanted) {
    return AvroCodec.<GenericRecord>read(
        encode(0, record),
        readers.computeIfAbsent(
            new ReaderKey(writer, wanted), key -> genericReader(writer, wanted)));
  }

  private static ValueReader genericReader(Schema writer, Schema wanted) {
    SchemaResolution resolution = SchemaResolution.of(writer, wanted);
    if (!resolution.problems().isEmpty()) {
      return value -> {
        throw new MalformedValueException(
            MalformedValueException.Kind.NOT_THE_SCHEMA,
            "schema id %d cannot be read as %s: %s"
                .formatted(WireFormat.schemaId(value), wanted.getFullName(), resolution.sentence()),
            null);
      };
    }
    return value -> {
      AvroInput in = new AvroInput(value, WireFormat.HEADER_LENGTH);
      Object read = resolution.read(in);
      checkEnd(value, in.isEnd());
      return Objects.requireNonNull(read, "a record is not null");
    };
  }

  private <T> T readWhole(byte[] value, DatumReader<T> reader) throws IOException {
    decoder =
        DecoderFactory.get()
            .binaryDecoder(
                value, WireFormat.HEADER_LENGTH, value.length - WireFormat.HEADER_LENGTH, decoder);
    T record = reader.read(null, decoder);
    checkEnd(value, decoder.isEnd());
    return record;
  }

  private static void checkEnd(byte[] value, boolean isEnd) {
    if (!isEnd) {
      throw new MalformedValueException(
          MalformedValueException.Kind.TRAILING_BYTES,
          "bytes are left after a value of schema id %d; expected the value to end there"
              .formatted(WireFormat.schemaId(value)),
          null);
    }
  }

  private byte[] encode(int id, Object record, DatumWriter<?> writer) {
    buffer.reset();
    buffer.write(WireFormat.MAGIC);
    for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      buffer.write(id >>> shift);
    }
    try {
      writeUnchecked(writer, record);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return buffer.toByteArray();
  }

  @SuppressWarnings("unchecked") // each caller makes the writer for the record's own schema
  private <T> void writeUnchecked(DatumWriter<?> writer, T record) throws IOException {
    ((DatumWriter<T>) writer).write(record, encoder);
  }

  @SuppressWarnings("unchecked") // a reader's key says what it reads
  private static <T> T read(byte[] value, ValueReader reader) {
    try {
      return (T) reader.read(value);
    } catch (MalformedValueException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new MalformedValueException(
          MalformedValueException.Kind.NOT_THE_SCHEMA,
          "the %d bytes after the header are not a value of schema id %d: %s"
              .formatted(
                  value.length - WireFormat.HEADER_LENGTH,
                  WireFormat.schemaId(value),
                  e instanceof EOFException
                      ? "they end before it does"
                      : e instanceof AvroTypeException
                          ? String.valueOf(e.getMessage()).strip()
                          : e),
          e);
    }
  }

  private static int framedId(byte[] value) {
    if (!WireFormat.isFramed(value)) {
      throw new MalformedValueException(
          MalformedValueException.Kind.NOT_FRAMED,
          value.length < WireFormat.HEADER_LENGTH
              ? "the value has %d bytes; expected byte 0, a schema id of 4 bytes and Avro binary"
                  .formatted(value.length)
              : "the value begins with byte 0x%02x; expected byte 0, a schema id of 4 bytes and Avro binary"
                  .formatted(value[0]),
          null);
    }
    return WireFormat.schemaId(value);
  }

  private Schema writerSchema(int id) {
    return registry
        .schema(id)
        .orElseThrow(
            () ->
                new MalformedValueException(
                    MalformedValueException.Kind.UNKNOWN_SCHEMA,
                    "the value names schema id %d, which the registry does not know".formatted(id),
                    null));
  }

  /** The writer's schema or its id, and the schema or class that it is read as. */
  private record ReaderKey(Object writer, Object wanted) {}

  /** Generic data with no logical-type conversions. */
  private static final GenericData PLAIN = new GenericData();

  /** Reads the whole of a framed value. */
  private interface ValueReader {
    Object read(byte[] value) throws IOException;
  }
}
