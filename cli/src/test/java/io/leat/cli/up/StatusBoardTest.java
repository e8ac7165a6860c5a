package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.command.Endpoints;
import io.leat.console.Findings;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.Severity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusBoardTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Findings.Summary NOTHING_FOUND =
      new Findings.Summary(0, 0, List.of(), 0, List.of(), 0);

  private StatusBoard board;

  @BeforeEach
  void makeTheBoardOfTheElectricityExample() throws Exception {
    Pipeline pipeline =
        PipelineReader.read(
            Path.of(System.getProperty("leat.project", "..")).resolve("examples/electricity"));
    board = new StatusBoard(pipeline, Endpoints.choose(false), START);
  }

  @Test
  void everyRowHasItsTotalAndItsRate() {
    Figures before =
        figures(
            100,
            counts(50_000, 49_000, 900, 48_000, 47_000),
            Map.of("features", 1_000L, "scoring", 1_000L),
            100);
    Figures now =
        figures(
            102,
            counts(70_000, 68_500, 1_000, 68_000, 67_000),
            Map.of("features", 500L, "scoring", 400L),
            500);

    List<String> lines = new ArrayList<>(board.lines(before, now));
    String lag = lines.stream().filter(line -> line.startsWith("  lag ")).findFirst().orElseThrow();
    lines.remove(lag);

    assertThat(lines)
        .containsExactly(
            "electricity, up 1m 42s      events http://127.0.0.1:7070   features"
                + " http://127.0.0.1:7075/docs   Flink http://127.0.0.1:8081   broker"
                + " 127.0.0.1:9092",
            "                                              total          now",
            "  events in     readings                     70,000     10,000/s",
            "  valid         readings                     68,500      9,750/s",
            "  dead letters  readings                      1,000         50/s",
            "  vectors       price                        68,000     10,000/s",
            "  scores        price                        67,000     10,000/s  champion: version 1 (v1)",
            "  unscored      price                             0          0/s",
            "  alerts        drift-alerts                      0          0/s  0 open, 0 closed",
            "  requests      retraining-requests               0          0/s",
            "  balance       500 events not checked yet, 500 without vector, 400 vectors without"
                + " score");
    assertThat(lag)
        .startsWith(
            "  lag           ingestion 0   features 500 (-250/s)   scoring 400 (-300/s)   rollouts 0   offline 0");
    assertThat(StackView.JOBS).allSatisfy(job -> assertThat(lag).contains(" " + job + " "));
  }

  @Test
  void noAddressThatItPrintsIsOfAPortThatBrowsersRefuse() {
    // The Fetch standard's bad ports from 1024 on.
    Set<Integer> refused =
        Set.of(
            1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
            6668, 6669, 6679, 6697, 10080);
    Figures now = figures(5, counts(1, 1, 0, 1, 1), Map.of(), 0);

    List<Integer> printed =
        Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)")
            .matcher(String.join("\n", board.lines(now, now)))
            .results()
            .map(found -> Integer.parseInt(found.group(1)))
            .toList();

    assertThat(printed).hasSize(3).doesNotContainAnyElementsOf(refused);
  }

  @Test
  void whatHasNoResultForGoodIsNotTakenForMissing() {
    Figures later = figures(5, counts(100, 90, 10, 40, 30), Map.of(), 0);

    assertThat(board.lines(later, later))
        .as("a service and a model that were added after the first events")
        .last()
        .asString()
        .startsWith("  balance       nothing is missing");
  }

  @Test
  void duplicatesHaveARowAndAreNotMissing() {
    Figures before = figures(100, counts(98_000, 91_000, 300, 91_000, 91_000), Map.of(), 58);
    Figures now = figures(102, counts(100_000, 92_000, 300, 92_000, 92_000), Map.of(), 0);

    assertThat(board.lines(before, now))
        .contains(
            "  left out      readings                      7,700        529/s  duplicates and"
                + " tombstones")
        .last()
        .asString()
        .startsWith("  balance       nothing is missing");
  }

  @Test
  void openAlertsAreShownTheWorstFirstOnALineEach() {
    List<Findings.OpenAlert> open =
        IntStream.rangeClosed(1, 7)
            .mapToObj(
                place ->
                    new Findings.OpenAlert(
                        "m",
                        "price",
                        "event.vic_price",
                        "ks",
                        place == 1 ? Severity.CRITICAL : Severity.WARN,
                        1,
                        0.5,
                        START,
                        "number " + place + "\n\u001b[2Jdrifts"))
            .toList();
    Findings.Summary findings =
        new Findings.Summary(
            9, 2, open, 1, List.of(new Findings.Request("price", START, "because")), 2);
    Figures now = new Figures(START, Map.of(), Map.of(), Map.of(), findings, true, Map.of());

    assertThat(board.lines(now, now))
        .containsSequence(
            "  alerts        drift-alerts                      9          0/s  7 open, 2 closed",
            "    CRITICAL  number 1 [2Jdrifts",
            "    WARN      number 2 [2Jdrifts")
        .contains(
            "                and 2 more",
            "  requests      retraining-requests               1          0/s  because",
            "  2 records of drift-alerts and retraining-requests cannot be read, and were passed"
                + " over.");
  }

  @Test
  void aProcessThatEndedIsShownWithWhatBecameOfIt() {
    PartState well = new PartState("registry", PartState.State.RUNNING, 0, Optional.empty());
    PartState again =
        new PartState("broker", PartState.State.RUNNING, 2, Optional.of("The broker ended."));
    PartState down =
        new PartState("flink", PartState.State.WAITS, 0, Optional.of("The flink ended."));

    assertThat(StatusBoard.parts(List.of(well, again, down)))
        .containsExactly(
            "  process       broker runs, started again 2 times  (last: The broker ended.)",
            "  process       flink is down, and is started again in a moment  (last: The flink"
                + " ended.)");
  }

  @Test
  void anUnfinishedCountIsNotTakenForALoss() {
    Figures now =
        new Figures(
            START, counts(100, 0, 0, 0, 0), Map.of(), Map.of(), NOTHING_FOUND, false, Map.of());

    assertThat(board.lines(now, now)).last().asString().contains("still counting");
  }

  private static Figures figures(
      long second, Map<String, Long> topics, Map<String, Long> lag, long waiting) {
    return new Figures(
        START.plusSeconds(second),
        topics,
        lag,
        Map.of("readings", waiting),
        NOTHING_FOUND,
        true,
        Map.of("price", "champion: version 1 (v1)"));
  }

  private static Map<String, Long> counts(
      long in, long valid, long dead, long vectors, long scores) {
    Map<String, Long> topics = new HashMap<>();
    topics.put("readings", in);
    topics.put("readings.valid", valid);
    topics.put("readings.dlq", dead);
    topics.put("features.price", vectors);
    topics.put("scores.price", scores);
    return topics;
  }
}
