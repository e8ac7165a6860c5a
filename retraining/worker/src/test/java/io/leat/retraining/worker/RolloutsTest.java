package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Gates.Gate;
import io.leat.pipeline.definition.Gates.Metric;
import io.leat.pipeline.definition.Gates.Rule;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.RetrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who decides about a version that the gates left open. */
class RolloutsTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project"), "examples", "electricity");

  @TempDir private Path folder;

  private static final String GUARDED =
      """
      rollout: [shadow 1d, champion]
      guards: { loss: { margin: 5% } }
      loss: { metric: brier }
      """;
  private static final Gates GATES =
      new Gates(
          List.of(
              new Gate(Metric.AUC, Rule.NOT_WORSE_BY, 0.005),
              new Gate(Metric.AUC, Rule.LIMIT, 0.8),
              new Gate(Metric.CALIBRATION, Rule.NOT_WORSE_BY, 0.01)),
          List.of());

  @Test
  void aShadowWithAGuardOfLossDoes() throws Exception {
    assertThat(isJudged(GUARDED, 1, "auc not worse by 0.005")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auc at least 0.8",
        "calibration not worse by 0.01",
        "auc not worse by 0.005 in event.country=BE",
        "latency_p99 at most 5.0"
      })
  void aPersonDoesAboutWhatALossDoesNotShow(String gate) throws Exception {
    assertThat(isJudged(GUARDED, 1, gate)).isFalse();
    assertThat(isJudged(GUARDED, 1, "auc not worse by 0.005", gate)).isFalse();
  }

  @Test
  void aPersonDoesWhereNobodyCouldBeInTheShadow() throws Exception {
    assertThat(isJudged(GUARDED, 0, "auc not worse by 0.005")).isFalse();
  }

  @Test
  void aPersonDoesWhereNothingWasCompared() throws Exception {
    RetrainingRun run = run(1, 0, "auc not worse by 0.005");

    assertThat(Rollouts.isJudgedInShadow(run, model(GUARDED), GATES)).isFalse();
  }

  @Test
  void aPersonDoesWhereNoLabelIsAskedForInTheShadow() throws Exception {
    assertThat(isJudged("rollout: [shadow 1d, champion]", 1, "auc not worse by 0.005")).isFalse();
    assertThat(
            isJudged(
                """
                rollout: [shadow 1d, { kind: canary, weight: 10%, guards: { loss: { margin: 5% } } }, champion]
                loss: { metric: brier }
                """,
                1, "auc not worse by 0.005"))
        .as("it would decide before it is known what it costs")
        .isFalse();
    assertThat(isJudged("", 1, "auc not worse by 0.005")).isFalse();
  }

  private boolean isJudged(String rollout, int champion, String... open) throws Exception {
    return Rollouts.isJudgedInShadow(run(champion, 80, open), model(rollout), GATES);
  }

  private static RetrainingRun run(int champion, long rows, String... open) {
    return RetrainingRun.newBuilder(RunRecords.begun(Tasks.request("weekly-1"), Tasks.NOW))
        .setChampion(champion)
        .setGates(
            Arrays.stream(open)
                .map(
                    gate ->
                        GateResult.newBuilder()
                            .setGate(gate)
                            .setVerdict(GateVerdict.INCONCLUSIVE)
                            .setValue(0.001)
                            .setLimit(0.005)
                            .setRows(rows)
                            .build())
                .toList())
        .build();
  }

  private Model model(String more) throws Exception {
    Path copy = Files.createTempDirectory(folder, "pipeline");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      files
          .filter(file -> file.toString().matches(".*\\.(yaml|avsc|onnx)"))
          .forEach(
              file -> {
                Path path = copy.resolve(EXAMPLE.relativize(file).toString());
                try {
                  Files.createDirectories(path.getParent());
                  Files.copy(file, path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    Files.writeString(
        copy.resolve("models/price/model.yaml"), "\n" + more, StandardOpenOption.APPEND);
    return PipelineReader.read(copy).model("price").orElseThrow();
  }
}
