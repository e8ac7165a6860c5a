package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.DeadLetter;
import io.leat.schemas.RecordHeaders;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of JSON as they stand behind ingestion: every digit of them, or a dead letter. */
class JsonValuesTest {
  private static final Map<String, String> STRUCTURED =
      Map.of("content-type", "application/cloudevents+json");

  private static Orders numbers;

  @BeforeAll
  static void start() throws IOException {
    numbers = new Orders(Orders.pipeline("numbers"));
  }

  @AfterAll
  static void close() {
    numbers.close();
  }

  /** An event with some fields more. */
  private static String event(String fields) {
    return "{\"id\": \"n-1\", \"ts\": %d%s}"
        .formatted(Orders.NOW.toEpochMilli(), fields.isEmpty() ? "" : ", " + fields);
  }

  private static GenericRecord accepted(String event, String json, Map<String, String> headers) {
    numbers.produce(event, json.getBytes(UTF_8), headers);
    assertThat(numbers.read(event + ".dlq")).extracting(JsonValuesTest::message).isEmpty();
    List<TestRecord<byte[], byte[]>> valid = numbers.read(event + ".valid");
    assertThat(valid).hasSize(1);
    return numbers.codec.decode(valid.get(0).value(), numbers.schema);
  }

  private static GenericRecord accepted(String fields) {
    return accepted("numbers", event(fields), Map.of());
  }

  private static DeadLetter refused(String event, byte[] json, Map<String, String> headers) {
    numbers.produce(event, json, headers);
    assertThat(numbers.read(event + ".valid")).isEmpty();
    List<TestRecord<byte[], byte[]>> deadLetters = numbers.read(event + ".dlq");
    assertThat(deadLetters).hasSize(1);
    return deadLetter(deadLetters.get(0));
  }

  private static DeadLetter refused(String fields) {
    return refused("numbers", event(fields).getBytes(UTF_8), Map.of());
  }

  private static DeadLetter deadLetter(TestRecord<byte[], byte[]> record) {
    return numbers.codec.decode(
        record.headers().lastHeader(RecordHeaders.DEAD_LETTER).value(), DeadLetter.class);
  }

  private static String message(TestRecord<byte[], byte[]> record) {
    return deadLetter(record).getMessage();
  }

  private static @Nullable BigDecimal amount(GenericRecord event) {
    ByteBuffer bytes = (ByteBuffer) event.get("amount");
    return bytes == null ? null : new BigDecimal(new BigInteger(bytes.array()), 2);
  }

  // ---- numbers ----

  @ParameterizedTest
  @CsvSource({
    "d, 0.1, 0.1",
    "d, 0.10000000000000001, 0.1",
    "d, 9007199254740992, 9.007199254740992E15",
    "d, 1e22, 1.0E22",
    "d, 0e400000000, 0.0",
    "f, 0.1, 0.1",
    "f, 0.10000000149011612, 0.1",
    "f, 16777216, 1.6777216E7",
    "fd, 1234567.891, 1234567.891",
    "fd, 1.5, 1.5",
    "fd, 0.1, 0.1",
    "ld, 9007199254740993, 9007199254740993",
    "ld, 1e300, 1.0E300",
    "ld, 0.5, 0.5",
    "l, 3.0, 3",
    "l, 1e3, 1000",
    "i, 2147483647, 2147483647",
  })
  void aNumberThatTheFieldHoldsPasses(String field, String number, String held) {
    assertThat(accepted("\"%s\": %s".formatted(field, number)).get(field)).hasToString(held);
  }

  @Test
  void ofTwoBinaryBranchesTheExactOneIsTaken() {
    assertThat(accepted("\"fd\": 1234567.891").get("fd")).isEqualTo(1234567.891);
    assertThat(accepted("\"fd\": 0.1").get("fd")).isEqualTo(0.1);
    assertThat(accepted("\"fd\": 1.5").get("fd")).isEqualTo(1.5f);
  }

