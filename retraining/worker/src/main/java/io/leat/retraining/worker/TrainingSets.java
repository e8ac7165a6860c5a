package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.FeatureService;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.runtime.batch.TableWork;
import io.leat.runtime.settings.ProcessLine;
import io.leat.runtime.settings.TrainingSetOptions;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes training sets, by a process of its own over the offline tables. */
final class TrainingSets {
  private static final Logger log = LoggerFactory.getLogger(TrainingSets.class);

  /** The newest tenth is compared on; all before it may be learnt from. */
  private static final String SPLIT = "0.85,0.05,0.1";

  private static final String MAIN = "io.leat.features.offline.trainingset.TrainingSetCommand";

  private final WorkerOptions options;

  TrainingSets(WorkerOptions options) {
    this.options = options;
  }

  /**
   * Makes a training set, unless it is there.
   *
   * @param awaited records that the tables are to hold first
   * @return what they did not hold when they were not waited for any longer, in words
   * @throws LeatException if it cannot be made
   */
  Optional<String> make(
      RunFolder run, FeatureService service, TrainingSpan span, List<String> awaited) {
    if (run.hasTrainingSet()) {
      return Optional.empty();
    }
    List<String> more = new ArrayList<>(awaited.stream().map(one -> "--await=" + one).toList());
    more.add("--await-at-most=" + options.awaitTables().toMillis() + "ms");
    return run(run, service, span, more);
  }

  /**
   * Makes a training set of the snapshots that it was made of before, unless it is there.
   *
   * @throws LeatException if it cannot be made
   */
  void makeAgain(
      RunFolder run, FeatureService service, TrainingSpan span, Map<String, Long> snapshots) {
    if (!run.hasTrainingSet()) {
      Path before = run.root().resolve("snapshots");
      run.write(before.resolve(TrainingSetFolder.LINEAGE), TrainingSetFolder.lineageOf(snapshots));
      run(run, service, span, List.of("--snapshots-of=" + before));
    }
  }

  private Optional<String> run(
      RunFolder run, FeatureService service, TrainingSpan span, List<String> more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dir=" + run.root(),
                "--pipeline=" + options.job().pipelineFolder(),
                "--warehouse=" + options.warehouse(),
                "--service=" + service.name(),
                "--to=" + span.to(),
                "--split=" + SPLIT,
                "--out=" + run.trainingSet()));
    span.from().ifPresent(from -> arguments.add("--from=" + from));
    options.catalogProperties().ifPresent(file -> arguments.add("--catalog-properties=" + file));
    arguments.addAll(more);
    try {
      Files.createDirectories(run.root());
    } catch (IOException e) {
      throw RunFolder.notWritable(run.root(), e);
    }
    endOrphans(run);
    AtomicReference<@Nullable String> behind = new AtomicReference<>();
    TableWork.Outcome outcome =
        new TableWork("training-set", MAIN, arguments, options.trainingSetHeap(), run.log())
            .run(
                line -> {
                  if (line instanceof ProcessLine.Text text) {
                    log.info("training set: {}", text.line());
                    if (text.line().startsWith(TrainingSetOptions.BEHIND)) {
                      behind.set(text.line());
                    }
                  }
                });
    Optional<String> problem = outcome.problem();
    if (problem.isPresent()) {
      throw new LeatException(ErrorCode.TABLE, "No training set could be made: " + problem.get());
    }
    return Optional.ofNullable(behind.get());
  }

  /** A process of a worker that was killed may still write into the folder. */
  private static void endOrphans(RunFolder run) {
    for (ProcessHandle orphan : JvmProcess.orphans(run.root())) {
      log.info("Process {} still works for a worker that was killed; it is ended", orphan.pid());
      orphan.destroyForcibly();
      orphan.onExit().join();
    }
  }
}
