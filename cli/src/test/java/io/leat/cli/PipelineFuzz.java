package io.leat.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.testing.FuzzWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whatever a pipeline's file holds: a pipeline, or its mistakes by line, within a second. */
class PipelineFuzz {
  private static final String CONTRACT =
      "event: readings\nschema: reading.avsc\nevent_id: id\nevent_time: at\n";

  private final Path folder;
  private final Path contract;

  PipelineFuzz() throws IOException {
    folder = Files.createTempDirectory("fuzz");
    contract = folder.resolve("contracts/readings.yaml");
    Files.createDirectory(folder.resolve("contracts"));
    Files.writeString(folder.resolve("pipeline.yaml"), "pipeline: fuzz\nowner: o\n");
    Files.writeString(
        folder.resolve("contracts/reading.avsc"),
        """
        {"type": "record", "name": "Reading", "fields": [
          {"name": "id", "type": "string"},
          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "d", "type": "double"}]}\
        """);
  }

  /** The first byte chooses where the others stand. */
  @FuzzTest(maxDuration = "3s")
  void whateverAFileHoldsItIsReadOrItsMistakesAreNamed(byte[] bytes) {
    if (bytes.length > 0) {
      String rest = new String(bytes, 1, bytes.length - 1, ISO_8859_1);
      String text =
          switch (Math.floorMod(bytes[0], 4)) {
            case 0 -> rest;
            case 1 -> CONTRACT + rest;
            case 2 -> CONTRACT + "rules:\n  - r: " + rest;
            default -> CONTRACT + "rules:\n  - r: 'event.id.matches(\"" + rest + "\")'\n";
          };
      FuzzWatch.within1s(() -> read(text));
    }
  }

  private void read(String text) {
    try {
      Files.write(contract, text.getBytes(UTF_8));
      assertThat(PipelineReader.read(folder).contracts()).isNotEmpty();
    } catch (PipelineException e) {
      assertThat(e.getMessage()).contains(":").doesNotContain("Exception");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
