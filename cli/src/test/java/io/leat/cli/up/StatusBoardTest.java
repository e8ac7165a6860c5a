package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusBoardTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Findings.Summary NOTHING_FOUND =
      new Findings.Summary(0, 0, Optional.empty(), 0, Optional.empty(), 0);

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
        figures(100, counts(50_000, 49_000, 900, 48_000, 47_000), Map.of("scoring", 1_000L));
    Figures now =
        figures(102, counts(70_000, 69_000, 1_000, 68_000, 67_000), Map.of("scoring", 400L));

    assertThat(board.lines(before, now))
        .containsExactly(
            "electricity, up 1m 42s      events http://127.0.0.1:7070   features http://127.0.0.1:6566   Flink http://127.0.0.1:8081   broker 127.0.0.1:9092",
            "                                              total          now",
            "  events in     readings                     70,000     10,000/s",
            "  valid         readings                     69,000     10,000/s",
            "  dead letters  readings                      1,000         50/s",
            "  vectors       price                        68,000     10,000/s",
            "  scores        price                        67,000     10,000/s",
            "  unscored      price                             0          0/s",
            "  alerts        drift-alerts                      0          0/s  0 open",
            "  requests      retraining-requests               0          0/s",
            "  lag           ingestion 0   features 0   scoring 400 (-300/s)   offline 0   drift 0   retraining 0",
            "  balance       0 events not checked yet, 1,000 without vector, 1,000 vectors without score");
  }

  @Test
  void whenAllIsDoneTheBoardSaysThatNothingIsMissing() {
    Figures now = figures(5, counts(100, 90, 10, 90, 90), Map.of());

    assertThat(board.lines(now, now))
        .last()
        .asString()
        .startsWith("  balance       nothing is missing");
  }

  @Test
  void findingsAreShownWithTheNewestOfEachOnOneLine() {
    Findings.Summary findings =
        new Findings.Summary(
            3, 1, Optional.of("vic_price\n\u001b[2Jdrifts"), 1, Optional.of("because"), 2);
    Figures now = new Figures(START, Map.of(), Map.of(), findings, true);

    assertThat(board.lines(now, now))
        .contains(
            "  alerts        drift-alerts                      3          0/s  2 open  vic_price [2Jdrifts",
            "  requests      retraining-requests               1          0/s  because",
            "  2 records of drift-alerts and retraining-requests cannot be read, and were passed over.");
  }

  @Test
  void anUnfinishedCountIsNotTakenForALoss() {
    Figures now = new Figures(START, counts(100, 0, 0, 0, 0), Map.of(), NOTHING_FOUND, false);

    assertThat(board.lines(now, now)).last().asString().contains("still counting");
  }

  private static Figures figures(long second, Map<String, Long> topics, Map<String, Long> lag) {
    return new Figures(START.plusSeconds(second), topics, lag, NOTHING_FOUND, true);
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
