package io.leat.cli.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.leat.cli.command.UserError;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.definition.Contract;
import io.leat.runtime.settings.RowFileOptions;
import io.leat.testing.FuzzWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Whatever a CSV file holds: events, rows that are named, or a sentence, within a second. */
class CsvFuzz {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Reading", "fields": [
                {"name": "id", "type": "long"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "f", "type": ["null", "float"], "default": null},
                {"name": "d", "type": ["null", "double"], "default": null},
                {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}], "default": null},
                {"name": "text", "type": "string"},
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

  private final Path file;
  private final RowFileOptions options = new RowFileOptions();

  CsvFuzz() throws IOException {
    file = Files.createTempFile("fuzz", ".csv");
    file.toFile().deleteOnExit();
    new CommandLine(CommandSpec.create()).addMixin("format", options).parseArgs();
  }

  @FuzzTest(maxDuration = "3s")
  void whateverAFileHoldsItsRowsAreReadOrNamed(byte[] bytes) {
    FuzzWatch.within1s(
        () -> {
          read(bytes, "");
          read(bytes, "id,at,f,d,price,text,open\n");
        });
  }

  private void read(byte[] bytes, String header) {
    try {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(header.getBytes(StandardCharsets.UTF_8));
      all.write(bytes);
      Files.write(file, all.toByteArray());
      try (EventRows rows = EventRows.open(file, CONTRACT, Optional.empty(), options)) {
        for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
          assertThat(row.get().line()).isPositive();
          if (row.get() instanceof Unfitting unfitting) {
            assertThat(unfitting.problem()).isNotBlank();
          }
        }
      }
    } catch (UserError e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
