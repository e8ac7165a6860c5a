package io.leat.testing;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Schemas of records of every type, and values of them: ordinary ones, those at a type's bounds,
 * and those beyond them that Avro's bytes can hold all the same. The same seed gives the same.
 */
public final class RandomAvro {
  private static final int DEEPEST = 3;
  private static final int DAY_MILLIS = 86_400_000;
  private static final long YEAR_10000 = 253_402_300_800_000L;
  private static final long YEAR_1 = -62_135_596_800_000L;

  private final Random random;
  private int names;

  public RandomAvro(long seed) {
    this.random = new Random(seed);
  }

  /** A record of some fields. */
  public Schema record() {
    return record(0);
  }

  private Schema record(int depth) {
    Schema record = Schema.createRecord("R" + names++, null, "random", false);
    List<Schema.Field> fields = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      fields.add(new Schema.Field("f" + i, type(depth)));
    }
    if (depth > 0 && random.nextInt(8) == 0) { // a record within itself
      fields.add(
          new Schema.Field("again", Schema.createUnion(Schema.create(Schema.Type.NULL), record)));
    }
    record.setFields(fields);
    return record;
  }

  private Schema type(int depth) {
    int kinds = depth < DEEPEST ? 25 : 21;
    return switch (random.nextInt(kinds)) {
      case 0 -> Schema.create(Schema.Type.BOOLEAN);
      case 1 -> Schema.create(Schema.Type.INT);
      case 2 -> Schema.create(Schema.Type.LONG);
      case 3 -> Schema.create(Schema.Type.FLOAT);
      case 4 -> Schema.create(Schema.Type.DOUBLE);
      case 5 -> Schema.create(Schema.Type.STRING);
      case 6 -> Schema.create(Schema.Type.BYTES);
      case 7 -> Schema.createFixed("F" + names++, null, null, 1 + random.nextInt(5));
      case 8 -> Schema.createEnum("E" + names++, null, null, List.of("A", "B", "C"));
      case 9 -> logical(LogicalTypes.date(), Schema.Type.INT);
      case 10 -> logical(LogicalTypes.timeMillis(), Schema.Type.INT);
      case 11 -> logical(LogicalTypes.timeMicros(), Schema.Type.LONG);
      case 12 -> logical(LogicalTypes.timestampMillis(), Schema.Type.LONG);
      case 13 -> logical(LogicalTypes.timestampMicros(), Schema.Type.LONG);
      case 14 -> logical(LogicalTypes.timestampNanos(), Schema.Type.LONG);
      case 15 -> logical(LogicalTypes.localTimestampMillis(), Schema.Type.LONG);
      case 16 ->
          logical(
              random.nextBoolean()
                  ? LogicalTypes.localTimestampMicros()
                  : LogicalTypes.localTimestampNanos(),
              Schema.Type.LONG);
      case 17 -> logical(LogicalTypes.uuid(), Schema.Type.STRING);
      case 18 -> decimal(Schema.create(Schema.Type.BYTES), 45);
      case 19 -> {
        int size = 1 + random.nextInt(17);
        int most = Math.max(1, (int) Math.floor(Math.log10(2) * (8 * size - 1)));
        yield decimal(Schema.createFixed("D" + names++, null, null, size), most);
      }
      case 20 ->
          random.nextBoolean()
              ? LogicalTypes.uuid().addToSchema(Schema.createFixed("U" + names++, null, null, 16))
              : LogicalTypes.duration()
                  .addToSchema(Schema.createFixed("P" + names++, null, null, 12));
      case 21 -> Schema.createArray(type(depth + 1));
      case 22 -> Schema.createMap(type(depth + 1));
      case 23 -> record(depth + 1);
      default -> union(depth);
    };
  }

  /** Of null and one type, more often than of several types. */
  private Schema union(int depth) {
    List<Schema> branches = new ArrayList<>(List.of(Schema.create(Schema.Type.NULL)));
    for (int i = 0; i < 1 + random.nextInt(12) / 10; i++) {
      Schema branch = type(depth + 1);
      if (branch.getType() != Schema.Type.UNION
          && branches.stream()
              .noneMatch(other -> other.getFullName().equals(branch.getFullName()))) {
        branches.add(branch);
      }
    }
    return Schema.createUnion(branches);
  }

  private Schema decimal(Schema schema, int most) {
    int precision = 1 + random.nextInt(most);
    return LogicalTypes.decimal(precision, random.nextInt(precision + 1)).addToSchema(schema);
  }

  private static Schema logical(LogicalType logical, Schema.Type type) {
    return logical.addToSchema(Schema.create(type));
  }

  /** A record of a schema, as {@link #value}. */
  public GenericRecord record(Schema schema) {
    return (GenericRecord) requireNonNull(value(schema), "a record's schema has no null");
  }

  /** A value of a schema, with logical types raw; now and then one beyond its type. */
  public @Nullable Object value(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    return switch (schema.getType()) {
      case NULL -> null;
      case BOOLEAN -> random.nextBoolean();
      case INT ->
          logical == null ? random.nextInt() >> random.nextInt(32) : (Object) intOf(logical);
      case LONG ->
          logical == null ? random.nextLong() >> random.nextInt(64) : (Object) longOf(logical);
      case FLOAT ->
          one(random.nextFloat(), -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 0.1f);
      case DOUBLE ->
          one(
              random.nextGaussian(),
              -0.0,
              Double.NaN,
              Double.POSITIVE_INFINITY,
              Double.MAX_VALUE,
              0.1);
      case STRING -> logical == null ? text() : uuid();
      case BYTES ->
          ByteBuffer.wrap(
              logical instanceof LogicalTypes.Decimal d ? number(d) : bytes(random.nextInt(9)));
      case FIXED -> new GenericData.Fixed(schema, fixed(schema));
      case ENUM ->
          new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get(random.nextInt(3)));
      case ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(schema.getElementType()));
        }
        yield list;
      }
      case MAP -> {
        Map<String, @Nullable Object> map = new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text(), value(schema.getValueType()));
        }
        yield map;
      }
      case RECORD -> {
        GenericRecord record = new GenericData.Record(schema);
        schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema())));
        yield record;
      }
      case UNION -> value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
    };
  }

  private int intOf(LogicalType logical) {
    return logical.getName().equals("date")
        ? one(20_000, -719_162, 2_932_896, -719_163, 2_932_897, random.nextInt())
        : one(random.nextInt(DAY_MILLIS), 0, DAY_MILLIS - 1, DAY_MILLIS, -1, random.nextInt());
  }

  private long longOf(LogicalType logical) {
    String name = logical.getName();
    if (name.endsWith("nanos")) {
      return one(random.nextLong(), 0L, Long.MAX_VALUE, Long.MIN_VALUE, 1L, -1L);
    }
    long unit = name.endsWith("micros") ? 1_000 : 1;
    return name.equals("time-micros")
        ? one(
            random.nextInt(DAY_MILLIS) * 1_000L + 7,
            0L,
            DAY_MILLIS * 1_000L - 1,
            DAY_MILLIS * 1_000L,
            -1L,
            random.nextLong())
        : one(
            random.nextInt() * 1_000L * unit + random.nextInt(1_000),
            YEAR_1 * unit,
            YEAR_10000 * unit - 1,
            YEAR_1 * unit - 1,
            YEAR_10000 * unit,
            random.nextLong());
  }

  private byte[] number(LogicalTypes.Decimal decimal) {
    BigInteger limit = BigInteger.TEN.pow(decimal.getPrecision());
    return one(
        new BigInteger(random.nextInt(120), random).mod(limit).negate().toByteArray(),
        limit.subtract(BigInteger.ONE).toByteArray(),
        limit.negate().add(BigInteger.ONE).toByteArray(),
        limit.toByteArray(),
        new byte[0]);
  }

  private byte[] fixed(Schema schema) {
    int size = schema.getFixedSize();
    if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
      byte[] number = number(decimal);
      if (number.length > 0 && number.length <= size) {
        byte[] wide = new byte[size];
        Arrays.fill(wide, (byte) (number[0] < 0 ? -1 : 0));
        System.arraycopy(number, 0, wide, size - number.length, number.length);
        return wide;
      }
    }
    return bytes(size);
  }

  private String uuid() {
    String uuid = new UUID(random.nextLong(), random.nextLong()).toString();
    return one(uuid, uuid.toUpperCase(Locale.ROOT), uuid, uuid, "1-1-1-1-1", text());
  }

  private String text() {
    return random
        .ints(random.nextInt(6), 0, 0x11000)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The first half of the time, else one of the others. */
  @SafeVarargs
  private <T> T one(T usual, T... others) {
    return random.nextBoolean() ? usual : others[random.nextInt(others.length)];
  }
}
