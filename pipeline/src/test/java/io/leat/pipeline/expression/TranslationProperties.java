package io.leat.pipeline.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.expression.Program.Result;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * A translated expression says what the CEL library says of it: the same value, the same null, the
 * same error, for every expression of the subset that is translated and every record.
 */
class TranslationProperties {
  private static final Schema RECORD =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Sample", "fields": [
                {"name": "d", "type": "double"},
                {"name": "dn", "type": ["null", "double"]},
                {"name": "f", "type": "float"},
                {"name": "i", "type": "int"},
                {"name": "l", "type": "long"},
                {"name": "ln", "type": ["null", "long"]},
                {"name": "b", "type": "boolean"},
                {"name": "bn", "type": ["null", "boolean"]},
                {"name": "s", "type": "string"},
                {"name": "sn", "type": ["null", "string"]},
                {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["BE", "NL"]}},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "until", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
                {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                {"name": "tags", "type": {"type": "array", "items": "string"}},
                {"name": "inner", "type": ["null", {"type": "record", "name": "Inner", "fields": [
                  {"name": "d", "type": "double"}]}]}
              ]}
              """);
  private static final Scope SCOPE = Scope.ofEvent(RECORD);

  /**
   * Without NaN: the library takes one and the same object for equal to itself, NaN too, which
   * depends on whether it read the field once. Infinities still make NaN, by arithmetic.
   */
  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          1.0,
          -1.0,
          0.1,
          2.5,
          1e15,
          9007199254740992.0,
          0x1p63,
          -0x1p63,
          1e19,
          -1e300,
          Double.MIN_VALUE,
          Double.MAX_VALUE,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY);

  private static final List<Long> LONGS =
      List.of(
          0L,
          1L,
          -1L,
          2L,
          7L,
          1000L,
          9007199254740993L,
          -9007199254740993L,
          4611686018427387904L,
          Long.MAX_VALUE,
          Long.MAX_VALUE - 1,
          Long.MIN_VALUE,
          Long.MIN_VALUE + 1);
  private static final List<String> STRINGS =
      List.of(
          "",
          "a",
          "A",
          "ab",
          "BE",
          "NL",
          "BE1",
          "é",
          "\uFF5E",
          "\uD83D\uDE00",
          "x\uD83D\uDE00y",
          "7",
          "a@b.example");
  private static final List<Long> MILLIS =
      List.of(
          0L,
          -1L,
          1L,
          1_577_921_400_000L,
          253_402_300_799_999L,
          253_402_300_800_000L,
          -62_135_596_800_001L,
          Long.MAX_VALUE,
          Long.MIN_VALUE);
  private static final List<String> ZONES =
      List.of("UTC", "Europe/Brussels", "Asia/Kathmandu", "+02:00", "-9:30");
  private static final List<String> PARTS =
      List.of(
          "getFullYear",
          "getMonth",
          "getDate",
          "getDayOfMonth",
          "getDayOfYear",
          "getDayOfWeek",
          "getHours",
          "getMinutes",
          "getSeconds",
          "getMilliseconds");
  private static final List<String> PATTERNS =
      List.of("", "^[A-Z]{2}$", "a", "^.$", "[^a]", "^\\d+$", "(?i)be", "b|E");

  @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
  void translatedExpressionSaysWhatTheLibrarySays(
      @ForAll("expressions") String text,
      @ForAll @Size(8) List<@From("records") GenericRecord> records) {
    Program program = Program.compile(new Expression(text, "rules.yaml", 7), SCOPE, Result.SCALAR);

    Statistics.label("translated").collect(program.isTranslated());
    for (GenericRecord record : records) {
      Map<String, Object> bindings = SCOPE.bind(record);
      Outcome expected = Outcome.of(() -> program.evaluateByLibrary(bindings));
      Outcome found = Outcome.of(() -> program.evaluate(bindings));
      assertThat(found).as("%s of %s", text, record).isEqualTo(expected);
      Statistics.label("outcome").collect(expected.name());
    }

    Statistics.label("translated").coverage(c -> c.check(true).percentage(p -> p > 90.0));
    Statistics.label("outcome")
        .coverage(
            c -> {
              c.check("null").percentage(p -> p > 5.0);
              c.check("error").percentage(p -> p > 2.0);
              c.check("true").percentage(p -> p > 10.0);
              c.check("false").percentage(p -> p > 10.0);
            });
  }

  /** A value, null or an error; doubles by their bits, errors by their message. */
  private record Outcome(@Nullable Object value, @Nullable String error) {
    interface Evaluation {
      @Nullable Object run();
    }

    static Outcome of(Evaluation evaluation) {
      try {
        return new Outcome(evaluation.run(), null);
      } catch (ExpressionException e) {
        return new Outcome(null, e.getMessage());
      }
    }

    String name() {
      if (error != null) {
        return "error";
      }
      return value == null || value instanceof Boolean ? String.valueOf(value) : "scalar";
    }
  }

  @Provide
  Arbitrary<String> expressions() {
    return Arbitraries.frequencyOf(
        Tuple.of(6, bool(3)),
        Tuple.of(1, number(3)),
        Tuple.of(1, integer(3)),
        Tuple.of(1, string(2)));
  }

  private Arbitrary<String> bool(int depth) {
    Arbitrary<String> leaf =
        Arbitraries.of(
            "event.b",
            "event.bn",
            "true",
            "false",
            "has(event.sn)",
            "has(event.d)",
            "has(event.inner.d)",
            "(event.kind in ['BE', 'LU'])",
            "(event.sn in ['a', 'BE', ''])",
            "(event.s in event.tags)",
            "(event.ln in [1, -1, 9007199254740993])",
            "(event.dn in [0.0, 2.5, 1e19])",
            "(event.bn in [true])");
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<String> comparison =
        Arbitraries.of("==", "!=", "<", "<=", ">", ">=").map(operator -> " " + operator + " ");
    return Arbitraries.oneOf(
        leaf,
        both(bool(depth - 1), Arbitraries.of(" && ", " || ", " == ", " < "), bool(depth - 1)),
        both(bool(depth - 1), Arbitraries.of(" && ", " || "), bool(depth - 1)),
        bool(depth - 1).map(b -> "!" + b),
        conditional(bool(depth - 1), bool(depth - 1)),
        both(number(depth - 1), comparison, number(depth - 1)),
        both(integer(depth - 1), comparison, integer(depth - 1)),
        both(number(depth - 1), comparison, integer(depth - 1)),
        both(integer(depth - 1), comparison, number(depth - 1)),
        both(string(depth - 1), comparison, string(depth - 1)),
        both(timestamp(depth - 1), comparison, timestamp(depth - 1)),
        both(
            both(timestamp(depth - 1), Arbitraries.of(" - "), timestamp(depth - 1)),
            comparison,
            Arbitraries.of("duration('1h')", "duration('-0.5s')", "duration('0s')")),
        Combinators.combine(
                string(depth - 1),
                Arbitraries.of("startsWith", "endsWith", "contains"),
                string(depth - 1))
            .as("%s.%s(%s)"::formatted),
        Combinators.combine(string(depth - 1), Arbitraries.of(PATTERNS))
            .as((string, pattern) -> "%s.matches(%s)".formatted(string, quoted(pattern))),
        string(depth - 1).map(string -> string + ".isEmail()"));
  }

  private Arbitrary<String> number(int depth) {
    Arbitrary<String> leaf =
        Arbitraries.oneOf(
            Arbitraries.of("event.d", "event.dn", "event.f", "event.inner.d"),
            Arbitraries.of(DOUBLES)
                .filter(Double::isFinite)
                .map(value -> value < 0 ? "(" + value + ")" : value.toString()));
    if (depth == 0) {
      return leaf;
    }
    return Arbitraries.oneOf(
        leaf,
        both(number(depth - 1), Arbitraries.of(" + ", " - ", " * ", " / "), number(depth - 1)),
        both(number(depth - 1), Arbitraries.of(" + ", " - ", " * ", " / "), integer(depth - 1)),
        both(integer(depth - 1), Arbitraries.of(" + ", " - ", " * ", " / "), number(depth - 1)),
        integer(depth - 1).map("double(%s)"::formatted),
        number(depth - 1).map("(-%s)"::formatted),
        conditional(bool(depth - 1), number(depth - 1)));
  }

  private Arbitrary<String> integer(int depth) {
    Arbitrary<String> leaf =
        Arbitraries.oneOf(
            Arbitraries.of("event.i", "event.l", "event.ln", "size(event.tags)", "event.s.size()"),
            Arbitraries.of(LONGS).map(value -> value < 0 ? "(" + value + ")" : value.toString()));
    if (depth == 0) {
      return leaf;
    }
    return Arbitraries.oneOf(
        leaf,
        both(
            integer(depth - 1),
            Arbitraries.of(" + ", " - ", " * ", " / ", " % "),
            integer(depth - 1)),
        integer(depth - 1).map("(-%s)"::formatted),
        string(depth - 1).map("size(%s)"::formatted),
        Combinators.combine(timestamp(depth - 1), Arbitraries.of(PARTS)).as("%s.%s()"::formatted),
        Combinators.combine(timestamp(depth - 1), Arbitraries.of(PARTS), Arbitraries.of(ZONES))
            .as("%s.%s('%s')"::formatted),
        conditional(bool(depth - 1), integer(depth - 1)));
  }

  private Arbitrary<String> string(int depth) {
    Arbitrary<String> leaf =
        Arbitraries.oneOf(
            Arbitraries.of("event.s", "event.sn", "event.kind"),
            Arbitraries.of(STRINGS).map(TranslationProperties::quoted));
    return depth == 0
        ? leaf
        : Arbitraries.oneOf(
            leaf,
            both(string(depth - 1), Arbitraries.of(" + "), string(depth - 1)),
            conditional(bool(depth - 1), string(depth - 1)));
  }

  private Arbitrary<String> timestamp(int depth) {
    Arbitrary<String> leaf =
        Arbitraries.of(
            "event.at",
            "event.until",
            "event.day",
            "timestamp('2020-01-01T23:30:00Z')",
            "timestamp('1970-01-01T00:00:00Z')");
    return depth == 0
        ? leaf
        : Arbitraries.oneOf(
            leaf,
            both(
                timestamp(depth - 1),
                Arbitraries.of(" + ", " - "),
                Arbitraries.of("duration('36h')", "duration('-1ms')", "duration('0s')")),
            conditional(bool(depth - 1), timestamp(depth - 1)));
  }

  private static Arbitrary<String> both(
      Arbitrary<String> left, Arbitrary<String> operator, Arbitrary<String> right) {
    return Combinators.combine(left, operator, right).as("(%s%s%s)"::formatted);
  }

  private static Arbitrary<String> conditional(Arbitrary<String> condition, Arbitrary<String> of) {
    return Combinators.combine(condition, of, of).as("(%s ? %s : %s)"::formatted);
  }

  private static String quoted(String text) {
    return "r'" + text + "'";
  }

  @Provide
  Arbitrary<GenericRecord> records() {
    Arbitrary<Object> doubles =
        Arbitraries.oneOf(Arbitraries.of(DOUBLES), Arbitraries.doubles()).map(value -> value);
    Arbitrary<Object> longs =
        Arbitraries.oneOf(Arbitraries.of(LONGS), Arbitraries.longs()).map(value -> value);
    Arbitrary<Object> strings = Arbitraries.of(STRINGS).map(value -> value);
    Arbitrary<Object> bools = Arbitraries.of(true, false).map(value -> value);
    Arbitrary<Object> inner =
        doubles.map(
            value -> {
              GenericRecord record =
                  new GenericData.Record(RECORD.getField("inner").schema().getTypes().get(1));
              record.put("d", value);
              return record;
            });
    List<Arbitrary<Object>> fields =
        List.of(
            doubles,
            doubles.injectNull(0.3),
            Arbitraries.oneOf(
                    Arbitraries.floats(),
                    Arbitraries.of(0f, 1f, 0.1f, Float.NaN, Float.POSITIVE_INFINITY))
                .map(value -> value),
            Arbitraries.oneOf(Arbitraries.integers(), Arbitraries.of(0, 1, 7, Integer.MIN_VALUE))
                .map(value -> value),
            longs,
            longs.injectNull(0.3),
            bools,
            bools.injectNull(0.3),
            strings,
            strings.map(text -> (Object) new Utf8((String) text)).injectNull(0.3),
            Arbitraries.of("BE", "NL")
                .map(
                    symbol -> new GenericData.EnumSymbol(RECORD.getField("kind").schema(), symbol)),
            Arbitraries.of(MILLIS).map(value -> value),
            Arbitraries.oneOf(
                    Arbitraries.of(MILLIS).filter(m -> Math.abs(m) < 1L << 50).map(m -> m * 1_000),
                    Arbitraries.longs())
                .map(value -> (Object) value)
                .injectNull(0.3),
            Arbitraries.of(0, -1, 18262, 10_000_000, Integer.MAX_VALUE, Integer.MIN_VALUE)
                .map(value -> value),
            strings.list().ofMaxSize(3).map(value -> value),
            inner.injectNull(0.3));
    return Combinators.combine(fields)
        .as(
            values -> {
              GenericRecord record = new GenericData.Record(RECORD);
              for (int position = 0; position < values.size(); position++) {
                record.put(position, values.get(position));
              }
              return record;
            });
  }
}
