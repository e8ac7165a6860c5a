package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValueCheckTest {
  private static final String DECIMAL =
      "{'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 2}";
  private static final String FIXED =
      "{'type': 'fixed', 'name': 'D', 'size': 16, 'logicalType': 'decimal', 'precision': 20}";
  private static final long MS_FIRST = -62_135_596_800_000L;
  private static final long MS_LAST = 253_402_300_799_999L;

  /** A type, the least and the greatest value that it holds, and those just beyond. */
  static Stream<Arguments> bounds() {
    return Stream.of(
        Arguments.of(
            DECIMAL,
            number("-999999999"),
            number("999999999"),
            number("-1000000000"),
            number("1000000000")),
        Arguments.of(
            DECIMAL,
            number("-999999999"),
            number("0"),
            ByteBuffer.allocate(0),
            number("12345678901")),
        Arguments.of(
            FIXED,
            wide("-99999999999999999999"),
            wide("99999999999999999999"),
            wide("-100000000000000000000"),
            wide("100000000000000000000")),
        Arguments.of(
            logical("bytes", "decimal', 'precision': 18, 'scale': '0"),
            number("-999999999999999999"),
            number("999999999999999999"),
            number("-1000000000000000000"),
            number("1000000000000000000")),
        Arguments.of(logical("int", "date"), -719_162, 2_932_896, -719_163, 2_932_897),
        Arguments.of(logical("int", "time-millis"), 0, 86_399_999, -1, 86_400_000),
        Arguments.of(logical("long", "time-micros"), 0L, 86_399_999_999L, -1L, 86_400_000_000L),
        Arguments.of(
            logical("long", "timestamp-millis"), MS_FIRST, MS_LAST, MS_FIRST - 1, MS_LAST + 1),
        Arguments.of(
            logical("long", "local-timestamp-millis"),
            MS_FIRST,
            MS_LAST,
            Long.MIN_VALUE,
            Long.MAX_VALUE),
        Arguments.of(
            logical("long", "timestamp-micros"),
            MS_FIRST * 1_000,
            MS_LAST * 1_000 + 999,
            MS_FIRST * 1_000 - 1,
            (MS_LAST + 1) * 1_000),
        Arguments.of(
            logical("long", "local-timestamp-micros"),
            MS_FIRST * 1_000,
            MS_LAST * 1_000 + 999,
            Long.MIN_VALUE,
            Long.MAX_VALUE),
        Arguments.of(
            logical("string", "uuid"),
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "3F2504E0-4F89-41D3-9A0C-0305E82C3301",
            "1-1-1-1-1",
            "3f2504e04f8941d39a0c0305e82c3301"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bounds")
  void isHeldUpToItsBoundsAndNoFurtherWhereverItStands(
      String type, Object least, Object greatest, Object below, Object above) {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {'type': 'record', 'name': 'R', 'fields': [
                  {'name': 'f', 'type': %s},
                  {'name': 'list', 'type': {'type': 'array', 'items': ['null', %s]}},
                  {'name': 'map', 'type': {'type': 'map', 'values': ['null', 'boolean', %s]}},
                  {'name': 'inner', 'type': ['null', {'type': 'record', 'name': 'Inner', 'fields': [{'name': 'in', 'type': %s}]}]}]}"""
                    .formatted(type, again(type), again(type), again(type))
                    .replace('\'', '"'));
    ValueCheck check = ValueCheck.of(schema);

    for (Object good : List.of(least, greatest)) {
      assertThat(check.problems(record(schema, good))).isEmpty();
    }
    for (Object bad : List.of(below, above)) {
      assertThat(check.problems(record(schema, bad)))
          .extracting(problem -> problem.substring(0, problem.indexOf(' ')))
          .containsExactly("f", "list[1]", "map[...]", "inner.in");
      assertThat(check.problems(record(schema, bad)))
          .allSatisfy(problem -> assertThat(problem).doesNotContain(bad.toString()));
    }
  }

  @Test
  void whatSomebodyElseValidatesIsLeftOut() {
    Schema schema =
        new Schema.Parser()
            .parse(
                "{'type': 'record', 'name': 'R', 'fields': [{'name': 'f', 'type': %s}]}"
                    .formatted(DECIMAL)
                    .replace('\'', '"'));
    GenericRecord record = new GenericData.Record(schema);
    record.put("f", ByteBuffer.allocate(0));

    assertThat(ValueCheck.of(schema, List.of("f")).problems(record)).isEmpty();
    assertThat(ValueCheck.of(schema).problems(record))
        .containsExactly("f is a decimal of no bytes; expected a number");
  }

  private static GenericRecord record(Schema schema, Object value) {
    GenericRecord inner =
        new GenericData.Record(schema.getField("inner").schema().getTypes().get(1));
    inner.put("in", value);
    GenericRecord record = new GenericData.Record(schema);
    record.put("f", value);
    record.put("list", Arrays.asList(null, value));
    record.put("map", Collections.unmodifiableMap(Map.of("k", value)));
    record.put("inner", inner);
    return record;
  }

  /** A type's second use, which is its name where it has one. */
  private static String again(String type) {
    return type.contains("'name'") ? "'D'" : type;
  }

  private static String logical(String type, String name) {
    return "{'type': '%s', 'logicalType': '%s'}".formatted(type, name).replace("'0'", "0");
  }

  private static ByteBuffer number(String unscaled) {
    return ByteBuffer.wrap(new BigInteger(unscaled).toByteArray());
  }

  private static GenericData.Fixed wide(String unscaled) {
    return new GenericData.Fixed(
        new Schema.Parser().parse(FIXED.replace('\'', '"')),
        UnscaledNumbers.widened(new BigInteger(unscaled).toByteArray(), 16));
  }
}
