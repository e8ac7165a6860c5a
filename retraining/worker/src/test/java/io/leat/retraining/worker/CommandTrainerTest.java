package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.pipeline.definition.Trainer;
import io.leat.retraining.worker.RunTrainer.Declined;
import io.leat.retraining.worker.RunTrainer.Failed;
import io.leat.retraining.worker.RunTrainer.Progress;
import io.leat.retraining.worker.RunTrainer.Task;
import io.leat.retraining.worker.RunTrainer.Trained;
import io.leat.retraining.worker.RunTrainer.Waiting;
import io.leat.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs do, and what becomes of it. */
class CommandTrainerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void aProgramThatLeavesAModelHasTrained() throws Exception {
    Task task = Tasks.in(folder);

    Progress progress =
        run(
            task,
            "cat request.json train/*.parquet holdout/*.parquet > seen; mkdir -p \"$LEAT_RUN_DIR/model\";"
                + " echo graph > model/model.onnx; echo '{\"auc\": 0.9, \"rows\": [1]}' > metrics.json");

    TrainerFolder trainer = TrainerFolder.of(task.folder());
    assertThat(progress)
        .isEqualTo(
            new Trained(
                trainer.model().resolve("model.onnx"), java.util.Map.of("reported.auc", "0.9")));
    assertThat(Files.readString(trainer.root().resolve("seen")))
        .contains("rows to learn from", "later rows")
        .doesNotContain("nobody's rows");
    JsonNode request = new ObjectMapper().readTree(trainer.root().resolve("request.json").toFile());
    assertThat(request.path("run_key").asText()).isEqualTo(task.run().getRunKey());
    assertThat(request.at("/snapshots/events_readings").asLong()).isEqualTo(42);
    assertThat(request.at("/features/0").asText()).isEqualTo("event.a");
    assertThat(request.path("seed").asLong()).isEqualTo(0x3f9ac1d2L);
  }

  @Test
  void aFolderWithAnMlmodelIsTakenAsAWhole() throws Exception {
    Task task = Tasks.in(folder);

    Progress progress = run(task, "mkdir model; echo x > model/MLmodel; echo x > model/model.onnx");

    assertThat(((Trained) progress).model()).isEqualTo(TrainerFolder.of(task.folder()).model());
  }

  @Test
  void aProgramMayDecline() throws Exception {
    assertThat(run(Tasks.in(folder), "echo 'too few frauds' > reason.txt; exit 10"))
        .isEqualTo(new Declined("too few frauds"));
  }

  @Test
  void anyOtherCodeIsAFailureAndNamesTheLog() throws Exception {
    Progress progress = run(Tasks.in(folder), "echo no memory >&2; exit 3");

    assertThat(((Failed) progress).reason()).contains("exit code 3", "trainer.log");
    assertThat(folder.resolve("logs/trainer.log")).hasContent("no memory");
  }

  @Test
  void aProgramThatLeavesNoModelHasFailed() throws Exception {
    assertThat(((Failed) run(Tasks.in(folder), "true")).reason()).contains("left no model");
  }

  @Test
  void aProgramIsEndedWithAllThatItStartedWhenItsTimeIsOver() throws Exception {
    Progress progress =
        run(Tasks.in(folder), "echo $$ > pids; sleep 600 & echo $! >> pids; wait", 2);

    assertThat(((Failed) progress).reason()).contains("longer than 2 s");
    awaitGone();
  }

  @Test
  void whatAnEarlierAttemptLeftIsNotTaken() throws Exception {
    Task task = Tasks.in(folder);
    run(task, "mkdir model; echo half > model/model.onnx; exit 1");

    assertThat(((Failed) run(task, "true")).reason()).contains("left no model");
  }

  @Test
  void aProgramThatIsKilledIsStartedAgain() throws Exception {
    Task task = Tasks.in(folder);

    Progress progress =
        run(
            task,
            "echo . >> ../starts; [ $(wc -l < ../starts) = 3 ] || kill -9 $$;"
                + " mkdir model; echo graph > model/model.onnx");

    assertThat(progress).isInstanceOf(Trained.class);
  }

  @Test
  void aProgramThatIsKilledOverAndOverHasFailed() throws Exception {
    Progress progress = run(Tasks.in(folder), "echo . >> ../starts; kill -9 $$");

    assertThat(((Failed) progress).reason()).contains("killed 3 times", "signal 9");
    assertThat(folder.resolve("starts")).hasContent(".\n.\n.\n");
  }

  @Test
  void aProgramThatBreaksByItselfIsNotStartedAgain() throws Exception {
    Progress progress = run(Tasks.in(folder), "echo . >> ../starts; kill -SEGV $$");

    assertThat(((Failed) progress).reason()).contains("exit code 139");
    assertThat(folder.resolve("starts")).hasContent(".\n");
  }

  @Test
  void whereWhatWatchesAProgramIsKilledTheProgramIsEndedBeforeTheNextStarts() throws Exception {
    Task task = Tasks.in(folder);
    try (CommandTrainer trainer =
        trainer(
            "echo $$ >> ../all; [ $(wc -l < ../all) = 2 ] || { sleep 600; exit 1; };"
                + " kill -0 $(head -1 ../all) && exit 1; mkdir model; echo x > model/model.onnx",
            600)) {
      trainer.advance(task);
      Path all = folder.resolve("all");
      await().atMost(TIMEOUT).until(() -> Files.exists(all) && !Files.readString(all).isEmpty());
      await()
          .atMost(TIMEOUT)
          .until(() -> CommandMain.program(folder.resolve("trainer")).isPresent());
      ProcessHandle program =
          ProcessHandle.of(Long.parseLong(Files.readString(all).strip())).orElseThrow();

      program.parent().orElseThrow().destroyForcibly();

      await().atMost(TIMEOUT).until(() -> trainer.advance(task) instanceof Trained);
      assertThat(program.isAlive()).isFalse();
    }
  }

  @Test
  void aProgramEndsWithItsTrainer() throws Exception {
    Task task = Tasks.in(folder);
    CommandTrainer trainer = trainer("echo $$ > pids; sleep 600 & echo $! >> pids; wait", 600);
    assertThat(trainer.advance(task)).isEqualTo(new Waiting());
    await().atMost(TIMEOUT).until(() -> pids().size() == 2);

    trainer.close();

    awaitGone();
  }

  @Test
  void aProgramWhoseWorkerIsGoneIsEnded() throws Exception {
    long somebodyElse = ProcessHandle.current().pid() + 1;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ServiceProcess.testClassPath(),
                CommandMain.class.getName(),
                folder.resolve("trainer").toString(),
                String.valueOf(somebodyElse),
                "600",
                "sleep",
                "600")
            .start();

    assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(CommandMain.OUT_OF_TIME);
  }

  private Progress run(Task task, String script) {
    return run(task, script, 600);
  }

  private Progress run(Task task, String script, int seconds) {
    AtomicReference<Progress> last = new AtomicReference<>(new Waiting());
    try (CommandTrainer trainer = trainer(script, seconds)) {
      await()
          .atMost(TIMEOUT)
          .until(
              () -> {
                last.set(trainer.advance(task));
                return !(last.get() instanceof Waiting);
              });
    }
    return last.get();
  }

  private CommandTrainer trainer(String script, int seconds) {
    return new CommandTrainer(
        Tasks.registry(folder.resolve("artifacts")),
        new Trainer.Command(List.of("sh", "-c", script), Duration.ofSeconds(seconds)));
  }

  private List<String> pids() throws IOException {
    Path file = folder.resolve("trainer/pids");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private void awaitGone() throws IOException {
    List<String> pids = pids();
    assertThat(pids).hasSize(2);
    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                pids.stream()
                    .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
                    .noneMatch(handle -> handle.filter(ProcessHandle::isAlive).isPresent()));
  }
}
