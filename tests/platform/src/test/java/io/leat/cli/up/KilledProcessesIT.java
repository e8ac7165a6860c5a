package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example in a process for each part: every printed command does what it says; then each
 * process is killed in turn, and nobody lifts a hand.
 */
class KilledProcessesIT {
  private static final Path CARD_PAYMENTS =
      Path.of(System.getProperty("leat.project"), "examples/card-payments");
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** Payments of the fifty customers in more than sixty days, which end in March. */
  private static final long SIXTY_DAYS = 3_500;

  /** What each process's command line alone has. */
  private static final List<String> PROCESSES =
      List.of(
          "io.leat.examples.cardpayments.CardPayments",
          "MaintenanceMain",
          "io.leat.cli.up.ServicesMain",
          "io.leat.runtime.flink.LocalCluster",
          "apicurio",
          "io.leat.stack.BrokerMain");

  @TempDir private Path temporary;

  @Test
  void aStackAnswersEveryPrintedCommandAndGoesOnAfterEachOfItsProcessesWasKilled()
      throws Exception {
    Path pipeline = temporary.resolve("pipeline");
    copy(CARD_PAYMENTS, pipeline);
    Files.writeString(
        pipeline.resolve("play.yaml"),
        """
        play: io.leat.examples.cardpayments.CardPayments
        with: { customers: 50, terminals: 30, fast-days: 75, days-per-minute: 20, shift-day: -1 }
        """);

    try (RunningStack stack = RunningStack.up(pipeline, temporary.resolve("leat"))) {
      await("the days that the printed commands ask for, in the tables")
          .atMost(LONGEST)
          .pollInterval(Duration.ofSeconds(2))
          .until(() -> stack.committedRows("card_payments", "vectors_fraud") >= SIXTY_DAYS);
      new PrintedCommands(stack, pipeline, temporary).runAll();
      awaitMore(stack);
      for (String process : killed()) {
        long pid = stack.child(process).orElseThrow().pid();

        stack.kill(process);

        await()
            .alias(process + " runs again")
            .atMost(LONGEST)
            .until(() -> stack.child(process).filter(child -> child.pid() != pid).isPresent());
        awaitMore(stack);
      }
      assertThat(stack.log())
          .contains("The broker ended with exit code 137", "the broker runs again");
      assertThat(stack.isAlive()).isTrue();
    }
  }

  /** The processes in the order in which they are killed. */
  private static List<String> killed() {
    return Collections.nCopies(Soak.times(1, 2), PROCESSES).stream().flatMap(List::stream).toList();
  }

  /**
   * Waits until more events are valid, more vectors are made, and more of them stand in a table.
   */
  private static void awaitMore(RunningStack stack) throws IOException {
    String status = stack.run("status").out();
    long rows = stack.committedRows("card_payments", "vectors_fraud");
    await()
        .atMost(LONGEST)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              String now = stack.run("status").out();
              assertThat(total(now, "valid +payments"))
                  .isGreaterThan(total(status, "valid +payments"));
              assertThat(total(now, "vectors +fraud"))
                  .isGreaterThan(total(status, "vectors +fraud"));
              assertThat(stack.committedRows("card_payments", "vectors_fraud")).isGreaterThan(rows);
            });
  }

  private static long total(String status, String row) {
    return Pattern.compile(row + " +([\\d,]+)")
        .matcher(status)
        .results()
        .map((MatchResult found) -> Long.parseLong(found.group(1).replace(",", "")))
        .findFirst()
        .orElse(0L);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
