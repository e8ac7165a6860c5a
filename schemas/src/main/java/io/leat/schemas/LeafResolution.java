package io.leat.schemas;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/**
 * How a value that holds no others is read as one of another type: the specification's promotions,
 * where no digit is lost, and logical types, which are part of a type. Two that are declared are
 * converted where they mean the same; one that stands on one side alone is never guessed at, but
 * for a UUID, which is a text.
 */
final class LeafResolution {
  private static final String UUID_NAME = LogicalTypes.uuid().getName();

  /**
   * What numbers of a logical type count.
   *
   * @param what moments of one kind can be made of each other
   * @param digits of a second behind the point
   */
  private record Moment(String what, int digits) {
    private static final Map<String, Moment> ALL =
        Map.of(
            "time-millis", new Moment("time", 3),
            "time-micros", new Moment("time", 6),
            "timestamp-millis", new Moment("timestamp", 3),
            "timestamp-micros", new Moment("timestamp", 6),
            "timestamp-nanos", new Moment("timestamp", 9),
            "local-timestamp-millis", new Moment("local", 3),
            "local-timestamp-micros", new Moment("local", 6),
            "local-timestamp-nanos", new Moment("local", 9));
  }

  /**
   * The outcome.
   *
   * @param step reads the value
   * @param converts whether the value read has other bytes than the one written
   */
  record Leaf(ValueStep step, boolean converts) {}

  /** The types do not go together; the message completes a sentence about the field. */
  static final class Mismatch extends Exception {
    private static final long serialVersionUID = 1L;

    Mismatch(String message) {
      super(message);
    }
  }

  private LeafResolution() {}

  /**
   * @throws Mismatch if no value of the writer's type is one of the reader's, or what it means is
   *     not declared
   */
  static Leaf of(Schema writer, Schema reader) throws Mismatch {
    LogicalType written = writer.getLogicalType();
    LogicalType read = reader.getLogicalType();
    if (written == null && read == null) {
      return plain(writer, reader);
    }
    if (written != null && read != null) {
      return declared(writer, written, reader, read);
    }
    if (isText(writer) && isText(reader)) {
      return new Leaf(
          AvroInput::readText, false); // a UUID is a text; whether it is one is validated
    }
    throw mismatch(
        writer,
        reader,
        written == null
            ? writer.getType() == Schema.Type.NULL
                ? ""
                : ": its writer does not declare what it means"
            : ": what it means would be lost");
  }

  private static boolean isText(Schema schema) {
    return schema.getType() == Schema.Type.STRING
        && (schema.getLogicalType() == null || schema.getLogicalType().getName().equals(UUID_NAME));
  }

  private static Leaf plain(Schema writer, Schema reader) throws Mismatch {
    if (writer.getType() == reader.getType()) {
      return same(writer, reader);
    }
    Optional<ValueStep> promoted =
        switch (writer.getType()) {
          case INT ->
              switch (reader.getType()) {
                case LONG -> Optional.of(in -> (long) in.readInt());
                case FLOAT -> Optional.of(in -> exactFloat(in.readInt()));
                case DOUBLE -> Optional.of(in -> (double) in.readInt());
                default -> Optional.empty();
              };
          case LONG ->
              switch (reader.getType()) {
                case FLOAT -> Optional.of(in -> exactFloat(in.readLong()));
                case DOUBLE -> Optional.of(in -> exactDouble(in.readLong()));
                default -> Optional.empty();
              };
          case FLOAT ->
              reader.getType() == Schema.Type.DOUBLE
                  ? Optional.of(in -> (double) in.readFloat())
                  : Optional.empty();
          case STRING ->
              reader.getType() == Schema.Type.BYTES
                  ? Optional.of(LeafResolution::readBuffer)
                  : Optional.empty();
          case BYTES ->
              reader.getType() == Schema.Type.STRING
                  ? Optional.of(AvroInput::readText)
                  : Optional.empty();
          default -> Optional.empty();
        };
    return new Leaf(promoted.orElseThrow(() -> mismatch(writer, reader, "")), true);
  }

  private static Leaf same(Schema writer, Schema reader) throws Mismatch {
    if (writer.getType() == Schema.Type.FIXED) {
      if (!NamedTypes.match(writer, reader)) {
        throw mismatch(writer, reader, ": its name is another");
      }
      if (writer.getFixedSize() != reader.getFixedSize()) {
        throw mismatch(writer, reader, ": its size is another");
      }
    }
    return new Leaf(asWritten(writer, reader), false);
  }

  private static ValueStep asWritten(Schema writer, Schema reader) {
    return switch (writer.getType()) {
      case STRING -> AvroInput::readText;
      case BYTES -> LeafResolution::readBuffer;
      case INT -> AvroInput::readInt;
      case LONG -> AvroInput::readLong;
      case FLOAT -> AvroInput::readFloat;
      case DOUBLE -> AvroInput::readDouble;
      case BOOLEAN -> AvroInput::readBoolean;
      case NULL -> in -> null;
      case FIXED -> in -> new GenericData.Fixed(reader, in.readFixed(writer.getFixedSize()));
      case ENUM, RECORD, ARRAY, MAP, UNION ->
          throw new IllegalArgumentException(writer + " holds other values");
    };
  }

