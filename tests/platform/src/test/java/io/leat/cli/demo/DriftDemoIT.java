package io.leat.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.RunState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop closes, as the command runs it: at twice the pace, and with fewer payments to prove it.
 */
class DriftDemoIT {
  private static final Play SHORT = new Play(11, 250, 46, 56, 60, 40, 260, 2_500);

  @TempDir private Path temporary;

  @Test
  void fromAChangeThatTheModelDoesNotSeeToABetterModelWithoutAHand() throws Exception {
    StringWriter printed = new StringWriter();
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));

    DriftFigures figures =
        new DriftDemo(folder, SHORT, DriftDemo.BUILTIN, new PrintWriter(printed, true)).run();

    assertThat(figures.checks()).as(printed.toString()).doesNotContainValue(false);
    assertThat(figures.hasClosed()).isTrue();
    assertThat(figures.runs()).extracting(run -> run.getState()).containsExactly(RunState.PROMOTED);
    assertThat(figures.struck().value()).isLessThan(figures.healthy().value() - 0.05);
    assertThat(figures.proof().candidate().value())
        .isGreaterThan(figures.proof().baseline().value());
    assertThat(figures.rows()).isGreaterThanOrEqualTo(SHORT.proof());
    assertThat(figures.vectors()).isGreaterThan(SHORT.proof());
    assertThat(printed.toString())
        .containsSubsequence(
            "FRAUD MOVES", "EPISODE", "REQUEST", "run GATED", "version 2 decides", "page: ");
    assertThat(Files.readString(folder.page()))
        .contains("<polygon", "labels prove it")
        .doesNotContain("http://", "https://", "<script");
  }
}
