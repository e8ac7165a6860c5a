package io.leat.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.cli.command.UserError;
import io.leat.runtime.settings.TrainingSetOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Files of people as the spine of the example of card payments. */
class SpineRecordsTest {
  private static final Path PIPELINE =
      Path.of(System.getProperty("leat.project", ".."), "examples/card-payments");

  @TempDir private Path folder;

  private final StringWriter err = new StringWriter();

  @Test
  void theEventsFieldsHaveTheContractsTypesAndWhatIsNoFieldIsCarriedAsItIs() throws Exception {
    List<GenericRecord> rows =
        rows(
            """
            customer_id,when,amount,eye colour,
            C1,2024-01-15T12:00:00Z,12.5,red,
            C2,2024-01-16,3,,
            """,
            "--time-column=when");

    assertThat(rows).hasSize(2);
    GenericRecord first = (GenericRecord) rows.get(0).get("event");
    assertThat(first.getSchema().getFields().stream().map(Schema.Field::name))
        .containsExactly("paid_at", "customer_id", "amount");
    assertThat(first.get("paid_at")).isEqualTo(millis("2024-01-15T12:00:00Z"));
    assertThat(first.get("customer_id")).hasToString("C1");
    assertThat(((GenericRecord) rows.get(1).get("event")).get("amount")).isEqualTo(3.0);
    assertThat(rows.get(0).hasField("label")).isFalse();
    Schema.Field further = rows.get(0).getSchema().getField("further0");
    assertThat(further.getProp("leat.column")).isEqualTo("eye colour");
    assertThat(rows.get(0).get("further0")).hasToString("red");
    assertThat(rows.get(1).get("further0")).isNull();
    assertThat(rows.get(0).hasField("further1")).isFalse();
  }

  @Test
  void aSpinesFileIsWrittenAsItsOptionsSayAndARowWithTooManyValuesIsNamed() throws Exception {
    List<GenericRecord> rows =
        rows(
            "paid_at;amount\n15.01.2024 12:00;12,5\n",
            "--delimiter=;",
            "--decimal=,",
            "--time-format=dd.MM.yyyy HH:mm",
            "--time-zone=Europe/Berlin");

    GenericRecord event = (GenericRecord) rows.get(0).get("event");
    assertThat(event.get("paid_at")).isEqualTo(millis("2024-01-15T11:00:00Z"));
    assertThat(event.get("amount")).isEqualTo(12.5);
    assertThatThrownBy(() -> rows("paid_at,amount\n2024-01-15,1,000.50\n"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("1 row of ");
    assertThat(err.toString()).contains("asked.csv:2: the row has 3 values");
  }

  @Test
  void aColumnThatIsNamedAsTheLabelIsANumberOrNull() throws Exception {
    List<GenericRecord> rows =
        rows("paid_at,churned\n2024-01-15,1\n2024-01-16,\n", "--label=churned");

    assertThat(rows.get(0).get("label")).isEqualTo(1.0);
    assertThat(rows.get(1).get("label")).isNull();
  }

  @Test
  void aLabelThatIsTheEventsOwnFieldStaysThere() throws Exception {
    List<GenericRecord> rows = rows("paid_at,fraud\n2024-01-15,true\n");

    assertThat(((GenericRecord) rows.get(0).get("event")).get("fraud")).isEqualTo(true);
    assertThat(rows.get(0).hasField("label")).isFalse();
  }

  @Test
  void aFileWithoutTimesIsRefused() {
    assertThatThrownBy(() -> rows("customer_id,when\nC1,2024-01-15\n"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has no column paid_at for the time of its rows")
        .hasMessageContaining("[customer_id, when]")
        .hasMessageContaining("--time-column");
  }

  @Test
  void rowsThatDoNotFitAreNamedAndNothingIsMadeOfTheOthers() {
    assertThatThrownBy(() -> rows("paid_at,amount\n2024-01-15,12\nyesterday,12\n2024-01-15,dear\n"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("2 rows of ");
    assertThat(err.toString())
        .contains("asked.csv:3: paid_at is 'yesterday'; expected a time")
        .contains("asked.csv:4: amount is 'dear'; expected a number");
  }

  private List<GenericRecord> rows(String csv, String... more) throws Exception {
    Path file = Files.writeString(folder.resolve("asked.csv"), csv);
    Path records = folder.resolve("asked.avro");
    TrainingSetOptions options = new TrainingSetOptions();
    List<String> arguments =
        new ArrayList<>(
            List.of("--service=fraud", "--pipeline=" + PIPELINE, "--out=x", "--spine=" + file));
    arguments.addAll(List.of(more));
    new CommandLine(CommandSpec.create())
        .addMixin("options", options)
        .parseArgs(arguments.toArray(String[]::new));
    PrintWriter writer = new PrintWriter(err, true);
    new SpineRecords(options, writer).write(file, records);
    return read(records);
  }

  private static List<GenericRecord> read(Path file) throws IOException {
    List<GenericRecord> rows = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      reader.forEach(rows::add);
    }
    return rows;
  }

  private static long millis(String time) {
    return Instant.parse(time).toEpochMilli();
  }
}
