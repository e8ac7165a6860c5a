package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.leat.common.LeatException;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.RetrainingRun;
import io.leat.records.RunMetric;
import io.leat.records.RunState;
import io.leat.runtime.settings.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on an MLflow server that keeps to its rules and loses what it may. */
class MlflowMirrorTest {
  @TempDir private Path folder;
  private TrackingServer server;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeEach
  void start() throws IOException {
    server = new TrackingServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MlflowRuns runs() {
    return new MlflowRuns(server.address(), () -> RestClient.bearer("word"), "grid");
  }

  private RunFolder reports() throws IOException {
    Files.writeString(folder.resolve("gates.json"), "{}");
    Files.writeString(folder.resolve("gates.html"), "<p>gates</p>");
    return new RunFolder(folder);
  }

  private RetrainingRun begun(String request) {
    assertThat(Tasks.CODEC).isNotNull();
    return RunRecords.begun(Tasks.request(request), Tasks.NOW);
  }

  private static RunMetric metric(String segment, String name, double value) {
    return RunMetric.newBuilder()
        .setCandidate("challenger")
        .setSplit("compared")
        .setSegment(segment)
        .setMetric(name)
        .setValue(value)
        .setLow(value - 0.1)
        .setHigh(Double.NaN)
        .build();
  }

  /** A run that has come to its end. */
  private static RetrainingRun promoted(RetrainingRun begun) {
    Map<String, String> parameters = new TreeMap<>(Map.of("algorithm", "logistic"));
    for (int i = 0; i < 250; i++) {
      parameters.put("p" + i, "v".repeat(i));
    }
    return RetrainingRun.newBuilder(RunRecords.ended(begun, RunState.PROMOTED, "done").build())
        .setParameters(parameters)
        .setSnapshots(Map.of("events_readings", 42L))
        .setVersionNumber(7)
        .setModelVersion("v7")
        .setMetrics(
            List.of(
                metric("", "auc", 0.9),
                metric("event.shop=A/B & C", "auc", 0.8),
                metric("", "brier", Double.NaN)))
        .setGates(
            List.of(
                GateResult.newBuilder()
                    .setGate("auc not worse by 0.005 in event.shop=A/B")
                    .setVerdict(GateVerdict.PASS)
                    .setValue(0.01)
                    .setLimit(0.005)
                    .setMessage("0.01, bound 0.004")
                    .build()))
        .build();
  }

  private TrackingServer.Run only() {
    assertThat(server.runs()).hasSize(1);
    return server.runs().values().iterator().next();
  }

  @Test
  void aRunIsShownWithItsParametersFiguresOriginsAndReports() throws Exception {
    RetrainingRun run = promoted(begun("weekly-1"));

    runs().show(run, reports());

    assertThat(server.experiments()).containsOnlyKeys("grid/price");
    assertThat(server.authorizations()).containsExactly("Bearer word");
    TrackingServer.Run shown = only();
    assertThat(shown.parameters).hasSize(251).containsEntry("algorithm", "logistic");
    assertThat(shown.metrics)
        .containsOnly(
            entry("compared/challenger/auc", 0.9),
            entry("compared/challenger/auc.low", 0.9 - 0.1),
            entry("compared/challenger/auc/event.shop:A_B _ C", 0.8),
            entry("compared/challenger/auc.low/event.shop:A_B _ C", 0.8 - 0.1));
    assertThat(shown.tags)
        .containsEntry("leat.run_id", run.getRunId())
        .containsEntry("leat.state", "promoted")
        .containsEntry("leat.cause", "episode 1")
        .containsEntry("leat.snapshot.events_readings", "42")
        .containsEntry("leat.version", "7")
        .containsEntry(
            "leat.gate.auc not worse by 0.005 in event.shop:A/B", "pass: 0.01, bound 0.004")
        .doesNotContainKey("leat.step");
    assertThat(shown.status).isEqualTo("FINISHED");
    assertThat(shown.ended).contains(Tasks.NOW.toEpochMilli());
    assertThat(shown.artifacts)
        .containsOnly(entry("gates.json", "{}"), entry("gates.html", "<p>gates</p>"));
  }

  @Test
  void moreFiguresThanABatchTakesAreAllShown() throws Exception {
    List<RunMetric> figures = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      figures.add(metric("event.shop=s" + i, "auc", 0.9)); // each with its lower bound
    }

    runs()
        .show(
            RetrainingRun.newBuilder(promoted(begun("weekly-1"))).setMetrics(figures).build(),
            reports());

    assertThat(only().metrics).hasSize(1_200);
    assertThat(only().parameters).hasSize(251);
    assertThat(only().tags).containsEntry("leat.version", "7");
  }