  @ParameterizedTest
  @CsvSource({
    "d, 9007199254740993, double (no double is this number)",
    "d, 1e-400, double (no double is this number)",
    "d, 1e400, double (no double is this number)",
    "d, 0.1234567890123456789, double (no double is this number)",
    "d, 1e1001, double (a number of 1 digits at 10 to the power of 1001",
    "f, 1234567.891, float (no float is this number)",
    "f, 16777217, float (no float is this number)",
    "fd, 9007199254740993, null or float or double",
    "ld, 9223372036854775809, null or long or double",
    "l, 9223372036854775808, long",
    "l, 1.5, long",
    "l, 1e400000000, long (a number of 1 digits at 10 to the power of 400000000",
    "i, 2147483648, int",
    "amount, 1.234, decimal",
    "amount, 12345678.9, decimal (more than 9 digits)",
    "amount, 1e-400000000, decimal (a number of 1 digits at 10 to the power of -400000000",
    "ts, 1.5, timestamp-millis",
    "day, 0.5, date",
  })
  void aNumberThatLosesADigitIsRefusedByItsPlace(String field, String number, String expected) {
    DeadLetter deadLetter =
        refused("\"%s\": %s".formatted(field.equals("ts") ? "millis" : field, number));

    assertThat(deadLetter.getReason()).isEqualTo("NOT_THE_SCHEMA");
    assertThat(deadLetter.getMessage())
        .startsWith((field.equals("ts") ? "millis" : field) + " is the number '")
        .contains("expected " + expected);
  }

  /** Each a few bytes that would take hours to compute with. */
  @ParameterizedTest
  @ValueSource(strings = {"amount", "i", "l", "f", "d", "fd", "ld", "millis", "day", "doubles"})
  @Timeout(20)
  void aNumberWithoutEndIsRefusedAtOnce(String field) {
    for (String number : List.of("1e400000000", "-1e20000000", "1e-2147483647", "1e99999999999")) {
      String value = field.equals("doubles") ? "{\"x\": " + number + "}" : number;
      String fields = "\"%s\": %s".formatted(field, value);

      assertThat(refused(fields).getReason()).isIn("NOT_THE_SCHEMA", "NOT_JSON");
      assertThat(
              refused("cloud", structured("\"data\": " + event(fields)).getBytes(UTF_8), STRUCTURED)
                  .getReason())
          .isIn("NOT_THE_SCHEMA", "NOT_THE_ENVELOPE");
      assertThat(refused("rows", change(event(fields)).getBytes(UTF_8), Map.of()).getReason())
          .isIn("NOT_THE_SCHEMA", "NOT_JSON");
    }
    assertThat(refused("\"amount\": \"1e400000000\"").getMessage())
        .startsWith("amount is the text '1e400000000'");
  }

  @Test
  void aNumberInAFieldThatNobodyKnowsIsPassedOver() {
    assertThat(accepted("\"unknown\": 1e400000000").get("id")).hasToString("n-1");
  }

  @Test
  void aTextIsNoBase64WhereItMayBeAText() {
    assertThat(accepted("\"bytes_or_text\": \"abcd\"").get("bytes_or_text")).hasToString("abcd");
  }