  private static Leaf declared(Schema writer, LogicalType written, Schema reader, LogicalType read)
      throws Mismatch {
    if (written instanceof LogicalTypes.Decimal from && read instanceof LogicalTypes.Decimal to) {
      return decimal(writer, from, reader, to);
    }
    Moment from = Moment.ALL.get(written.getName());
    Moment to = Moment.ALL.get(read.getName());
    if (from != null && to != null && from.what().equals(to.what())) {
      return from.digits() == to.digits()
          ? new Leaf(asWritten(writer, reader), false)
          : new Leaf(moment(writer, from, reader, to), true);
    }
    if (!written.getName().equals(read.getName())) {
      throw mismatch(writer, reader, "");
    }
    if (writer.getType() == reader.getType()) {
      boolean sameName =
          writer.getType() != Schema.Type.FIXED
              || writer.getFullName().equals(reader.getFullName());
      return new Leaf(asWritten(writer, reader), !sameName);
    }
    if (!written.getName().equals(UUID_NAME)) {
      throw mismatch(writer, reader, "");
    }
    return new Leaf(
        reader.getType() == Schema.Type.FIXED
            ? in -> new GenericData.Fixed(reader, uuidBytes(in.readText()))
            : in -> uuidText(in.readFixed(writer.getFixedSize())),
        true);
  }

  /** Of a smaller scale none is read as: its writer means to use the digits that it declares. */
  private static Leaf decimal(
      Schema writer, LogicalTypes.Decimal from, Schema reader, LogicalTypes.Decimal to)
      throws Mismatch {
    int more = to.getScale() - from.getScale();
    if (more < 0) {
      throw mismatch(writer, reader, ": digits behind the point would be lost");
    }
    boolean sameBytes =
        writer.getType() == reader.getType()
            && (writer.getType() == Schema.Type.BYTES
                || writer.getFixedSize() == reader.getFixedSize()
                    && writer.getFullName().equals(reader.getFullName()));
    if (more == 0 && sameBytes) {
      return new Leaf(asWritten(writer, reader), false);
    }
    BigInteger factor = BigInteger.TEN.pow(more);
    return new Leaf(
        in -> {
          byte[] number =
              writer.getType() == Schema.Type.BYTES
                  ? in.readBytes()
                  : in.readFixed(writer.getFixedSize());
          if (number.length == 0) {
            throw new UnfitValueException(" is a decimal of no bytes");
          }
          byte[] scaled = new BigInteger(number).multiply(factor).toByteArray();
          return reader.getType() == Schema.Type.BYTES
              ? ByteBuffer.wrap(scaled)
              : new GenericData.Fixed(
                  reader, UnscaledNumbers.widened(scaled, reader.getFixedSize()));
        },
        true);
  }

  private static ValueStep moment(Schema writer, Moment from, Schema reader, Moment to) {
    long factor = pow10(Math.abs(to.digits() - from.digits()));
    boolean finer = to.digits() > from.digits();
    boolean writesInt = writer.getType() == Schema.Type.INT;
    boolean readsInt = reader.getType() == Schema.Type.INT;
    String unit = TypeNames.of(reader);
    return in -> {
      long units = writesInt ? in.readInt() : in.readLong();
      if (!finer && units % factor != 0) {
        throw new UnfitValueException(
            " is no whole number of the units of %s: a digit would be lost".formatted(unit));
      }
      long converted = finer ? units * factor : units / factor;
      if (finer && converted / factor != units || readsInt && converted != (int) converted) {
        throw new UnfitValueException(" is too large for " + unit);
      }
      return readsInt ? (Object) (int) converted : (Object) converted;
    };
  }

  private static long pow10(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }

  private static ByteBuffer readBuffer(AvroInput in) throws IOException {
    return ByteBuffer.wrap(in.readBytes());
  }

  private static float exactFloat(long number) {
    float read = number;
    if ((long) read != number || read == 0x1p63f) {
      throw inexact("float");
    }
    return read;
  }

  private static double exactDouble(long number) {
    double read = number;
    if ((long) read != number || read == 0x1p63) {
      throw inexact("double");
    }
    return read;
  }

  private static UnfitValueException inexact(String type) {
    return new UnfitValueException(
        " is a whole number that no %s holds: a digit would be lost".formatted(type));
  }

  private static byte[] uuidBytes(String text) {
    if (!ValueCheck.isUuid(text)) {
      throw new UnfitValueException(ValueCheck.NO_UUID);
    }
    UUID uuid = UUID.fromString(text);
    return ByteBuffer.allocate(2 * Long.BYTES)
        .order(ByteOrder.BIG_ENDIAN)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  private static String uuidText(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong()).toString();
  }

  private static Mismatch mismatch(Schema writer, Schema reader, String why) {
    return new Mismatch(
        "%s cannot be read as %s%s".formatted(TypeNames.of(writer), TypeNames.of(reader), why));
  }
}
