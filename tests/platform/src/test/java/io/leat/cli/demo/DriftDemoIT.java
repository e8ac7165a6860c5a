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
 * The loop closes, and what is broken is not learnt, as the command runs it: at twice the pace, and
 * with fewer payments to prove it.
 */
class DriftDemoIT {
  private static final Play NULLS = new Play(11, 250, 46, 56, 60, 5, 40, 300, 0);
  private static final Play SHORT = new Play(11, 250, 46, 56, 60, 0, 40, 260, 2_500);

  @TempDir private Path temporary;

  @Test
  void fromAChangeThatTheModelDoesNotSeeToABetterModelWithoutAHand() throws Exception {
    StringWriter printed = new StringWriter();
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));

    DriftFigures figures =
        (DriftFigures)
            new DriftDemo(folder, SHORT, DriftDemo.BUILTIN, new PrintWriter(printed, true)).run();

    assertThat(figures.checks()).as(printed.toString()).doesNotContainValue(false);
    assertThat(figures.holds()).isTrue();
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

  @Test
  void nullsWhereAnAmountShouldBeAreAnIncidentAndNothingIsRetrained() throws Exception {
    StringWriter printed = new StringWriter();
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));

    IncidentFigures figures =
        (IncidentFigures)
            new DriftDemo(folder, NULLS, DriftDemo.BUILTIN, new PrintWriter(printed, true)).run();

    assertThat(figures.checks()).as(printed.toString()).doesNotContainValue(false);
    assertThat(figures.incidents())
        .singleElement()
        .satisfies(
            alert -> assertThat(alert.getMessage()).contains("event.amount").contains("null"));
    assertThat(figures.days())
        .anySatisfy(day -> assertThat(day.nulls()).isBetween(0.2, 0.3))
        .last()
        .satisfies(day -> assertThat(day.nulls()).isZero());
    assertThat(printed.toString())
        .containsSubsequence("NULLS BEGIN", "(data_quality, ", "data_quality closes", "page: ")
        .contains("nulls end", "REQUEST LAPSED")
        .doesNotContain("REQUEST ASKED", "run STARTED");
    assertThat(Files.readString(folder.page()))
        .contains("nulls begin", "class=\"one-point\"")
        .doesNotContain("http://", "https://", "<script");
  }
}
