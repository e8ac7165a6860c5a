package io.leat.schemas;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of simple fields (no records, lists or maps in them) that were written with the
 * schema they are read as: straight from the bytes (Avro 1.12 specification, "Binary Encoding"),
 * without the schema resolution and the buffers of Avro's own reader. Not thread-safe.
 */
final class FlatReader {
  private final Schema schema;
  private final Schema[] fields;
  private byte[] bytes = {};
  private int at;

  private FlatReader(Schema schema) {
    this.schema = schema;
    this.fields = schema.getFields().stream().map(Schema.Field::schema).toArray(Schema[]::new);
  }

  /** A reader, where one schema's bytes are the other's and all fields are simple. */
  static Optional<FlatReader> of(Schema writer, Schema wanted) {
    boolean flat =
        wanted.getType() == Schema.Type.RECORD
            && wanted.getFields().stream().allMatch(field -> isSimple(field.schema()));
    return flat
            && SchemaNormalization.toParsingForm(writer)
                .equals(SchemaNormalization.toParsingForm(wanted))
        ? Optional.of(new FlatReader(wanted))
        : Optional.empty();
  }

  private static boolean isSimple(Schema schema) {
    return switch (schema.getType()) {
      case RECORD, ARRAY, MAP -> false;
      case UNION -> schema.getTypes().stream().allMatch(FlatReader::isSimple);
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> true;
    };
  }

  /**
   * Reads a record.
   *
   * @param start of the record in the value
   * @throws IOException if the bytes are no such record, or end before it does
   * @throws AvroTypeException if they are no such record
   */
  FlatRecord read(byte[] value, int start) throws IOException {
    bytes = value;
    at = start;
    FlatRecord record = new FlatRecord(schema, value, start);
    for (int i = 0; i < fields.length; i++) {
      record.read(i, read(fields[i]), at);
    }
    return record;
  }

  /** Where the record that was read last ended. */
  int end() {
    return at;
  }

  private @Nullable Object read(Schema field) throws IOException {
    return switch (field.getType()) {
      case STRING -> readText();
      case BYTES -> {
        int length = readLength();
        at += length;
        yield ByteBuffer.wrap(Arrays.copyOfRange(bytes, at - length, at));
      }
      case INT -> readInt();
      case LONG -> readLong();
      case FLOAT -> Float.intBitsToFloat((int) readFixed(Float.BYTES));
      case DOUBLE -> Double.longBitsToDouble(readFixed(Double.BYTES));
      case BOOLEAN -> readFixed(1) == 1;
      case NULL -> null;
      case FIXED -> {
        int length = atHand(field.getFixedSize());
        at += length;
        yield new GenericData.Fixed(field, Arrays.copyOfRange(bytes, at - length, at));
      }
      case ENUM -> {
        List<String> symbols = field.getEnumSymbols();
        int symbol = index(readInt(), symbols.size(), "symbols of an enum");
        yield new GenericData.EnumSymbol(field, symbols.get(symbol));
      }
      case UNION -> {
        List<Schema> branches = field.getTypes();
        yield read(branches.get(index(readInt(), branches.size(), "branches of a union")));
      }
      case RECORD, ARRAY, MAP -> throw new IllegalArgumentException(field + " is not simple");
    };
  }

  private String readText() throws IOException {
    int length = readLength();
    at += length;
    return StrictText.of(bytes, at - length, length);
  }

  /** The length of what follows. */
  private int readLength() throws IOException {
    return atHand(readLong());
  }

  private int atHand(long length) throws IOException {
    if (length < 0) {
      throw new AvroTypeException("a length of " + length);
    }
    if (length > bytes.length - at) {
      throw new EOFException();
    }
    return (int) length;
  }

  /** Little-endian. */
  private long readFixed(int length) throws IOException {
    atHand(length);
    long number = 0;
    for (int i = length - 1; i >= 0; i--) {
      number = number << Byte.SIZE | bytes[at + i] & 0xFF;
    }
    at += length;
    return number;
  }

  private int readInt() throws IOException {
    long number = readLong();
    if (number != (int) number) {
      throw new AvroTypeException(number + " is no int");
    }
    return (int) number;
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  private long readLong() throws IOException {
    long zigzag = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at == bytes.length) {
        throw new EOFException();
      }
      byte next = bytes[at++];
      zigzag |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return zigzag >>> 1 ^ -(zigzag & 1);
      }
    }
    throw new AvroTypeException("a number of more than ten bytes");
  }

  private static int index(int index, int count, String what) {
    if (index < 0 || index >= count) {
      throw new AvroTypeException("number %d of %d %s".formatted(index, count, what));
    }
    return index;
  }
}
