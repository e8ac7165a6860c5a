package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.FeatureService;
import io.leat.runtime.batch.TableWork;
import io.leat.runtime.settings.ProcessLine;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
   * @throws LeatException if it cannot be made
   */
  void make(RunFolder run, FeatureService service, TrainingSpan span) {
    if (run.hasTrainingSet()) {
      return;
    }
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
    try {
      Files.createDirectories(run.root());
    } catch (IOException e) {
      throw RunFolder.notWritable(run.root(), e);
    }
    endOrphans(run);
    Path file = run.log();
    TableWork.Outcome outcome =
        new TableWork("training-set", MAIN, arguments, options.trainingSetHeap(), file)
            .run(
                line -> {
                  if (line instanceof ProcessLine.Text) {
                    log.info("training set: {}", line);
                  }
                });
    Optional<String> problem = outcome.problem();
    if (problem.isPresent()) {
      throw new LeatException(ErrorCode.TABLE, "No training set could be made: " + problem.get());
    }
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