  @ParameterizedTest
  @CsvSource({"PUBLISHED, RUNNING", "REJECTED, FINISHED", "FAILED, FAILED", "LAPSED, KILLED"})
  void theStatusIsMlflowsOwnWord(RunState state, String status) throws Exception {
    RetrainingRun run =
        RetrainingRun.newBuilder(begun("weekly-1")).setState(state).setMessage("m").build();

    runs().show(run, reports());

    assertThat(only().status).isEqualTo(status);
    assertThat(only().ended.isPresent()).isEqualTo(!state.equals(RunState.PUBLISHED));
  }

  @Test
  void whatIsShownIsNotShownAgainAlsoByTheNextWorker() throws Exception {
    RetrainingRun run = promoted(begun("weekly-1"));
    MlflowRuns runs = runs();
    runs.show(begun("weekly-1"), reports());
    runs.show(run, reports());
    int asked = server.requests();

    runs.show(run, reports());
    assertThat(server.requests()).isEqualTo(asked);

    runs.show(promoted(begun("weekly-2")), reports());
    asked = server.requests();
    MlflowRuns next = runs();
    next.show(run, reports());
    next.show(promoted(begun("weekly-2")), reports());
    assertThat(server.requests()).isEqualTo(asked + 3); // the experiment, and its two pages
    assertThat(server.runs()).hasSize(2);
  }

