package io.leat.cli.rows;

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
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void aParquetFileGivesTheSameEvents() throws IOException {
    Path file = folder.resolve("readings.parquet");
    Schema columns =
        SchemaBuilder.record("row")
            .fields()
            .requiredLong("id")
            .requiredString("at")
            .optionalDouble("level")
            .requiredBoolean("open")
            .endRecord();
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(columns)
            .withConf(new PlainParquetConfiguration())
            .build()) {
      for (long id = 1; id <= 3; id++) {
        GenericRecord row = new GenericData.Record(columns);
        row.put("id", id);
        row.put("at", id == 2 ? "noon" : "2026-01-01T00:00:00Z");
        row.put("level", id == 3 ? null : 0.25);
        row.put("open", true);
        writer.write(row);
      }
    }

    List<EventRow> rows = read(file, Optional.empty());

    assertThat(rows).hasSize(3);
    assertThat(fitting(rows.get(0)).get("level")).isEqualTo(0.25);
    assertThat(rows.get(1)).isInstanceOf(Unfitting.class).extracting(EventRow::line).isEqualTo(2L);
    assertThat(fitting(rows.get(2)).get("level")).isNull();
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
  })
  void whatCannotBeReadIsRefused(String name, String sentence) throws IOException {
    if (!name.startsWith("absent")) {
      Files.writeString(folder.resolve(name), "id\n");
    }

    assertThatThrownBy(() -> read(folder.resolve(name), Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(sentence);
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