  // ---- records of a union ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"radius\": 5}|{\"radius\": 5}",
        "{\"side\": 5}|{\"side\": 5, \"at\": {\"x\": 0}}",
        "{\"side\": 5, \"at\": {\"z\": 7}}|{\"side\": 5, \"at\": {\"z\": 7}}",
        "{}|{\"radius\": 0}",
      })
  void theBranchThatTakesAllKeysIsMeant(String json, String held) {
    assertThat(accepted("\"shape\": " + json).get("shape")).hasToString(held);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"width\": 5}", "{\"radius\": 5, \"side\": 6}", "{\"Cube\": {\"side\": 5}}"})
  void anObjectOfWhichNoBranchTakesAllKeysIsRefused(String json) {
    assertThat(refused("\"shape\": " + json).getMessage())
        .isEqualTo(
            "shape is an object of which each of [Circle, Square, Cube] leaves keys unread;"
                + " expected the keys of one of them");
  }

  // ---- what is no JSON ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\": \"a\", \"id\": \"b\"}|no JSON: an object has a key twice at line 1, column 17",
        "{\"id\": \"a\", \"\\u0069d\": \"b\"}|no JSON: an object has a key twice at line 1, column"
            + " 22",
        "{\"id\": \"a\"} {}|no JSON: something stands behind the object at line 1, column 13",
        "{\"d\": NaN}|no JSON: NaN and infinities are no numbers of JSON; expected null at line 1,"
            + " column 10",
        "{\"d\": -Infinity}|no JSON: NaN and infinities are no numbers of JSON; expected null at"
            + " line 1, column 16",
        "{\"d\": [1, 2|no JSON: it ends before its object does at line 1, column 12",
        "'\ufeff{}'|the value begins with a byte order mark; expected { ... }",
        "' '|the value is empty; expected { ... }",
        "[]|the value is JSON but no object; expected { ... }",
      })
  void whatIsNoJsonIsReportedInWords(String json, String message) {
    DeadLetter deadLetter = refused("numbers", json.getBytes(UTF_8), Map.of());

    assertThat(deadLetter.getReason()).isEqualTo("NOT_JSON");
    assertThat(deadLetter.getMessage()).isEqualTo(message);
  }

  // ---- times ----

  @ParameterizedTest
  @CsvSource({
    "millis, 2026-03-01T12:00:00.123Z, 1772366400123",
    "millis, 2026-03-01T12:00:00.123000Z, 1772366400123",
    "micros, 2026-03-01T12:00:00.123456Z, 1772366400123456",
    "micros, 1969-12-31T23:59:59.999999Z, -1",
    "nanos, 2262-04-11T23:47:16.854775807Z, 9223372036854775807",
    "nanos, 1677-09-21T00:12:43.145224192Z, -9223372036854775808",
    "local, 2026-03-01T12:00:00.5, 1772366400500",
    "time, 12:00:00.5, 43200500",
    "day, 2026-03-01, 20513",
  })
  void aTimeIsHeldInTheFieldsUnit(String field, String text, String held) {
    assertThat(accepted("\"%s\": \"%s\"".formatted(field, text)).get(field)).hasToString(held);
  }

  @ParameterizedTest
  @CsvSource({
    "millis, 2026-03-01T12:00:00.123456Z, 1772366400123",
    "millis, 1969-12-31T23:59:59.9995Z, -1",
    "micros, 2026-03-01T12:00:00.123456789Z, 1772366400123456",
    "local, 2026-03-01T12:00:00.1239, 1772366400123",
    "time, 12:00:00.0009, 43200000",
  })
  void finerDigitsOfATimeAreCutOffOnlyWhereTheContractSaysSo(
      String field, String text, String cut) {
    String fields = "\"%s\": \"%s\"".formatted(field, text);

    assertThat(refused(fields).getMessage())
        .contains(field + " is the text '" + text + "'")
        .contains("time_precision is exact");
    assertThat(accepted("cut", event(fields), Map.of()).get(field)).hasToString(cut);
  }

  @Test
  void aUuidOfSixteenBytesIsReadFromItsText() {
    GenericFixed uuid =
        (GenericFixed) accepted("\"uuid\": \"00112233-4455-6677-8899-aabbccddeeff\"").get("uuid");

    assertThat(new BigInteger(1, uuid.bytes()).toString(16))
        .isEqualTo("112233445566778899aabbccddeeff");
  }

  // ---- nesting ----

  private static String nested(int levels) {
    return "\"root\": " + "{\"next\": ".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
  }

  @Test
  void aHundredLevelsPassInEveryEnvelope() {
    accepted(nested(99));
    accepted("cloud", structured("\"data\": " + event(nested(99))), STRUCTURED);
    accepted("rows", change(event(nested(99))), Map.of());
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 101, 200, 997, 5_000})
  void whatIsNestedDeeperIsReportedToBeTooDeep(int levels) {
    String event = event(nested(levels));

    for (DeadLetter deadLetter :
        List.of(
            refused(nested(levels)),
            refused("cloud", structured("\"data\": " + event).getBytes(UTF_8), STRUCTURED),
            refused("rows", change(event).getBytes(UTF_8), Map.of()))) {
      assertThat(deadLetter.getReason()).isEqualTo("TOO_DEEP");
      assertThat(deadLetter.getMessage()).contains("deeper than 100 levels");
    }
  }

  // ---- aliases ----

  @Test
  void aFieldMayStandUnderAnAlias() {
    assertThat(accepted("\"store\": \"Old shop\"").get("shop_name")).hasToString("Old shop");
    assertThat(
            accepted(
                    "cloud",
                    structured("\"data\": " + event("\"outlet\": \"Old shop\"")),
                    STRUCTURED)
                .get("shop_name"))
        .hasToString("Old shop");
    assertThat(
            accepted("rows", change(event("\"store\": \"Old shop\"")), Map.of()).get("shop_name"))
        .hasToString("Old shop");
    GenericRecord root = (GenericRecord) accepted("\"root\": {\"child\": {}}").get("root");
    assertThat(root.get("next")).isNotNull();
  }

  @Test
  void aFieldUnderTwoNamesIsRefused() {
    assertThat(refused("\"store\": \"a\", \"shop_name\": \"a\"").getMessage())
        .isEqualTo("shop_name is given under two names, shop_name and store; expected one");
    assertThat(refused("\"store\": \"a\", \"outlet\": \"b\"").getMessage())
        .contains("under two names, store and outlet");
  }

  // ---- Debezium ----

  private static String change(String row) {
    return "{\"op\": \"c\", \"ts_ms\": %d, \"after\": %s}"
        .formatted(Orders.NOW.toEpochMilli(), row);
  }

  /** A change with the schema of one field of its row. */
  private static String change(String field, String schema, String value) {
    return "{\"schema\": {\"type\": \"struct\", \"fields\": [{\"field\": \"after\", \"type\": \"struct\", \"fields\": [{\"field\": \"%s\", %s}]}]}, \"payload\": %s}"
        .formatted(field, schema, change(event("\"%s\": %s".formatted(field, value))));
  }

  private static final String DECIMAL =
      "\"type\": \"bytes\", \"name\": \"org.apache.kafka.connect.data.Decimal\", \"parameters\":"
          + " {\"scale\": \"%d\"}";
  private static final String VARIABLE =
      "\"type\": \"struct\", \"name\": \"io.debezium.data.VariableScaleDecimal\"";

  @Test
  void base64OfADecimalIsReadByTheSchemaBesideIt() {
    GenericRecord event =
        accepted("rows", change("amount", DECIMAL.formatted(2), "\"1234\""), Map.of());

    assertThat(amount(event)).isEqualTo("-26588.24");
  }

  @Test
  void theSchemasScaleIsTheNumbers() {
    // 1230 in base64 is BM4=
    assertThat(
            amount(accepted("rows", change("amount", DECIMAL.formatted(3), "\"BM4=\""), Map.of())))
        .isEqualTo("1.23");
    assertThat(
            amount(
                accepted(
                    "rows",
                    change("amount", VARIABLE, "{\"scale\": 1, \"value\": \"BM4=\"}"),
                    Map.of())))
        .isEqualTo("123.00");
    assertThat(amount(accepted("rows", change("amount", DECIMAL.formatted(2), "12.34"), Map.of())))
        .as("a converter that writes decimals as numbers")
        .isEqualTo("12.34");
    assertThat(
            amount(
                accepted("rows", change("amount", "\"type\": \"string\"", "\"1234\""), Map.of())))
        .as("a connector that writes decimals as texts")
        .isEqualTo("1234.00");
    assertThat(accepted("rows", change("d", DECIMAL.formatted(3), "\"BM4=\""), Map.of()).get("d"))
        .isEqualTo(1.23);
  }

  @Test
  void whatTheSchemaSaysIsNoNumberOrTextIsRefused() {
    for (String change :
        List.of(
            change("amount", "\"type\": \"bytes\"", "\"1234\""),
            change("amount", DECIMAL.formatted(2), "\"12.34\""),
            change("amount", DECIMAL.formatted(5), "\"BM4=\""),
            change("amount", DECIMAL.formatted(2).replace("\"2\"", "\"400000000\""), "\"BM4=\""),
            change("text", DECIMAL.formatted(2), "\"BM4=\""),
            change("text", "\"type\": \"bytes\"", "\"BM4=\""),
            change("millis", DECIMAL.formatted(2), "\"BM4=\""))) {
      assertThat(refused("rows", change.getBytes(UTF_8), Map.of()).getReason())
          .isEqualTo("NOT_THE_SCHEMA");
    }
  }

  @Test
  void withoutASchemaTheContractSaysWhatATextForADecimalIs() {
    String change = change(event("\"amount\": \"1234\""));

    assertThat(refused("rows", change.getBytes(UTF_8), Map.of()).getMessage())
        .contains("amount is the text '1234'; expected decimal (neither a schema");
    assertThat(amount(accepted("rows_of_digits", change, Map.of()))).isEqualTo("1234.00");
    assertThat(amount(accepted("rows_of_base64", change, Map.of()))).isEqualTo("-26588.24");
    assertThat(amount(accepted("rows", change(event("\"amount\": 12.34")), Map.of())))
        .isEqualTo("12.34");
  }

  @ParameterizedTest
  @CsvSource({
    "millis, int64, io.debezium.time.MicroTimestamp, 1772366400123000, 1772366400123",
    "millis, int64, io.debezium.time.Timestamp, 1772366400123, 1772366400123",
    "millis, int64, org.apache.kafka.connect.data.Timestamp, 1772366400123, 1772366400123",
    "micros, int64, io.debezium.time.NanoTimestamp, 1772366400123456000, 1772366400123456",
    "micros, int64, io.debezium.time.Timestamp, 1772366400123, 1772366400123000",
    "local, int64, io.debezium.time.MicroTimestamp, 1772366400123000, 1772366400123",
    "time, int64, io.debezium.time.MicroTime, 43200000000, 43200000",
    "time, int64, io.debezium.time.NanoTime, 43200000000000, 43200000",
    "time, int32, io.debezium.time.Time, 43200000, 43200000",
    "day, int32, io.debezium.time.Date, 20513, 20513",
    "day, int32, org.apache.kafka.connect.data.Date, 20513, 20513",
    "millis, string, io.debezium.time.ZonedTimestamp, \"2026-03-01T12:00:00.123Z\", 1772366400123",
    "l, int64, io.debezium.time.MicroTimestamp, 1772366400123456, 1772366400123456",
    "text, string, io.debezium.data.Enum, \"1234\", 1234",
    "text, string, io.debezium.data.Json, \"{}\", {}",
    "nanos, int64, io.debezium.time.NanoTimestamp, -9223372036854775808, -9223372036854775808",
    "day, string, io.debezium.time.IsoDate, \"2026-03-01Z\", 20513",
    "time, string, io.debezium.time.IsoTime, \"12:00:00.5Z\", 43200500",
    "millis, string, io.debezium.time.IsoTimestamp, \"2026-03-01T12:00:00.123Z\", 1772366400123",
    "local, string, io.debezium.time.IsoTimestamp, \"2026-03-01T12:00:00.123Z\", 1772366400123",
    "text, string, io.debezium.time.IsoDate, \"2026-03-01Z\", 2026-03-01Z",
  })
  void timesAreReadInTheUnitThatTheSchemaSays(
      String field, String type, String name, String value, String held) {
    String schema = "\"type\": \"%s\", \"name\": \"%s\"".formatted(type, name);

    assertThat(accepted("rows", change(field, schema, value), Map.of()).get(field))
        .hasToString(held);
  }

  @ParameterizedTest
  @CsvSource({
    "millis, int64, io.debezium.time.MicroTimestamp, 1772366400123456",
    "millis, int32, io.debezium.time.Date, 20513",
    "day, int64, io.debezium.time.Timestamp, 1772366400123",
    "time, int64, io.debezium.time.NanoTime, 43200000000001",
    "time, int64, io.debezium.time.MicroTime, -1",
    "time, int64, io.debezium.time.MicroTime, 86400000000",
    "day, int32, io.debezium.time.Date, 4294987809",
    "day, string, io.debezium.time.IsoDate, \"2026-03-01T12:00:00Z\"",
    "time, string, io.debezium.time.ZonedTime, \"12:00:00+01:00\"",
    "local, string, io.debezium.time.ZonedTimestamp, \"2026-03-01T12:00:00Z\"",
    "raw, string, io.debezium.data.Json, \"abcd\"",
  })
  void aTimeThatTheFieldCannotHoldIsRefused(String field, String type, String name, String value) {
    String schema = "\"type\": \"%s\", \"name\": \"%s\"".formatted(type, name);

    assertThat(refused("rows", change(field, schema, value).getBytes(UTF_8), Map.of()).getReason())
        .isEqualTo("NOT_THE_SCHEMA");
  }

  @Test
  void aTextThatMayBeHexOrBase64OfBytesIsRefused() {
    assertThat(
            refused(
                    "rows",
                    change("raw", "\"type\": \"string\"", "\"deadbeef\"").getBytes(UTF_8),
                    Map.of())
                .getMessage())
        .isEqualTo("raw is the text 'deadbeef'; expected bytes (its schema says string)");
  }

  // ---- CloudEvents ----

  @ParameterizedTest
  @ValueSource(strings = {"id", "source", "type"})
  void aRequiredAttributeIsNotEmpty(String name) {
    String event =
        structured("\"data\": {}")
            .replaceFirst("\"" + name + "\": \"[^\"]*\"", "\"" + name + "\": \"\"");

    assertThat(refused("cloud", event.getBytes(UTF_8), STRUCTURED).getMessage())
        .endsWith("its " + name + " is empty");
  }

  @Test
  void anotherCharsetThanUtf8IsRefused() {
    assertThat(
            refused(
                    "cloud",
                    structured("\"data\": {}").getBytes(UTF_8),
                    Map.of("content-type", "application/cloudevents+json; charset=\"ISO-8859-1\""))
                .getMessage())
        .endsWith(
            "the content-type is 'application/cloudevents+json; charset=\"ISO-8859-1\"'; expected"
                + " utf-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2147483648", "1.5", "1e400000000"})
  void aNumberThatNoAttributeCanBeIsReportedByItsName(String number) {
    assertThat(
            refused(
                    "cloud",
                    structured("\"n\": %s, \"data\": {}".formatted(number)).getBytes(UTF_8),
                    STRUCTURED)
                .getMessage())
        .endsWith("the attribute n is a number; expected a whole one of 32 bits, or a text");
  }

  private static String structured(String more) {
    return "{\"specversion\": \"1.0\", \"id\": \"n-1\", \"source\": \"/s\", \"type\": \"t\", \"time\": \"2026-03-01T12:00:00Z\", %s}"
        .formatted(more);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/vnd.acme+json",
        "text/json; charset=utf-8",
        "Application/Vnd.Acme+JSON"
      })
  void dataOfEveryJsonTypeIsJson(String type) {
    String event = structured("\"datacontenttype\": \"%s\", \"data\": {\"l\": 7}".formatted(type));

    assertThat(accepted("cloud", event, STRUCTURED).get("l")).isEqualTo(7L);
  }

  @Test
  void dataMayBeATextOfAnotherTypeOrBase64() {
    String text = "\"datacontenttype\": \"text/plain\", \"data\": \"{\\\"l\\\": 7}\"";

    assertThat(accepted("cloud", structured(text), STRUCTURED).get("l")).isEqualTo(7L);
    assertThat(
            accepted("cloud", structured("\"data_base64\": \"eyJsIjogN30=\""), STRUCTURED).get("l"))
        .isEqualTo(7L);
  }

  @Test
  void dataKeepsItsDigits() {
    assertThat(
            accepted("cloud", structured("\"data\": {\"l\": 9007199254740993}"), STRUCTURED)
                .get("l"))
        .isEqualTo(9007199254740993L);
    assertThat(
            refused(
                    "cloud",
                    structured("\"data\": {\"d\": 0.1234567890123456789}").getBytes(UTF_8),
                    STRUCTURED)
                .getReason())
        .isEqualTo("NOT_THE_SCHEMA");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"datacontenttype\": \"text/plain\", \"data\": {\"l\": 7}",
        "\"data\": {\"l\": 7}, \"data_base64\": \"eyJsIjogN30=\"",
        "\"data_base64\": \"***\"",
        "\"data\": {\"l\": 7}, \"extension\": 1e400000000",
        "\"data\": {\"l\": 7}, \"extension\": {}",
        "\"data\": {\"l\": 7}, \"id\": \"n-2\"",
        "\"data\": {\"l\": 7}, \"Extension\": \"x\"",
      })
  void whatIsNoCloudEventIsRefused(String more) {
    assertThat(refused("cloud", structured(more).getBytes(UTF_8), STRUCTURED).getReason())
        .isEqualTo("NOT_THE_ENVELOPE");
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    byte[] json = event("\"text\": \"?\"").getBytes(UTF_8);
    json[json.length - 3] = (byte) 0xC3;

    assertThat(refused("numbers", json, Map.of()).getMessage()).contains("no UTF-8");
    numbers.produceWithBytes(
        "cloud",
        "{}".getBytes(UTF_8),
        Map.of(
            "ce_specversion", "1.0".getBytes(UTF_8),
            "ce_id", new byte[] {'n', (byte) 0xC3},
            "ce_source", "/s".getBytes(UTF_8),
            "ce_type", "t".getBytes(UTF_8)));
    assertThat(numbers.read("cloud.dlq"))
        .singleElement()
        .satisfies(
            record -> assertThat(deadLetter(record).getReason()).isEqualTo("NOT_THE_ENVELOPE"));
  }
}
