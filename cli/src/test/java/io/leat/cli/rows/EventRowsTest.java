package io.leat.cli.rows;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.parquet.schema.MessageTypeParser.parseMessageType;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.cli.command.UserError;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.definition.Contract;
import io.leat.runtime.settings.RowFileOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class EventRowsTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Reading", "fields": [
                {"name": "id", "type": "long"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "place", "type": "string", "default": "mill"},
                {"name": "level", "type": ["null", "double"], "default": null},
                {"name": "open", "type": "boolean"}]}
              """);
  private static final Contract CONTRACT = contract(SCHEMA);

  private static Contract contract(Schema schema) {
    return Contract.of(
        "readings",
        schema,
        "owner",
        "",
        Optional.empty(),
        "id",
        "at",
        Duration.ofMinutes(5),
        List.of(),
        new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(1)));
  }

  @TempDir private Path folder;

  @Test
  void aCsvFileGivesEventsAndNamesTheLinesThatDoNotFit() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"),
            """
            id,at,level,open,remark
            1,2026-01-01T00:00:00,0.5,1,fine
            two,2026-01-01T00:30:00,0.5,0,
            3,2026-01-01 01:00:00+01:00,,false,"a
            remark of two lines"
            4,yesterday,1.0,true,
            5,2026-01-02
            """);

    List<EventRow> rows = read(file, Optional.empty());

    assertThat(rows).hasSize(5);
    assertThat(fitting(rows.get(0)).get("at")).isEqualTo(1_767_225_600_000L);
    assertThat(fitting(rows.get(0)).get("place")).hasToString("mill");
    assertThat(rows.get(1)).isEqualTo(new Unfitting(3, "id is 'two'; expected a whole number"));
    assertThat(fitting(rows.get(2)).get("at")).isEqualTo(1_767_225_600_000L);
    assertThat(fitting(rows.get(2)).get("level")).isNull();
    assertThat(rows.get(3))
        .isEqualTo(
            new Unfitting(
                6,
                "at is 'yesterday'; expected a time, such as 2026-11-23T08:30:00Z, no finer than"
                    + " milliseconds (see --time-format, --truncate-times)"));
    assertThat(rows.get(4))
        .isEqualTo(
            new Unfitting(
                7,
                "the row has 2 values, and the first line names 5 columns; a value that holds ','"
                    + " stands in quotes"));
  }

  @Test
  void aByteOrderMarkMayStandBeforeAQuotedName() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"),
            "\ufeff\"place\",\"id\",\"at\",\"open\"\n\"a, b\",1,2026-01-01,1\n");

    List<EventRow> rows = read(file, Optional.empty());

    assertThat(fitting(rows.get(0)).get("place")).hasToString("a, b");
  }

  @Test
  void aFieldTakesTheColumnOfAnAliasAndOneAlone() throws IOException {
    Contract contract =
        contract(
            new Schema.Parser()
                .parse(
                    SCHEMA
                        .toString()
                        .replace(
                            "\"default\":\"mill\"",
                            "\"default\":\"mill\",\"aliases\":[\"site\"]")));
    Path file = folder.resolve("readings.csv");

    Files.writeString(file, "id,at,site,open\n1,2026-01-01,weir,1\n");
    assertThat(fitting(read(file, contract).get(0)).get("place")).hasToString("weir");

    Files.writeString(file, "id,at,site,place,open\n1,2026-01-01,weir,lock,1\n");
    assertThatThrownBy(() -> read(file, contract))
        .hasMessageContaining(
            "the columns [place, site] are all field place, by its name or aliases; expected one of"
                + " them");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0000-12-31T23:59:59Z", "+10000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"})
  void aTimeThatNoTableHoldsDoesNotFit(String time) throws IOException {
    Path file = Files.writeString(folder.resolve("readings.csv"), "id,at,open\n1," + time + ",1\n");

    assertThat(read(file, Optional.empty()))
        .singleElement()
        .satisfies(
            row ->
                assertThat(((Unfitting) row).problem())
                    .startsWith("at lies outside of the years 1 to 9999"));
  }

  @Test
  void aGzippedFileIsReadAndTheTimeColumnMayHaveAnotherName() throws IOException {
    Path file = folder.resolve("readings.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          "id,when,open\n1,1767225600000,true\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    List<EventRow> rows = read(file, Optional.of("when"));

    assertThat(fitting(rows.get(0)).get("at")).isEqualTo(1_767_225_600_000L);
  }

  @Test
  void aStrayQuoteCostsItsRowAndNoOther() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"),
            """
            \ufeffid,at,place,open

            1,2026-01-01,"the "old" mill",1

            2,2026-01-01,"a mill,1
            3,2026-01-01,"say ""mill\""",1
            4,2026-01-01,12" pipe,1
            5,2026-01-01,",1
            6,2026-01-01,mill,1
            """);

    List<EventRow> rows = read(file, Optional.empty());

    assertThat(rows)
        .filteredOn(Unfitting.class::isInstance)
        .containsExactly(
            new Unfitting(3, "column 3 goes on behind its closing quote; expected ','"),
            new Unfitting(5, "column 3 goes on behind its closing quote; expected ','"),
            new Unfitting(8, "column 3 begins with a quote that is not closed"));
    assertThat(rows)
        .filteredOn(Fitting.class::isInstance)
        .extracting(row -> row.line() + " " + fitting(row).get("place"))
        .containsExactly("6 say \"mill\"", "7 12\" pipe", "9 mill");
  }

  @Test
  void aRowWithMoreValuesThanColumnsIsNamedAndLeftOut() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"),
            """
            id,at,open,level
            1,2026-01-01,1,1,000.50
            2,2026-01-01,1,1000.50
            3,2026-01-01,1,"1,000.50"
            """);

    List<EventRow> rows = read(file);

    assertThat(rows.get(0))
        .isEqualTo(
            new Unfitting(
                2,
                "the row has 5 values, and the first line names 4 columns; a value that holds ','"
                    + " stands in quotes"));
    assertThat(fitting(rows.get(1)).get("level")).isEqualTo(1000.5);
    assertThat(((Unfitting) rows.get(2)).problem())
        .startsWith("level is '1,000.50'; expected a number");
  }

  @Test
  void anExportOfAnotherCountryIsReadAsItsOptionsSay() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"),
            """
            Nr;Zeit am Ort;place;level;open;remark
            1;01.07.2026 12:00:00;mill;1000,5;ja;a, b
            2;01.01.2026 12:00:00;mill;k.A.;nein;
            3;29.03.2026 02:30:00;mill;;ja;
            4;25.10.2026 02:30:00;mill;;ja;
            5;31.02.2026 12:00:00;mill;1.000,5;vielleicht;
            """);

    List<EventRow> rows =
        read(
            file,
            "--delimiter=;",
            "--decimal=,",
            "--time-format=dd.MM.yyyy HH:mm:ss",
            "--time-zone=Europe/Berlin",
            "--null=k.A.",
            "--rename=Nr=id",
            "--rename=Zeit am Ort=at");

    assertThat(fitting(rows.get(0)).get("at")).isEqualTo(millis("2026-07-01T10:00:00Z"));
    assertThat(fitting(rows.get(0)).get("level")).isEqualTo(1000.5);
    assertThat(fitting(rows.get(0)).get("open")).isEqualTo(true);
    assertThat(fitting(rows.get(1)).get("at")).isEqualTo(millis("2026-01-01T11:00:00Z"));
    assertThat(fitting(rows.get(1)).get("level")).isNull();
    assertThat(rows.subList(2, 4))
        .containsExactly(
            new Unfitting(
                4,
                "at is '29.03.2026 02:30:00'; clocks of Europe/Berlin showed it never, it was"
                    + " skipped when they were changed"),
            new Unfitting(
                5,
                "at is '25.10.2026 02:30:00'; clocks of Europe/Berlin showed it twice when they"
                    + " were changed"));
    assertThat(((Unfitting) rows.get(4)).problem())
        .contains("at is '31.02.2026 12:00:00'; expected a time, such as 23.11.2026 09:30:00")
        .contains("level is '1.000,5'; expected a number")
        .contains("its decimals behind ','")
        .contains("open is 'vielleicht'; expected true or false");
  }

  @ParameterizedTest
  @CsvSource({
    "1767225600, milliseconds, as milliseconds since 1970 that is the time 1970-01-21",
    "1767225600123456, milliseconds, as milliseconds since 1970 that is the time +",
    "0, milliseconds, say what it counts by --time-format epoch_seconds",
  })
  void aNumberThatIsHardlyMillisecondsIsAskedBackFor(String number, String unit, String sentence)
      throws IOException {
    Path file =
        Files.writeString(folder.resolve("readings.csv"), "id,at,open\n1," + number + ",1\n");

    assertThat(((Unfitting) read(file).get(0)).problem()).contains(sentence).contains(unit);
  }

  @ParameterizedTest
  @CsvSource({
    "epoch_seconds, 1767225600, 1767225600000",
    "epoch_seconds, 1767225600.123, 1767225600123",
    "epoch_seconds, -1, -1000",
    "epoch_millis, 1000, 1000",
    "epoch_micros, 1767225600123000, 1767225600123",
    "epoch_nanos, 1767225600123000000, 1767225600123",
    "yyyyMMddHHmmss, 20260101000000, 1767225600000",
    "iso, 2026-01-01, 1767225600000",
  })
  void aTimeIsReadInTheFormatThatIsSaid(String format, String text, long millis)
      throws IOException {
    Path file = Files.writeString(folder.resolve("readings.csv"), "id,at,open\n1," + text + ",1\n");

    assertThat(fitting(read(file, "--time-format=" + format).get(0)).get("at")).isEqualTo(millis);
  }

  @Test
  void aTimeFinerThanItsFieldFitsOnlyWhereItMayBeCut() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"), "id,at,open\n1,1969-12-31T23:59:59.999999Z,1\n");

    assertThat(((Unfitting) read(file).get(0)).problem()).contains("no finer than milliseconds");
    assertThat(fitting(read(file, "--truncate-times").get(0)).get("at")).isEqualTo(-1L);
  }

  @ParameterizedTest
  @CsvSource({
    "9007199254740992, true",
    "9007199254740993, false",
    "0.1, true",
    "0.10000000000000001, true",
    "0.30000000000000004, true",
    "0.1234567890123456789, false",
    "1e23, true",
    "-1.7976931348623157E308, true",
    "1e309, false",
    "1e-400, false",
    "4.9E-324, true",
    "1e20000000, false",
    "0x10, false",
    "1d, false",
    "NaN, false",
    "Infinity, false",
    "-Infinity, false",
    "'1 000', false",
    ".5, true",
    "+5., true",
  })
  void aDoubleTakesWhatItHoldsToTheLastDigit(String text, boolean fits) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("readings.csv"), "id,at,open,level\n1,2026-01-01,1," + text + "\n");

    EventRow row = read(file).get(0);

    assertThat(row).isInstanceOf(fits ? Fitting.class : Unfitting.class);
    if (fits) {
      assertThat(fitting(row).get("level")).isEqualTo(Double.parseDouble(text));
    }
  }

  @Test
  void aParquetNumberThatIsNotFiniteIsNoNumberUnlessItIsSaidToStandForNull() throws IOException {
    MessageType columns =
        parseMessageType(
            "message row { required int64 id; required int32 at (DATE); required double level;"
                + " required boolean open; }");
    Path file =
        write(columns, row -> row.append("id", 1L).append("at", 1).append("level", Double.NaN));

    assertThat(((Unfitting) read(file).get(0)).problem()).startsWith("level is 'NaN'; expected");
    assertThat(fitting(read(file, "--null=NaN").get(0)).get("level")).isNull();
  }

  @Test
  void aLineThatIsNoTextIsNamedAndTheOthersAreRead() throws IOException {
    Path file = folder.resolve("readings.csv");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("id,at,open,place\r\n1,2026-01-01,1,ca".getBytes(US_ASCII));
      out.write(0xe9);
      out.write("\r2,2026-01-01,1,a\0b\n".getBytes(US_ASCII));
      out.write("3,2026-01-01,1,\"a\r\nb\rc\"\r\n".getBytes(US_ASCII));
    }

    List<EventRow> rows = read(file);

    assertThat(rows.subList(0, 2))
        .containsExactly(
            new Unfitting(2, "line 2 is not UTF-8: its byte 18 is 0xE9"),
            new Unfitting(3, "line 3 has a NUL as its character 17; expected text in UTF-8"));
    assertThat(fitting(rows.get(2)).get("place")).isEqualTo("a\r\nb\rc");
    assertThat(rows).hasSize(3);
  }

  @Test
  void aRowOfAnySizeIsNamedAndTheOthersAreRead() throws IOException {
    Path file = folder.resolve("readings.csv.gz");
    byte[] block = "x".repeat(1 << 20).getBytes(US_ASCII);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("id,at,open,place\n1,2026-01-01,1,".getBytes(US_ASCII));
      for (int i = 0; i < 600; i++) {
        out.write(block);
      }
      out.write("\n2,2026-01-01,1,\"".getBytes(US_ASCII));
      out.write(block);
      out.write("x\"\n3,2026-01-01,1,mill\n4,2026-01-01,1".getBytes(US_ASCII));
      out.write(",".repeat(3_000_000).getBytes(US_ASCII));
    }

    List<EventRow> rows = read(file);

    assertThat(rows.get(0)).isEqualTo(new Unfitting(2, "line 2 is longer than 4,194,304 bytes"));
    assertThat(rows.get(1))
        .isEqualTo(new Unfitting(3, "column 4 is longer than 1,048,576 characters"));
    assertThat(fitting(rows.get(2)).get("place")).isEqualTo("mill");
    assertThat(rows.get(3)).isEqualTo(new Unfitting(5, "the row has more than 10,000 values"));
  }

  @ParameterizedTest
  @CsvSource({
    "'id,at,open,at', two of its columns are called 'at'",
    "'id,when,open,at', would be the column at",
    "id;at;open, Are they set apart by ';'? Say so by --delimiter ';'.",
    "',,', its first line names no columns",
    "'id,open', there is no column at",
  })
  void aHeaderThatNamesNoColumnOrOneTwiceIsRefused(String header, String sentence)
      throws IOException {
    Path file = Files.writeString(folder.resolve("readings.csv"), header + "\n");

    assertThatThrownBy(
            () -> read(file, header.contains("when") ? "--rename=when=at" : "--delimiter=,"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aColumnWithoutANameIsNone() throws IOException {
    Path file =
        Files.writeString(folder.resolve("readings.csv"), ",id,at,open\n0,1,2026-01-01,1\n");

    assertThat(read(file)).hasOnlyElementsOfType(Fitting.class);
  }

  @Test
  void everyLogicalTypeIsTakenExactlyOrNotAtAll() throws IOException {
    Schema types =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Types", "fields": [
                  {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                  {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}},
                  {"name": "owed", "type": {"type": "fixed", "name": "F", "size": 4, "logicalType": "decimal", "precision": 6, "scale": 2}},
                  {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                  {"name": "noon", "type": {"type": "int", "logicalType": "time-millis"}},
                  {"name": "local", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
                  {"name": "few", "type": "float"}]}
                """);
    Path file =
        Files.writeString(
            folder.resolve("types.csv"),
            """
            id,at,price,owed,day,noon,local,few
            123e4567-e89b-12d3-a456-426614174000,2026-01-01T00:00:00.000001Z,12.3,-0.01,1970-01-02,00:00:01,1970-01-01T00:00:01,0.1
            1,2026-01-01T00:00:00.0000001Z,12.345,100000.00,1970,25:00,noon,16777217
            """);

    List<EventRow> rows = read(file, contract(types));

    GenericRecord event = fitting(rows.get(0));
    assertThat(event.get("at")).isEqualTo(1_767_225_600_000_001L);
    assertThat(event.get("price")).isEqualTo(ByteBuffer.wrap(new byte[] {4, (byte) 206}));
    assertThat(((GenericFixed) event.get("owed")).bytes()).containsExactly(-1, -1, -1, -1);
    assertThat(event.get("day")).isEqualTo(1);
    assertThat(event.get("noon")).isEqualTo(1_000);
    assertThat(event.get("local")).isEqualTo(1_000L);
    assertThat(event.get("few")).isEqualTo(0.1f);
    assertThat(((Unfitting) rows.get(1)).problem().split("; [a-z]+ is '")).hasSize(8);
  }

  @Test
  void aParquetFileGivesTheSameEvents() throws IOException {
    MessageType columns =
        parseMessageType(
            "message row { required int64 id; required binary at (STRING); optional double level;"
                + " required boolean open; }");
    Path file =
        write(
            columns,
            row -> row.append("id", 1L).append("at", "2026-01-01").append("level", 0.25),
            row -> row.append("id", 2L).append("at", "noon").append("level", 0.25),
            row -> row.append("id", 3L).append("at", "2026-01-01T00:00:00Z"));

    List<EventRow> rows = read(file, Optional.empty());

    assertThat(rows).hasSize(3);
    assertThat(fitting(rows.get(0)).get("level")).isEqualTo(0.25);
    assertThat(rows.get(1)).isInstanceOf(Unfitting.class).extracting(EventRow::line).isEqualTo(2L);
    assertThat(fitting(rows.get(2)).get("level")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int64 at (TIMESTAMP(MILLIS,true)) = 1767225600123",
        "int64 at (TIMESTAMP(MICROS,true)) = 1767225600123000",
        "int64 at (TIMESTAMP(MICROS,false)) = 1767225600123000",
        "int64 at (TIMESTAMP(NANOS,true)) = 1767225600123000000",
        "int64 at (TIMESTAMP(NANOS,false)) = 1767225600123000000",
        "int64 at = 1767225600123"
      })
  void aParquetTimestampIsReadInItsOwnUnit(String column) throws IOException {
    String[] parts = column.split(" = ", -1);
    Path file =
        write(
            parseMessageType(
                "message row { required int64 id; required boolean open; required %s; }"
                    .formatted(parts[0])),
            row -> row.append("id", 1L).append("at", Long.parseLong(parts[1])));

    assertThat(fitting(read(file, Optional.empty()).get(0)).get("at"))
        .isEqualTo(1_767_225_600_123L);
  }

  @Test
  void aParquetDateAndATimeOfOldSparkAreTimes() throws IOException {
    MessageType columns =
        parseMessageType(
            "message row { required int64 id; required boolean open; required int32 at (DATE);"
                + " required int96 old; }");
    Path file =
        write(
            columns,
            row ->
                row.append("id", 1L)
                    .append("at", 20_454)
                    .append("old", new NanoTime(2_461_042, 5_000_000)));

    assertThat(fitting(read(file, Optional.empty()).get(0)).get("at"))
        .isEqualTo(1_767_225_600_000L);
    assertThat(fitting(read(file, Optional.of("old")).get(0)).get("at"))
        .isEqualTo(1_767_225_600_005L);
  }

  @Test
  void aWholeNumberThatArrivesAsADoubleIsTakenWhereItIsExact() throws IOException {
    MessageType columns =
        parseMessageType(
            "message row { required double id; required boolean open; required int32 at (DATE); }");
    Path file =
        write(
            columns,
            row -> row.append("id", 12_345_678.0).append("at", 1),
            row -> row.append("id", 0.5).append("at", 1),
            row -> row.append("id", 0x1p60).append("at", 1));

    List<EventRow> rows = read(file, Optional.empty());

    assertThat(fitting(rows.get(0)).get("id")).isEqualTo(12_345_678L);
    assertThat(rows.get(1)).isEqualTo(new Unfitting(2, "id is '0.5'; expected a whole number"));
    assertThat(rows.get(2)).isInstanceOf(Unfitting.class);
  }

  @Test
  void aParquetDecimalKeepsItsScale() throws IOException {
    MessageType columns =
        parseMessageType(
            "message row { required int64 id; required boolean open; required int32 at (DATE);"
                + " required int32 level (DECIMAL(9,2)); }");
    Path file = write(columns, row -> row.append("id", 1L).append("at", 1).append("level", 1_234));

    assertThat(fitting(read(file, Optional.empty()).get(0)).get("level")).isEqualTo(12.34);
  }

  /** A field's type, a column, what stands in it, what is read; null: it does not fit. */
  static Stream<Arguments> columns() {
    String decimal =
        "{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 20, \"scale\": 2}";
    String uuid = "{\"type\": \"fixed\", \"name\": \"U\", \"size\": 16, \"logicalType\": \"uuid\"}";
    byte[] sixteen = ByteBuffer.allocate(16).putLong(1).putLong(2).array();
    return Stream.of(
        Arguments.of("long", "int32 x (INTEGER(32,false))", -1, 4_294_967_295L),
        Arguments.of("int", "int32 x (INTEGER(32,false))", -1, null),
        Arguments.of("long", "int64 x (INTEGER(64,false))", -1L, null),
        Arguments.of("string", "int64 x (INTEGER(64,false))", -1L, "18446744073709551615"),
        Arguments.of("int", "int32 x (INTEGER(8,true))", -128, -128),
        Arguments.of(decimal, "int32 x (DECIMAL(9,2))", -1_234, unscaled(-1_234)),
        Arguments.of(decimal, "int64 x (DECIMAL(18,1))", 1_234L, unscaled(12_340)),
        Arguments.of(decimal, "int64 x (DECIMAL(18,3))", 1_234L, null),
        Arguments.of(decimal, "binary x (DECIMAL(20,2))", new byte[] {4, -46}, unscaled(1_234)),
        Arguments.of(
            decimal, "fixed_len_byte_array(9) x (DECIMAL(20,2))", nine(4, -46), unscaled(1_234)),
        Arguments.of(decimal, "binary x (DECIMAL(20,2))", new byte[0], null),
        Arguments.of(decimal, "binary x (DECIMAL(20,2))", new byte[2_000], null),
        Arguments.of(decimal, "double x", 12.34, unscaled(1_234)),
        Arguments.of(decimal, "double x", 0x1p53, null),
        Arguments.of(decimal, "float x", 0x1p24f, null),
        Arguments.of("string", "int64 x (DECIMAL(18,7))", 1L, "0.0000001"),
        Arguments.of("string", "double x", 12_345_678.0, null),
        Arguments.of("string", "float x", 1.5f, null),
        Arguments.of("string", "binary x (STRING)", "caf\u00e9".getBytes(UTF_8), "caf\u00e9"),
        Arguments.of("string", "binary x", "caf\u00e9".getBytes(UTF_8), "caf\u00e9"),
        Arguments.of("string", "binary x (STRING)", new byte[] {(byte) 0xC0, (byte) 0x80}, null),
        Arguments.of("string", "binary x (BSON)", new byte[] {65}, null),
        Arguments.of("string", "fixed_len_byte_array(2) x", new byte[] {65, 66}, null),
        Arguments.of("string", "fixed_len_byte_array(2) x (FLOAT16)", new byte[] {0, 60}, null),
        Arguments.of(
            "string",
            "fixed_len_byte_array(16) x (UUID)",
            sixteen,
            "00000000-0000-0001-0000-000000000002"),
        Arguments.of(uuid, "fixed_len_byte_array(16) x (UUID)", sixteen, ByteBuffer.wrap(sixteen)),
        Arguments.of("long", "float x", 16_777_215f, 16_777_215L),
        Arguments.of("long", "float x", 16_777_216f, null),
        Arguments.of("long", "double x", 0x1p53 - 1, (1L << 53) - 1),
        Arguments.of("long", "double x", 0x1p53, null),
        Arguments.of("double", "double x", -0.0, -0.0),
        Arguments.of("double", "double x", Double.MIN_VALUE, Double.MIN_VALUE),
        Arguments.of("double", "double x", Double.NaN, null),
        Arguments.of("double", "int64 x", (1L << 53) + 1, null),
        Arguments.of("float", "float x", 0.1f, 0.1f),
        Arguments.of("double", "float x", 0.1f, (double) 0.1f),
        Arguments.of(logical("int", "time-millis"), "int64 x (TIME(NANOS,true))", 1_000_000L, 1),
        Arguments.of(logical("int", "time-millis"), "int64 x (TIME(NANOS,true))", 1L, null),
        Arguments.of(logical("long", "time-micros"), "int32 x (TIME(MILLIS,false))", 1, 1_000L),
        Arguments.of(
            logical("long", "time-micros"), "int64 x (TIME(MICROS,false))", 86_400_000_000L, null),
        Arguments.of(
            logical("long", "local-timestamp-micros"), "int64 x (TIMESTAMP(MICROS,false))", 5L, 5L),
        Arguments.of(
            logical("long", "local-timestamp-micros"),
            "int64 x (TIMESTAMP(MICROS,true))",
            5L,
            null),
        Arguments.of(
            logical("long", "timestamp-micros"),
            "int64 x (TIMESTAMP(MILLIS,true))",
            Long.MAX_VALUE,
            null),
        Arguments.of(
            logical("long", "timestamp-nanos"),
            "int64 x (TIMESTAMP(NANOS,true))",
            Long.MIN_VALUE,
            Long.MIN_VALUE),
        Arguments.of(logical("int", "date"), "int32 x (DATE)", -719_162, -719_162),
        Arguments.of(logical("int", "date"), "int32 x (DATE)", -719_163, null),
        Arguments.of(logical("int", "date"), "int64 x (TIMESTAMP(MILLIS,true))", 0L, null));
  }

  @ParameterizedTest(name = "{1} in a field of {0}: {2}")
  @MethodSource("columns")
  void aParquetValueIsHeldAsItIsOrDoesNotFit(
      String type, String column, Object value, @Nullable Object held) throws IOException {
    Schema schema =
        new Schema.Parser()
            .parse(
                SCHEMA
                    .toString()
                    .replace(
                        "{\"name\":\"place\"",
                        "{\"name\":\"x\",\"type\":"
                            + (type.startsWith("{") ? type : "\"" + type + "\"")
                            + "},{\"name\":\"place\""));
    Path file =
        write(
            parseMessageType(
                "message row { required int64 id; required boolean open; required int32 at (DATE); required %s; }"
                    .formatted(column)),
            row -> append(row.append("id", 1L).append("at", 1), value));

    EventRow row = read(file, contract(schema)).get(0);

    if (held == null) {
      assertThat(row)
          .isInstanceOfSatisfying(
              Unfitting.class, unfitting -> assertThat(unfitting.problem()).startsWith("x "));
    } else {
      Object found = fitting(row).get("x");
      assertThat(found instanceof GenericFixed fixed ? ByteBuffer.wrap(fixed.bytes()) : found)
          .isEqualTo(held);
    }
  }

  private static void append(Group row, Object value) {
    if (value instanceof Integer number) {
      row.append("x", number);
    } else if (value instanceof Long number) {
      row.append("x", number);
    } else if (value instanceof Float number) {
      row.append("x", number);
    } else if (value instanceof Double number) {
      row.append("x", number);
    } else {
      row.append("x", Binary.fromConstantByteArray((byte[]) value));
    }
  }

  private static String logical(String type, String name) {
    return "{\"type\": \"%s\", \"logicalType\": \"%s\"}".formatted(type, name);
  }

  private static ByteBuffer unscaled(long number) {
    return ByteBuffer.wrap(BigInteger.valueOf(number).toByteArray());
  }

  private static byte[] nine(int... last) {
    byte[] bytes = new byte[9];
    for (int i = 0; i < last.length; i++) {
      bytes[bytes.length - last.length + i] = (byte) last[i];
    }
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionCodecName.class,
      names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
  void pagesOfBothVersionsAreReadWithEveryNamedCodec(CompressionCodecName codec)
      throws IOException {
    MessageType columns =
        parseMessageType(
            "message row { required int64 id; required boolean open; required int32 at (DATE);"
                + " optional binary place (STRING); }");
    for (WriterVersion version : WriterVersion.values()) {
      Path file = folder.resolve(version + ".parquet");
      try (ParquetWriter<Group> writer =
          ExampleParquetWriter.builder(new LocalOutputFile(file))
              .withType(columns)
              .withConf(new PlainParquetConfiguration())
              .withCompressionCodec(codec)
              .withWriterVersion(version)
              .build()) {
        writer.write(
            new SimpleGroup(columns)
                .append("id", 1L)
                .append("open", true)
                .append("at", 1)
                .append("place", "weir"));
      }

      assertThat(fitting(read(file).get(0)).get("place")).isEqualTo("weir");
    }
  }

  @Test
  void aCodecThatIsNotReadIsNamedWithThoseThatAre() throws Exception {
    Path file = Path.of(EventRowsTest.class.getResource("/rows/brotli.parquet").toURI());

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith(
            "it is compressed with BROTLI, which is not read; write it with one of [UNCOMPRESSED,"
                + " SNAPPY, GZIP, ZSTD, LZ4_RAW]");
  }

  @Test
  void decimalsOfEpochSecondsStandBehindWhatTheUserSays() throws IOException {
    Path file = folder.resolve("readings.csv");
    Files.writeString(file, "id;at;open\n1;1767225600,5;1\n");

    assertThat(
            fitting(
                    read(file, "--delimiter=;", "--decimal=,", "--time-format=epoch_seconds")
                        .get(0))
                .get("at"))
        .isEqualTo(1_767_225_600_500L);
  }

  @Test
  void aFileWithoutANeededColumnIsRefusedWithItsColumns() throws IOException {
    Path file = Files.writeString(folder.resolve("readings.csv"), "id,open\n1,true\n");

    assertThatThrownBy(() -> read(file, Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no column at")
        .hasMessageContaining("Its columns are [id, open]");
  }

  @ParameterizedTest
  @CsvSource({
    "readings.txt, neither .csv",
    "absent.csv, There is no file",
    "readings.parquet, is not a Parquet file",
  })
  void whatCannotBeReadIsRefused(String name, String sentence) throws IOException {
    if (!name.startsWith("absent")) {
      Files.writeString(folder.resolve(name), "id\n");
    }

    assertThatThrownBy(() -> read(folder.resolve(name), Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(sentence);
  }

  /** Writes rows; each is open. */
  @SafeVarargs
  private Path write(MessageType columns, Consumer<Group>... rows) throws IOException {
    Path file = folder.resolve("readings.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(columns)
            .withConf(new PlainParquetConfiguration())
            .build()) {
      for (Consumer<Group> row : rows) {
        Group group = new SimpleGroup(columns).append("open", true);
        row.accept(group);
        writer.write(group);
      }
    }
    return file;
  }

  private static GenericRecord fitting(EventRow row) {
    assertThat(row).isInstanceOf(Fitting.class);
    return ((Fitting) row).event();
  }

  private static long millis(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  private static List<EventRow> read(Path file, String... options) throws IOException {
    return read(file, Optional.empty(), CONTRACT, options);
  }

  private static List<EventRow> read(Path file, Contract contract) throws IOException {
    return read(file, Optional.empty(), contract);
  }

  private static List<EventRow> read(Path file, Optional<String> timeColumn) throws IOException {
    return read(file, timeColumn, CONTRACT);
  }

  private static List<EventRow> read(
      Path file, Optional<String> timeColumn, Contract contract, String... options)
      throws IOException {
    RowFileOptions format = new RowFileOptions();
    new CommandLine(CommandSpec.create()).addMixin("format", format).parseArgs(options);
    List<EventRow> all = new ArrayList<>();
    try (EventRows rows = EventRows.open(file, contract, timeColumn, format)) {
      for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        all.add(row.get());
      }
    }
    return all;
  }
}
