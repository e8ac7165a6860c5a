package io.leat.schemas;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.io.BinaryDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of simple fields (no records, lists or maps in them) that were written with the
 * schema they are read as, without the schema resolution that Avro's own reader does field by
 * field. Not thread-safe.
 */
final class FlatReader {
  private final Schema schema;
  private final Schema[] fields;
  private final StrictText text = new StrictText();

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
   * @param value holds its bytes last
   * @param in at the record's first byte
   */
  FlatRecord read(byte[] value, BinaryDecoder in) throws IOException {
    FlatRecord record = new FlatRecord(schema, value, position(value, in));
    for (int i = 0; i < fields.length; i++) {
      record.read(i, read(fields[i], in), position(value, in));
    }
    return record;
  }

  private static int position(byte[] value, BinaryDecoder in) throws IOException {
    return value.length - in.inputStream().available();
  }

  private @Nullable Object read(Schema field, BinaryDecoder in) throws IOException {
    return switch (field.getType()) {
      case STRING -> text.read(in);
      case BYTES -> in.readBytes(null);
      case INT -> in.readInt();
      case LONG -> in.readLong();
      case FLOAT -> in.readFloat();
      case DOUBLE -> in.readDouble();
      case BOOLEAN -> in.readBoolean();
      case NULL -> null;
      case FIXED -> {
        byte[] bytes = new byte[field.getFixedSize()];
        in.readFixed(bytes);
        yield new GenericData.Fixed(field, bytes);
      }
      case ENUM -> {
        List<String> symbols = field.getEnumSymbols();
        int symbol = index(in.readEnum(), symbols.size(), "symbols of an enum");
        yield new GenericData.EnumSymbol(field, symbols.get(symbol));
      }
      case UNION -> {
        List<Schema> branches = field.getTypes();
        yield read(branches.get(index(in.readIndex(), branches.size(), "branches of a union")), in);
      }
      case RECORD, ARRAY, MAP -> throw new IllegalArgumentException(field + " is not simple");
    };
  }

  private static int index(int index, int count, String what) {
    if (index < 0 || index >= count) {
      throw new AvroTypeException("number %d of %d %s".formatted(index, count, what));
    }
    return index;
  }
}
