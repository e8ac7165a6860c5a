package io.leat.cli.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tries the electricity example's monitor on the year before its market changed. */
class SimulateCommandTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project", "..")).resolve("examples/electricity");

  @Test
  void theRestOfTheRowsSaysWhatTheBudgetBecomesOnThem() {
    CommandRun run = simulate("--budget", "0.5", "--weeks", "8", "--runs", "9");

    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .contains("windows of 1d, 6 streams by their statistics, 0.5 false alarms a week")
        .contains("reference: 8,616 vectors, 1996-05-07 to 1996-11-02 (25.6 weeks)")
        .contains("not changed: event.vic_price, of which no two numbers")
        .contains("Missed is what is not found in 8 weeks")
        .contains("blocks of 4 weeks out of 24 of the rest, 1996-11-02 to 1997-04-30")
        .containsPattern("\nas it is +\\d\\.\\d{3}")
        .containsPattern("\nwindows of 2d +\\d\\.\\d{3}")
        .containsPattern("\nreference of 38\\.\\d weeks +\\d\\.\\d{3}")
        .containsPattern("\nevent.nsw_demand +psi_deciles_1e-4 +(seasonal|merged|none)");
    // the two prices and the demand vary, but in this year Victoria's price is one value
    assertThat(run.out().lines().filter(line -> line.matches("event\\S+ .*/4")))
        .hasSize(2)
        .noneMatch(line -> line.startsWith("event.vic_price"));
    assertThat(simulate("--budget", "0.5", "--weeks", "8", "--runs", "9")).isEqualTo(run);
  }

  @Test
  void aGreatShiftIsFoundSoonAndASmallBudgetAlarmsLess() {
    CommandRun run =
        simulate(
            "--budget=0.1", "--shift=6sd", "--column=event.nsw_price", "--weeks=12", "--runs=10");

    assertThat(run.code()).as(run.out()).isZero();
    Matcher row =
        Pattern.compile(
                "as it is +(\\d\\.\\d+) +\\d\\.\\d+ +\\d+ +(\\d+\\.\\d) +(\\d+\\.\\d) +0/10")
            .matcher(run.out());
    assertThat(row.find()).as(run.out()).isTrue();
    assertThat(Double.parseDouble(row.group(2))).isBetween(1.0, 14.0);
    assertThat(Double.parseDouble(row.group(3))).isBetween(1.0, 28.0);
  }

  @Test
  void nullsOfAConstantColumnAreAShiftToo() {
    CommandRun run =
        simulate("--shift=40%null", "--column=event.vic_price", "--weeks=8", "--runs=4");

    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out()).contains("40 % of the values become null").contains("0/4");
  }

  @Test
  void blocksOfTheReferenceAreDrawnWhereThatIsWantedOrThereIsNoOther() {
    for (String option : List.of("--blocks=REFERENCE", "--reference-share=0.97")) {
      CommandRun run = simulate(option, "--weeks=4", "--runs=2");

      assertThat(run.code()).as(run.out()).isZero();
      assertThat(run.out()).contains("of the reference itself");
    }
  }

  @Test
  void whatCannotBeTriedIsNamed() {
    assertThat(simulate("--shift=much").out()).contains("'much' is no shift; expected");
    assertThat(simulate("--shift=0sd").out()).contains("'0sd' changes nothing; expected");
    assertThat(simulate("--budget=0").code()).isEqualTo(2);
    assertThat(simulate("--reference-share=1").code()).isEqualTo(2);
    assertThat(simulate("--column=event.vic_price").out())
        .contains("event.vic_price")
        .contains("[event.nsw_price, event.nsw_demand]");
    assertThat(run("--until=1997-05-01", "--shift=3 SD", "--weeks=2", "--runs=1").code())
        .as("the pipeline has one monitor")
        .isZero();
    CommandRun unknown = run("--monitor=prices", "--until=1996-06-01");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.out()).contains("has no monitor prices; it has [price]");
  }

  private static CommandRun simulate(String... options) {
    List<String> all = new ArrayList<>(List.of("--monitor=price", "--until=1997-05-01"));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  private static CommandRun run(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "drift",
                "simulate",
                EXAMPLE.toString(),
                "--events=readings=" + EXAMPLE.resolve("readings.csv.gz")));
    all.addAll(List.of(options));
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    System.out.println(run.out());
    return run;
  }
}
