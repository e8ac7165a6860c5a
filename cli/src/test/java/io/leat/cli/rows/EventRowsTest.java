package io.leat.cli.rows;

import static org.apache.parquet.schema.MessageTypeParser.parseMessageType;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.cli.UserError;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.Contract;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  private static final Contract CONTRACT =
      Contract.of(
          "readings",
          SCHEMA,
          "owner",
          "",
          Optional.empty(),
          "id",
          "at",
          Duration.ofMinutes(5),
          List.of(),
          new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(1)));

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
            new Unfitting(6, "at is 'yesterday'; expected a time, such as 2026-11-23T08:30:00Z"));
    assertThat(rows.get(4)).isEqualTo(new Unfitting(7, "the row ends before column level"));
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
            new Unfitting(3, "column 3 goes on behind its closing quote; expected a comma"),
            new Unfitting(5, "column 3 goes on behind its closing quote; expected a comma"),
            new Unfitting(8, "column 3 begins with a quote that is not closed"));
    assertThat(rows)
        .filteredOn(Fitting.class::isInstance)
        .extracting(row -> row.line() + " " + fitting(row).get("place"))
        .containsExactly("6 say \"mill\"", "7 12\" pipe", "9 mill");
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
        "int64 at (TIMESTAMP(MICROS,true)) = 1767225600123456",
        "int64 at (TIMESTAMP(MICROS,false)) = 1767225600123456",
        "int64 at (TIMESTAMP(NANOS,true)) = 1767225600123456789",
        "int64 at (TIMESTAMP(NANOS,false)) = 1767225600123456789",
        "int64 at = 1767225600123"
      })
  void aParquetTimestampIsReadInItsOwnUnit(String column) throws IOException {
    String[] parts = column.split(" = ");
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

  private static List<EventRow> read(Path file, Optional<String> timeColumn) throws IOException {
    List<EventRow> all = new ArrayList<>();
    try (EventRows rows = EventRows.open(file, CONTRACT, timeColumn)) {
      for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        all.add(row.get());
      }
    }
    return all;
  }
}
