package io.leat.cli.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftedStream;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code leat drift} on a real broker. */
@ExtendWith(SharedCluster.class)
class DriftCommandIT {
  private static final Instant WINDOW = Instant.parse("2026-11-01T00:00:00Z");

  private final TestCluster cluster;

  DriftCommandIT(TestCluster cluster) {
    this.cluster = cluster;
    AvroCodec.trustGeneratedRecords();
  }

  @BeforeEach
  void threeEpisodesOfWhichOneHasClosed() {
    cluster.clear();
    cluster.createTopic(Topics.DRIFT_ALERTS, 1, Map.of());
    cluster.createTopic(Topics.ALERT_CONTROLS, 1, Map.of());
    try (TopicWriter writer = cluster.newWriter()) {
      for (DriftAlert alert :
          List.of(
              alert("a1", AlertState.OPEN, Severity.WARN),
              alert("b2", AlertState.OPEN, Severity.WARN),
              alert("b2", AlertState.OPEN, Severity.CRITICAL),
              alert("c3", AlertState.OPEN, Severity.WARN),
              alert("c3", AlertState.CLOSED, Severity.WARN))) {
        writer.sendRecord(Topics.DRIFT_ALERTS, "fraud", alert);
      }
      writer.flush();
    }
  }

  private static DriftAlert alert(String id, AlertState state, Severity severity) {
    return DriftAlert.newBuilder()
        .setAlertId(id)
        .setMonitor("daily")
        .setModel("fraud")
        .setKind("drift")
        .setFeature("event.amount")
        .setMetric("ks")
        .setState(state)
        .setSeverity(severity)
        .setWindowStart(WINDOW)
        .setWindowEnd(WINDOW.plusSeconds(86_400))
        .setValue(0.25)
        .setThreshold(0.125)
        .setMessage("event.amount drifts")
        .setReference("77aa")
        .setEvidence(212.5)
        .setAlarmAt(140.0)
        .setGuarantee("seasonal")
        .setStreams(
            List.of(
                DriftedStream.newBuilder()
                    .setFeature("event.amount")
                    .setMetric("ks")
                    .setValue(0.25)
                    .setLeast(0.01)
                    .setThreshold(0.125)
                    .setEvidence(850.0)
                    .setGuarantee("seasonal")
                    .build()))
        .build();
  }

  @Test
  void openEpisodesAreListedTheCriticalFirst() {
    assertThat(run("list"))
        .isEqualTo(
            new CommandRun(
                0,
                """
                open         critical 2026-11-02T00:00:00Z  daily  b2  212.5 to 1; alarms at 140.0 (seasonal)  event.amount drifts
                open         warn     2026-11-02T00:00:00Z  daily  a1  212.5 to 1; alarms at 140.0 (seasonal)  event.amount drifts
                2 open, 0 acknowledged, 0 silenced, 1 closed.
                """));
    assertThat(run("list", "--all").out()).contains("closed       warn");
    assertThat(run("list", "--model", "other").out())
        .isEqualTo("0 open, 0 acknowledged, 0 silenced, 0 closed.\n");
  }

  @Test
  void whoHasSeenAnEpisodeIsSaidOnce() {
    assertThat(run("ack", "a", "--reason", "new terminals").out())
        .startsWith("Episode a1 is acknowledged by ");
    assertThat(run("ack", "a1").out()).contains("nothing to do");
    assertThat(run("ack", "c3").out()).isEqualTo("Episode c3 has closed; nothing to do.\n");

    assertThat(run("list").out()).contains("acknowledged warn");
    assertThat(run("show", "a1").out())
        .contains("standing       acknowledged\n")
        .contains("evidence       212.5 to 1; alarms at 140.0\n")
        .contains("stream         event.amount: ks 0.2500 (threshold 0.1250)")
        .contains(": new terminals\n");
  }

  @Test
  void aSilenceIsOfWhatItSays() {
    assertThat(run("silence", "severity=critical", "monitor=daily", "--for", "1h").out())
        .endsWith("; 1 open episodes are such.\n");

    assertThat(run("list").out()).contains("silenced     critical").contains("open         warn");
    assertThat(run("show", "b2").out()).contains("silenced       until ");
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThat(run("silence", "colour=red", "--for", "1h").code()).isEqualTo(2);
    assertThat(run("silence", "monitor=daily").code()).isEqualTo(2);
    assertThat(run("silence", "monitor=daily", "--for", "0s").code()).isEqualTo(2);
    assertThat(run("ack", "nothing"))
        .isEqualTo(
            new CommandRun(
                1, "There is no episode nothing; 'leat drift list --all' lists them. [INPUT]\n"));
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        Stream.of(
                Stream.of("drift"),
                Stream.of(arguments),
                Stream.of(
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl()))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }
}