  /** Whichever answer is lost, and whichever worker goes on, there is one run, and all of it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whatIsCutShortIsGoneOnWith(int lost) throws Exception {
    RetrainingRun run = promoted(begun("weekly-1"));
    server.losesAnswer(lost);

    RunFolder reports = reports();
    for (MlflowRuns one = runs(); !isWhole(one, run, reports); one = runs()) {
      assertThat(server.requests()).isLessThan(30);
    }

    assertThat(only().parameters).hasSize(251);
    assertThat(only().metrics).hasSize(4);
    assertThat(only().artifacts).hasSize(2);
    assertThat(only().status).isEqualTo("FINISHED");
    assertThat(only().tags).containsKey(MlflowRuns.RECORD);
  }

  private static boolean isWhole(MlflowRuns runs, RetrainingRun run, RunFolder reports) {
    try {
      runs.show(run, reports);
      return true;
    } catch (LeatException e) {
      return false;
    }
  }

  @Test
  void aParameterThatChangesKeepsItsFirstValueAndHoldsNothingUp() throws Exception {
    RetrainingRun run = promoted(begun("weekly-1"));
    MlflowRuns runs = runs();
    runs.show(run, reports());

    runs.show(
        RetrainingRun.newBuilder(run).setParameters(Map.of("algorithm", "trees")).build(),
        reports());

    assertThat(only().parameters).containsEntry("algorithm", "logistic");
  }

  @Test
  void whatSomebodyHasDeletedThereStaysDeleted() throws Exception {
    runs().show(begun("weekly-1"), reports());
    only().stage = "deleted";

    runs().show(promoted(begun("weekly-1")), reports());

    assertThat(only().status).isEqualTo("RUNNING");
  }

  @Test
  void ofAnExperimentThatSomebodyHasDeletedNothingIsShown() throws Exception {
    runs().show(begun("weekly-1"), reports());
    server.deletedExperiments.add(server.experiments().get("grid/price"));
    MlflowRuns next = runs();
    next.show(promoted(begun("weekly-1")), reports());
    int asked = server.requests();

    next.show(begun("weekly-2"), reports());

    assertThat(server.requests()).isEqualTo(asked);
    assertThat(only().status).isEqualTo("RUNNING");
  }

  @Test
  void aRunThatIsRefusedIsPutAsideUntilItsNextRecord() throws Exception {
    RetrainingRun refused = begun("weekly-1");
    server.refusedRuns.add(refused.getRunId());
    RunFolder reports = reports();
    try (MlflowMirror mirror =
        new MlflowMirror(
            runs(), run -> reports, new WorkerMetrics(metrics), Duration.ofMillis(1))) {
      mirror.offer(refused);
      await().untilAsserted(() -> assertThat(mirrored("refused")).isEqualTo(1));
      mirror.offer(begun("weekly-2"));
      await().untilAsserted(() -> assertThat(mirrored("shown")).isEqualTo(1));

      server.refusedRuns.clear();
      mirror.offer(promoted(refused));
      await().untilAsserted(() -> assertThat(mirrored("shown")).isEqualTo(2));
      assertThat(mirrored("refused")).isEqualTo(1);
      assertThat(server.runs().values())
          .extracting(run -> run.status)
          .containsExactlyInAnyOrder("FINISHED", "RUNNING");
    }
  }

  private double mirrored(String outcome) {
    Counter counter = metrics.find("leat.retraining.mirror").tag("outcome", outcome).counter();
    return counter == null ? 0 : counter.count();
  }

  @ParameterizedTest
  @CsvSource({
    "compared/a.b, compared/a.b",
    "x=1 & y, x:1 _ y",
    "/a//b/, a/b",
    "a/../b, a/_/b",
    "a/., a/_",
    "größe, gr__e"
  })
  void keysAreThoseThatMlflowTakes(String name, String key) {
    assertThat(MlflowRuns.key(name)).isEqualTo(key);
  }

  @Test
  void aServerThatIsDownHoldsNothingUpAndIsToldOnceItIsBack() throws Exception {
    server.isDownFor(3);
    RunFolder reports = reports();
    try (MlflowMirror mirror =
        new MlflowMirror(
            runs(), run -> reports, new WorkerMetrics(metrics), Duration.ofMillis(5))) {
      mirror.offer(begun("weekly-1"));
      mirror.offer(begun("weekly-2"));
      mirror.offer(promoted(begun("weekly-1")));

      await()
          .untilAsserted(
              () ->
                  assertThat(server.runs().values())
                      .extracting(run -> run.status)
                      .containsExactlyInAnyOrder("FINISHED", "RUNNING"));
    }
    assertThat(metrics.get("leat.retraining.mirror").tag("outcome", "failed").counter().count())
        .isEqualTo(3);
  }

  private static WorkerOptions options(String... flags) {
    return Settings.parse(
        new WorkerOptions(),
        Stream.concat(Stream.of("--pipeline", "grid"), Stream.of(flags)).toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:/runs", "http://me:s3cret@mlflow", "mlflow:5000"})
  void anAddressIsOfAServerAndHoldsNoSecret(String address) {
    assertThat(options("--mlflow-tracking", "https://mlflow:5000/a").mlflow()).isPresent();
    assertThatThrownBy(options("--mlflow-tracking", address)::mlflow)
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("expected one such as http://mlflow:5000")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void aKeyIsATokenOrUserAndPasswordInAFileOfItsOwner() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "word\n");
    WorkerOptions options =
        options("--mlflow-tracking", "http://mlflow:5000", "--mlflow-key", key.toString());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(options::mlflow).isInstanceOf(LeatException.class);

    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    assertThat(options.mlflow()).isPresent();
    assertThat(options.mlflowHeaders()).containsEntry("Authorization", "Bearer word");
    Files.writeString(key, "me:word");
    assertThat(options.mlflowHeaders()).containsEntry("Authorization", "Basic bWU6d29yZA==");
  }
}
