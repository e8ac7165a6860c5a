package io.leat.pipeline.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.expression.Program.Result;
import io.leat.schemas.ValueType;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  private static final Schema PAYMENT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "fields": [
                {"name": "amount", "type": "double"},
                {"name": "ratio", "type": "float"},
                {"name": "items", "type": "int"},
                {"name": "total", "type": "long"},
                {"name": "fee", "type": ["null", "double"]},
                {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "seen_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                {"name": "country", "type": "string"},
                {"name": "channel", "type": {"type": "enum", "name": "Channel", "symbols": ["WEB", "POS"]}},
                {"name": "online", "type": "boolean"},
                {"name": "tags", "type": {"type": "array", "items": "string"}},
                {"name": "limits", "type": {"type": "map", "values": "double"}},
                {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [
                  {"name": "city", "type": "string"}]}]},
                {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}},
                {"name": "either", "type": ["string", "int"]}
              ]}
              """);
  private static final Scope EVENT = Scope.ofEvent(PAYMENT);
  private static final Scope FIELDS = Scope.ofFields(PAYMENT);
  private static final Scope VECTOR =
      Scope.ofEventAndRows(
          PAYMENT,
          List.of(
              List.of(
                  new TypedName("card.count_7d", ValueType.LONG),
                  new TypedName("card.avg_amount_7d", ValueType.DOUBLE))),
          Map.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "event.amount > 0                                        ~ true",
        "event.amount > 0.0 && event.amount < 50000              ~ true",
        "event.amount == 5                                       ~ true",
        "5 != event.amount                                       ~ false",
        "event.amount / 2                                        ~ 2.5",
        "2 / event.amount                                        ~ 0.4",
        "event.amount * 2 + 1                                    ~ 11.0",
        "1 - event.amount                                        ~ -4.0",
        "-event.amount                                           ~ -5.0",
        "event.items / 2                                         ~ 1",
        "event.items / 2.0                                       ~ 1.5",
        "event.items % 2 == 1                                    ~ true",
        "event.total + event.items                               ~ 9007199254740996",
        "event.items > 2.5                                       ~ true",
        "event.ratio                                             ~ 0.5",
        "event.amount / 0                                        ~ Infinity",
        "(event.amount - 5) / 0.0                                ~ NaN",
        "event.paid_at.getHours()                                ~ 23",
        "event.paid_at.getHours('Europe/Brussels') <= 6          ~ true",
        "event.paid_at == event.seen_at                          ~ true",
        "event.day.getDayOfWeek('UTC')                           ~ 3",
        "event.paid_at - event.seen_at < duration('1h')          ~ true",
        "event.country                                           ~ BE",
        "event.country in ['BE', 'NL'] && event.channel == 'WEB' ~ true",
        "event.country.matches('[A-Z]{2}')                       ~ true",
        "event.online ? 1 : 0                                    ~ 1",
        "'vip' in event.tags                                     ~ true",
        "event.tags.exists(tag, tag.startsWith('v'))             ~ true",
        "event.limits['daily'] > event.amount                    ~ true",
        "event.address.city                                      ~ Gent",
        "has(event.address.city) && has(event.amount)            ~ true",
      })
  void expressionsOverAnEventYieldTheirValue(String text, String expected) {
    assertThat(String.valueOf(evaluate(text, EVENT, EVENT.bind(payment())))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "event.fee > 1.0                             ~ null",
        "event.fee + 1                               ~ null",
        "event.fee == 0                              ~ null",
        "!(event.fee > 1.0)                          ~ null",
        "string(event.fee)                           ~ null",
        "event.fee > 1.0 ? 1 : 2                     ~ null",
        "event.fee > 1.0 || event.items == 3         ~ true",
        "event.items == 3 || event.fee > 1.0         ~ true",
        "event.fee > 1.0 && event.items > 3          ~ false",
        "event.fee > 1.0 && event.items == 3         ~ null",
        "event.items == 3 ? 1.5 : event.fee          ~ 1.5",
        "has(event.fee)                              ~ false",
        "has(event.fee) && event.fee > 1.0           ~ false",
        "has(event.fee) ? event.fee : 0.0            ~ 0.0",
        "[1.0, 2.0].exists(x, x == event.fee)        ~ null",
      })
  void nullIsTheUnknownOfThreeValuedLogic(String text, String expected) {
    assertThat(String.valueOf(evaluate(text, EVENT, EVENT.bind(payment())))).isEqualTo(expected);
  }

  @Test
  void aNullRecordMakesItsFieldsNull() {
    GenericRecord payment = payment();
    payment.put("address", null);
    assertThat(evaluate("event.address.city == 'Gent'", EVENT, EVENT.bind(payment))).isNull();
  }

  @Test
  void aggregationsNameTheFieldsThemselves() {
    assertThat(evaluate("amount > 1 && country == 'BE'", FIELDS, FIELDS.bind(payment())))
        .isEqualTo(true);
  }

  @Test
  void featuresOfViewsAreDoublesCountsToo() {
    Object[][] features = {{3L, 2.0}};
    assertThat(evaluate("card.count_7d / 2", VECTOR, VECTOR.bind(payment(), features)))
        .isEqualTo(1.5);
    assertThat(
            evaluate("event.amount / card.avg_amount_7d", VECTOR, VECTOR.bind(payment(), features)))
        .isEqualTo(2.5);
    features[0][1] = null;
    assertThat(
            evaluate("event.amount / card.avg_amount_7d", VECTOR, VECTOR.bind(payment(), features)))
        .isNull();
    features[0] = null;
    assertThat(
            evaluate("event.amount / card.avg_amount_7d", VECTOR, VECTOR.bind(payment(), features)))
        .isNull();
  }

  @Test
  void decisionsAreOverTheScore() {
    Scope score = Scope.ofScore();
    assertThat(evaluate("score >= 0.92", score, score.bind(0.92))).isEqualTo(true);
    assertThat(evaluate("score >= 1", score, score.bind(0.92))).isEqualTo(false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "event.items / (event.items - 3)        ~ division by zero",
        "event.items % (event.items - 3)        ~ division by zero",
        "9223372036854775807 + event.items      ~ long overflow",
        "event.tags[7] == 'x'                   ~ Index out of bounds: 7",
        "event.paid_at.getHours(event.country)  ~ Unknown time-zone ID: BE",
        "int(event.country)                     ~ For input string: \"BE\"",
      })
  void whatHasNoValueIsAnErrorThatSaysWhy(String text, String reason) {
    Program program = Program.compile(expression(text), EVENT, Result.SCALAR);
    assertThatThrownBy(() -> program.evaluate(EVENT.bind(payment())))
        .isInstanceOf(ExpressionException.class)
        .hasMessageStartingWith("rules.yaml:7: '" + text + "' has no value for this input: ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "event.amont > 0          ~ at column 1 of 'event.amont > 0': unknown name event.amont;"
            + " expected one of event.amount, event.ratio, event.items, event.total, event.fee,"
            + " event.paid_at, event.seen_at, event.day, event.country, event.channel,"
            + " event.online, event.tags and 2 more. Did you mean event.amount?",
        "evnt.amount > 0          ~ at column 1 of 'evnt.amount > 0': unknown name evnt.amount;"
            + " expected one of event.amount, event.ratio, event.items, event.total, event.fee,"
            + " event.paid_at, event.seen_at, event.day, event.country, event.channel,"
            + " event.online, event.tags and 2 more. Did you mean event.amount?",
        "true && event.address    ~ at column 9 of 'true && event.address': event.address stands"
            + " for no single value; expected one of event.address.city",
        "event.price > 0          ~ at column 1 of 'event.price > 0': event.price is a decimal,"
            + " which expressions cannot read; expected a number, a text, a bool or a timestamp, or"
            + " a list or map of these",
        "event.either == 'x'      ~ at column 1 of 'event.either == 'x'': event.either is a union"
            + " of several types, which expressions cannot read; expected a number, a text, a bool"
            + " or a timestamp, or a list or map of these",
        "event.country > 5        ~ at column 15 of 'event.country > 5': > cannot be applied to"
            + " (string, int)",
        "event.fee == null        ~ at column 11 of 'event.fee == null': == cannot be applied to"
            + " (double, null); to ask whether a value is there write has(event.field)",
        "event.amount             ~ at column 1 of 'event.amount': 'event.amount' yields double;"
            + " expected bool",
        "has(1 + 2)               ~ at column 4 of 'has(1 + 2)': has() takes the name of a field,"
            + " as in has(event.amount)",
        "has(event.amont)         ~ at column 5 of 'has(event.amont)': unknown name event.amont;"
            + " expected one of event.amount, event.ratio, event.items, event.total, event.fee,"
            + " event.paid_at, event.seen_at, event.day, event.country, event.channel,"
            + " event.online, event.tags and 2 more. Did you mean event.amount?",
      })
  void whatDoesNotCompileIsReportedWithItsPlace(String text, String problem) {
    assertThatThrownBy(() -> Program.compile(expression(text), EVENT, Result.BOOL))
        .isInstanceOf(ExpressionException.class)
        .hasMessage("rules.yaml:7: " + problem);
  }

  @Test
  void syntaxErrorsPointToTheirLine() {
    assertThatThrownBy(
            () ->
                Program.compile(
                    expression("event.amount > 0 &&\n  event.items >"), EVENT, Result.BOOL))
        .hasMessageStartingWith(
            "rules.yaml:8: at column 16 of '  event.items >': mismatched input");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {"event.paid_at ~ timestamp", "event.tags ~ list(string)", "null ~ null"})
  void vectorsHoldScalarsOnly(String text, String type) {
    assertThatThrownBy(() -> Program.compile(expression(text), EVENT, Result.SCALAR))
        .hasMessageContaining("yields " + type + "; expected a number, bool or string");
  }

  @Test
  void costIsBounded() {
    String numbers = "[0,1,2,3,4,5,6,7,8,9]";
    String nested =
        "%1$s.all(a, %1$s.all(b, %1$s.all(c, %1$s.all(d, %1$s.all(e, a + b + c + d + e < 99)))))"
            .formatted(numbers);
    Program program = Program.compile(expression(nested), EVENT, Result.BOOL);
    assertThatThrownBy(() -> program.evaluate(EVENT.bind(payment())))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("Iteration budget exceeded: 10000");
    assertThatThrownBy(
            () -> Program.compile(expression("true || ".repeat(600) + "true"), EVENT, Result.BOOL))
        .isInstanceOf(ExpressionException.class);
    assertThatThrownBy(
            () ->
                Program.compile(
                    expression("(".repeat(100) + "true" + ")".repeat(100)), EVENT, Result.BOOL))
        .isInstanceOf(ExpressionException.class);
  }

  @Test
  void bindingsOfAnotherScopeAreRefused() {
    Program program = Program.compile(expression("event.amount > 0"), EVENT, Result.BOOL);
    assertThatThrownBy(() -> program.evaluate(FIELDS.bind(payment())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("event.amount");
  }

  private static @Nullable Object evaluate(String text, Scope scope, Map<String, Object> bindings) {
    return Program.compile(expression(text), scope, Result.SCALAR).evaluate(bindings);
  }

  private static Expression expression(String text) {
    return new Expression(text, "rules.yaml", 7);
  }

  private static GenericRecord payment() {
    GenericRecord address =
        new GenericData.Record(PAYMENT.getField("address").schema().getTypes().get(1));
    address.put("city", new Utf8("Gent"));
    GenericRecord payment = new GenericData.Record(PAYMENT);
    payment.put("amount", 5.0);
    payment.put("ratio", 0.5f);
    payment.put("items", 3);
    payment.put("total", 9007199254740993L);
    payment.put("fee", null);
    payment.put("paid_at", 1577921400000L); // 2020-01-01T23:30:00Z
    payment.put("seen_at", 1577921400000000L);
    payment.put("day", 18262); // 2020-01-01, a Wednesday
    payment.put("country", new Utf8("BE"));
    payment.put("channel", new GenericData.EnumSymbol(PAYMENT.getField("channel").schema(), "WEB"));
    payment.put("online", true);
    payment.put("tags", Arrays.asList(new Utf8("new"), new Utf8("vip")));
    payment.put("limits", Map.of(new Utf8("daily"), 100.0));
    payment.put("address", address);
    return payment;
  }

  /** Each would make terabytes of a text of a few letters. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "event.country.replace('', 'xxxxxxxx').replace('', 'xxxxxxxx').replace('',"
            + " 'xxxxxxxx').replace('', 'xxxxxxxx').replace('', 'xxxxxxxx').replace('',"
            + " 'xxxxxxxx').replace('', 'xxxxxxxx').replace('', 'xxxxxxxx').replace('',"
            + " 'xxxxxxxx').replace('', 'xxxxxxxx') == ''",
        "[event.country].map(a, a.replace('B', 'BBBBBBBB')).map(a, a.replace('B',"
            + " 'BBBBBBBB')).map(a, a.replace('B', 'BBBBBBBB')).map(a, a.replace('B',"
            + " 'BBBBBBBB')).map(a, a.replace('B', 'BBBBBBBB')).map(a, a.replace('B',"
            + " 'BBBBBBBB')).map(a, a.replace('B', 'BBBBBBBB')).map(a, a.replace('B',"
            + " 'BBBBBBBB')).map(a, a.replace('B', 'BBBBBBBB')).size() == 0",
        "[event.country].map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).size() == 0",
        "[[0]].map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a"
            + " + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a"
            + " + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a"
            + " + a + a + a).map(a, a + a + a + a + a + a + a + a).size() == 0",
        "[bytes(event.country)].map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a"
            + " + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a +"
            + " a).size() == 0",
        "[event.country].map(a, a.split('').join('xxxxxxxx')).map(a, a.split('').join(a)).map(a,"
            + " a.split('').join(a)).map(a, a.split('').join(a)).map(a, a.split('').join(a)).map(a,"
            + " a.split('').join(a)).map(a, a.split('').join(a)).map(a, a.split('').join(a)).size()"
            + " == 0",
      })
  void anEvaluationMakesNoMoreThanItsBound(String text) {
    Program program = Program.compile(expression(text), EVENT, Result.BOOL);

    assertThatThrownBy(() -> program.evaluate(EVENT.bind(payment())))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("it makes texts and lists of more than 16,777,216 characters in all");
  }

  @Test
  void theTextsThatALoopKeepsAreCountedTogether() {
    GenericRecord payment = payment();
    payment.put("country", "x".repeat(1 << 20));
    Program program =
        Program.compile(
            expression("event.tags.map(t, event.country.substring(1)).size() > 0"),
            EVENT,
            Result.BOOL);

    payment.put("tags", Collections.nCopies(10, "t"));
    assertThat(program.evaluate(EVENT.bind(payment))).isEqualTo(true);
    payment.put("tags", Collections.nCopies(9_000, "t"));
    assertThatThrownBy(() -> program.evaluate(EVENT.bind(payment)))
        .hasMessageContaining("it makes texts and lists of more than");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event.country.replace('E', 'x') == 'Bx'",
        "event.country.replace('', '-') == '-B-E-'",
        "event.country.replace('B', '', 0) == 'BE'",
        "(event.country + event.country).replace('B', 'b', 1) == 'bEBE'",
        "event.country.split('').join('-') == 'B-E'",
        "['a', 'b'].join() == 'ab'",
        "'a,b,c'.split(',', 2) == ['a', 'b,c']",
        "bytes('a') + bytes('b') == b'ab' && [1] + [2] == [1, 2]",
        "[1, 2].map(x, x + 1) == [2, 3] && event.country + '!' == 'BE!'",
      })
  void theBoundChangesNoValue(String text) {
    assertThat(evaluate(text, EVENT, EVENT.bind(payment()))).isEqualTo(true);
  }
}
