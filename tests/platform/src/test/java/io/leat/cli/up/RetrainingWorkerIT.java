package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.cli.CommandRun;
import io.leat.records.GateVerdict;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TopicReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A market's readings into the tables, and a request by hand: the worker, killed each time it says
 * that it has come further, makes one version of it, which scores what comes next.
 */
class RetrainingWorkerIT {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project"));
  private static final Path EXAMPLE = PROJECT.resolve("examples/electricity");
  private static final Path READINGS = EXAMPLE.resolve("readings.csv.gz");
  private static final int ROWS = 30_000;
  private static final int MORE = 2_000;
  private static final Duration TIMEOUT = Duration.ofMinutes(6);

  @TempDir private Path temporary;
  private AvroCodec codec;
  private String brokers;

  @Test
  void killedAtEachStepTheWorkerMakesOneVersionOfARequestAndItScores() throws Exception {
    Path stackFolder = temporary.resolve("leat");
    Path stacks = copy("stack", false);
    Path workers = copy("worker", true);
    try (RunningStack stack = RunningStack.up(stacks, stackFolder)) {
      brokers = stack.endpoints().bootstrapServers();
      codec = new AvroCodec(new RegistryClient(stack.endpoints().registryUrl()));
      replay(stack, 0, ROWS);
      await("vectors of all readings").atMost(TIMEOUT).until(() -> vectors() == ROWS);
      await("rows in both tables")
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () ->
                  stack.committedRows("electricity", "events_readings") >= ROWS
                      && stack.committedRows("electricity", "vectors_price") >= ROWS);

      CommandRun asked =
          stack.run("retraining", "run", "--model=price", "--why=a test", "--pipeline=" + workers);
      assertThat(asked.code()).as(asked.out()).isZero();

      List<RetrainingRun> run;
      List<String> killedAt = new ArrayList<>();
      run = killedAtEachStep(state -> worker(stack, workers, stackFolder, state), killedAt);
      System.out.printf(
          "retraining: killed at %s; %s%n",
          killedAt,
          run.stream().map(record -> record.getState() + " " + record.getMessage()).toList());

      RetrainingRun last = run.get(run.size() - 1);
      assertThat(last.getState()).as(last.getMessage()).isEqualTo(RunState.PROMOTED);
      assertThat(killedAt)
          .containsExactly("pin", "train", "evaluate", "publish", "roll-out", "follow");
      assertThat(run).extracting(RetrainingRun::getRunId).containsOnly(last.getRunId());
      assertThat(run.stream().filter(record -> record.getState() == RunState.TRAINED))
          .as("trained again where the model is not in the state directory")
          .hasSize(2);
      assertThat(run.stream().map(RetrainingRun::getTrainingSet).filter(set -> !set.isEmpty()))
          .as("made again of the same snapshots")
          .containsOnly(last.getTrainingSet());
      assertThat(last.getGates())
          .extracting(gate -> gate.getVerdict())
          .containsOnly(GateVerdict.PASS);
      assertThat(last.getSnapshots()).isNotEmpty();
      CommandRun versions = stack.run("model", "list");
      assertThat(last.getVersionNumber()).as(versions.out()).isEqualTo(2);
      assertThat(stack.run("model", "show", "price@3").code()).as("a third version").isEqualTo(1);
      assertThat(stack.run("model", "verify", "price@2").code()).isZero();
      assertThat(stack.run("runs", "show", last.getRunId()).out())
          .contains("gate", "PROMOTED", last.getTrainingSet());
      assertThat(stack.run("runs", "list").out()).contains("1 run.");
      assertThat(stack.run("runs", "compare", last.getRunId(), last.getRunId()).out())
          .contains("metric champion compared auc");

      replay(stack, ROWS, MORE);
      await("vectors scored by the new version").atMost(TIMEOUT).until(() -> scored(2));
    }
  }

  /**
   * Kills the worker whenever it has come to a step where it was not killed yet, and when the model
   * is to be published for good: another takes over, which has another state directory.
   *
   * @param start starts a worker with the state directory of a name
   */
  private List<RetrainingRun> killedAtEachStep(
      Function<String, ServiceProcess> start, List<String> killedAt) throws IOException {
    ServiceProcess worker = start.apply("worker-state");
    Set<String> steps = new LinkedHashSet<>();
    List<RetrainingRun> records = new ArrayList<>();
    try (TopicReader reader = TopicReader.committed(brokers, List.of(Topics.RETRAINING_RUNS))) {
      while (records.isEmpty() || !records.get(records.size() - 1).getStep().isEmpty()) {
        RetrainingRun record =
            codec.decode(reader.await(1, TIMEOUT).get(0).value(), RetrainingRun.class);
        records.add(record);
        if (!record.getStep().isEmpty() && steps.add(record.getStep())) {
          worker.kill();
          killedAt.add(record.getStep());
          if (record.getStep().equals("publish")) {
            worker = start.apply("other-state");
          } else {
            worker.restart();
          }
        }
      }
      assertThat(reader.readToEnd()).as("records behind the last").isEmpty();
    } finally {
      worker.close();
    }
    return records;
  }

  private ServiceProcess worker(RunningStack stack, Path pipeline, Path stackFolder, String state) {
    int port = Ports.free();
    LeatHome home = LeatHome.find();
    return ServiceProcess.start(
        JvmProcess.Command.of(
                "worker",
                home.classPath("services"),
                "io.leat.retraining.worker.WorkerMain",
                List.of(
                    "--pipeline=" + pipeline,
                    "--bootstrap-servers=" + brokers,
                    "--registry-url=" + stack.endpoints().registryUrl(),
                    "--state-dir=" + temporary.resolve(state),
                    "--artifacts=" + stackFolder.resolve("artifacts"),
                    "--warehouse=" + stackFolder.resolve("warehouse"),
                    "--look-every=200ms",
                    "--http-port=" + port),
                temporary.resolve(state + ".log"))
            .withJvmOptions("-Xmx384m", "-Dleat.home=" + home.directory()),
        port);
  }

  private void replay(RunningStack stack, int skipped, int rows) throws IOException {
    Path part = temporary.resolve("readings-" + skipped + ".csv");
    try (BufferedReader all =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(READINGS)), StandardCharsets.UTF_8))) {
      Files.write(
          part,
          Stream.concat(Stream.of(all.readLine()), all.lines().skip(skipped).limit(rows)).toList());
    }
    CommandRun replay = stack.run("replay", part.toString(), "--event", "readings", "--fastest");
    assertThat(replay.code()).as(replay.out()).isZero();
  }

  private long vectors() {
    try (TopicReader valid = TopicReader.committed(brokers, List.of(Topics.features("price")))) {
      return valid.readToEnd().size();
    }
  }

  private boolean scored(int version) {
    try (TopicReader scores = TopicReader.committed(brokers, List.of(Topics.scores("price")))) {
      return scores.readToEnd().stream()
          .map(record -> codec.decode(record.value(), Score.class))
          .anyMatch(score -> Integer.valueOf(version).equals(score.getModelNumber()));
    }
  }

  /** The example without monitors, and with a policy or without. */
  private Path copy(String name, boolean withPolicy) throws IOException {
    Path target = temporary.resolve(name);
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.equals(READINGS))
          .forEach(
              file -> {
                String path = EXAMPLE.relativize(file).toString();
                if (path.startsWith("monitors") || path.startsWith("retraining")) {
                  return;
                }
                try {
                  Files.createDirectories(target.resolve(path).getParent());
                  Files.copy(file, target.resolve(path));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    if (withPolicy) {
      Files.createDirectories(target.resolve("retraining"));
      Files.writeString(
          target.resolve("retraining/price.yaml"),
          """
          retraining: price
          when: [drift]
          trainer: { builtin: logistic }
          gates: { auc: not worse by 0.02, latency_p99: 1s }
          """);
    }
    return target;
  }
}
