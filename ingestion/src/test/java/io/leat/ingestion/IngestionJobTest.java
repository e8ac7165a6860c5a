package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.runtime.streams.StreamsService;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestionJobTest {
  @TempDir private Path state;

  @Test
  void duplicatesAreNotDroppedAtLeastOnce() {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, UTF_8));
    int code;
    try {
      code =
          StreamsService.main(
              new IngestionJob(),
              new String[] {
                "--pipeline=" + Payments.folder(),
                "--state-dir=" + state,
                "--registry-url=mock://guarantee",
                "--guarantee=at_least_once"
              });
    } finally {
      System.setErr(before);
    }

    assertThat(code).isEqualTo(1);
    assertThat(said.toString(UTF_8))
        .startsWith("payments drops duplicates (duplicates_within), and with at_least_once")
        .hasLineCount(1);
  }
}
