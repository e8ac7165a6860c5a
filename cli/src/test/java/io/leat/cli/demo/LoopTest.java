package io.leat.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.LogPosition;
import io.leat.records.Outcome;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.records.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Given these records of its topics, the loop closed, or did not. */
class LoopTest {
  private static final Play PLAY = new Play(1, 10, 5, 5, 6, 0, 1, 100, 200);
  private static final int PAYMENTS_A_DAY = 50;
  private static final Instant CHANGE = PLAY.changesAt();

  private final List<String> told = new ArrayList<>();
  private final Loop loop = new Loop(PLAY, told::add);
  private final Random random = new Random(3);
  private long broker;
  private int payments;

  /** A day of payments, scored by version 1 alone, or decided by version 2 with 1 as its shadow. */
  private void day(int day, boolean isRetrained) {
    for (int i = 0; i < PAYMENTS_A_DAY; i++) {
      String id = "p" + payments++;
      Instant time = Play.START.plus(Duration.ofDays(day)).plus(Duration.ofMinutes(i));
      boolean fraud = random.nextInt(4) == 0;
      boolean isVectorReadFirst = i % 2 == 0;
      if (isVectorReadFirst) {
        loop.vector(id);
      }
      loop.score(StoryRecords.score(id, time, isRetrained ? 2 : 1), broker++);
      if (!isVectorReadFirst) {
        loop.vector(id);
      }
      double blind = random.nextDouble();
      double seeing = random.nextDouble() + (fraud ? 0.6 : 0);
      loop.outcome(
          outcome(id, time, 1, isRetrained ? "SHADOW" : "CHAMPION", blind, fraud), broker++);
      loop.outcome(
          outcome(id, time, 2, isRetrained ? "CHAMPION" : "SHADOW", seeing, fraud), broker++);
    }
  }

  private static Outcome outcome(
      String id, Instant time, int version, String role, double score, boolean fraud) {
    return Outcome.newBuilder()
        .setModel("fraud")
        .setModelVersion("v" + version)
        .setModelNumber(version)
        .setRole(role)
        .setEventId(id)
        .setEventTime(time)
        .setScore(score)
        .setSource(new LogPosition("payments", 0, 1L))
        .setLabel(fraud)
        .setKnownAt(time)
        .build();
  }

  private void alert(String id, String kind) {
    loop.alert(
        DriftAlert.newBuilder()
            .setAlertId(id)
            .setMonitor("fraud")
            .setModel("fraud")
            .setKind(kind)
            .setFeature("*")
            .setMetric("auc")
            .setState(AlertState.OPEN)
            .setSeverity(Severity.WARN)
            .setWindowStart(CHANGE)
            .setWindowEnd(CHANGE)
            .setValue(0.5)
            .setThreshold(0.7)
            .setMessage("worse")
            .setReference("version v1")
            .setStreams(List.of())
            .build(),
        broker++);
  }

  private void request(String id) {
    loop.request(StoryRecords.request(id, CHANGE, RequestStatus.ASKED, "worse"), broker++);
  }

  private void run(RunState state, GateVerdict verdict) {
    loop.run(
        RetrainingRun.newBuilder()
            .setRunId("run")
            .setRequestId("request")
            .setModel("fraud")
            .setState(state)
            .setMessage("done")
            .setTime(CHANGE)
            .setMetrics(List.of())
            .setGates(
                List.of(
                    GateResult.newBuilder()
                        .setGate("auc")
                        .setVerdict(verdict)
                        .setValue(0)
                        .setLimit(0)
                        .build()))
            .build(),
        broker++);
  }

  private void closes(GateVerdict verdict) {
    day(4, false);
    day(7, false);
    alert("a", "performance");
    request("request");
    run(RunState.GATED, verdict);
    day(8, true);
    run(RunState.PROMOTED, verdict);
    for (int day = 9; day < 13; day++) {
      day(day, true);
    }
  }

  private List<String> failed() {
    loop.close();
    return loop.figures().checks().entrySet().stream()
        .filter(check -> !check.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void itClosed() {
    closes(GateVerdict.PASS);

    assertThat(failed()).isEmpty();
    DriftFigures figures = loop.figures();
    assertThat(figures.holds()).isTrue();
    assertThat(figures.steps())
        .extracting(Figures.Step::what)
        .containsExactly(
            "fraud moves",
            "episode of performance",
            "request",
            "run gated",
            "version 2 decides",
            "run promoted",
            "labels prove it");
    assertThat(figures.steps().get(0).payments()).isZero();
    assertThat(figures.steps().get(1).payments()).isEqualTo(PAYMENTS_A_DAY);
    assertThat(figures.rows()).isEqualTo(5 * PAYMENTS_A_DAY);
    assertThat(figures.proof().difference().low()).isPositive();
    assertThat(DriftPage.of(figures)).contains("<polyline class=\"other\"", "labels prove it");
  }

  @Test
  void anEpisodeBeforeTheChangeIsOneTooMany() {
    day(3, false);
    alert("early", "drift");
    closes(GateVerdict.PASS);

    assertThat(failed()).containsExactly("no episode before the change");
  }

  @Test
  void asDoSecondEpisodesAndSecondRequests() {
    closes(GateVerdict.PASS);
    alert("b", "drift");
    request("another");

    assertThat(failed()).containsExactly("one episode after it", "one request, one run");
  }

  @Test
  void alertsThatAreOfNoChangeCountAsNoEpisode() {
    alert("q", "data_quality");
    closes(GateVerdict.PASS);

    assertThat(failed()).isEmpty();
    assertThat(told).first().asString().startsWith("data_quality, OPEN");
  }

  @Test
  void aGateThatTellsNothingIsNotPassed() {
    closes(GateVerdict.INCONCLUSIVE);

    assertThat(failed()).containsExactly("all gates passed");
  }

  @Test
  void aVectorWithoutScoreIsUnscoredUnlessItCameAfterTheEnd() {
    closes(GateVerdict.PASS);
    loop.vector("lost");
    assertThat(failed()).containsExactly("no vector unscored");

    loop.score(StoryRecords.score("lost", CHANGE, 2), broker++);
    loop.vector("later");
    assertThat(loop.figures().holds()).isTrue();
  }

  @Test
  void whereNothingHappenedThereIsAPageAllTheSame() {
    loop.close();

    DriftFigures figures = loop.figures();

    assertThat(figures.holds()).isFalse();
    assertThat(DriftPage.of(figures)).contains("</html>");
  }
}
