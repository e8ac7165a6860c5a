package io.leat.retraining.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.records.RetrainingRun;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.retraining.worker.RunTrainer.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that somebody else's trainer is given, and gives its model back in: {@code
 * LEAT_RUN_DIR}. The test part is not in it.
 *
 * @param root the folder
 */
record TrainerFolder(Path root) {
  private static final Logger log = LoggerFactory.getLogger(TrainerFolder.class);
  private static final int MOST_WORDS = 500;

  static TrainerFolder of(RunFolder run) {
    return new TrainerFolder(run.root().resolve("trainer"));
  }

  Path train() {
    return root.resolve("train");
  }

  Path holdout() {
    return root.resolve("holdout");
  }

  Path model() {
    return root.resolve("model");
  }

  /** Why the trainer declined; empty where it left no reason. */
  Optional<String> declined() {
    try {
      String text = Files.readString(root.resolve("reason.txt"), StandardCharsets.UTF_8).strip();
      return Optional.of(text.substring(0, Math.min(text.length(), MOST_WORDS)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What the trainer says of its model; for people, nothing is decided by it. */
  Map<String, String> reported() {
    Map<String, String> reported = new TreeMap<>();
    try {
      new ObjectMapper()
          .readTree(Files.readAllBytes(root.resolve("metrics.json")))
          .properties()
          .forEach(
              one -> {
                if (one.getValue().isValueNode()) {
                  reported.put("reported." + one.getKey(), one.getValue().asText());
                }
              });
    } catch (IOException e) {
      log.info("{} has no metrics: {}", root, e.getMessage());
    }
    return reported;
  }

  /**
   * Puts there what a trainer is given, whole or not at all, and takes away what an earlier attempt
   * left.
   */
  void prepare(Task task, Duration limit, ModelRegistry models) {
    TrainerFolder unfinished = new TrainerFolder(root.resolveSibling(root.getFileName() + ".part"));
    try {
      delete(unfinished.root());
      copy(task, TrainingSetFolder.TRAIN, unfinished.train());
      copy(task, TrainingSetFolder.VALIDATION, unfinished.holdout());
      Files.write(unfinished.request(), RunRequest.bytes(RunRequest.of(task, limit)));
      if (task.run().getChampion() > 0) {
        models.export(
            new ModelReference(task.run().getModel(), String.valueOf(task.run().getChampion())),
            unfinished.root().resolve("champion"));
      }
      delete(root);
      Files.move(unfinished.root(), root, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw RunFolder.notWritable(root, e);
    }
  }

  /**
   * Does the same, unless it was done for the run: that the folder is there is the intention to
   * call a trainer elsewhere, which may have been called since and be at work in it.
   */
  void prepareOnce(Task task, Duration limit, ModelRegistry models) {
    if (!isOf(task.run())) {
      prepare(task, limit, models);
    }
  }

  private boolean isOf(RetrainingRun run) {
    try {
      return new ObjectMapper()
          .readTree(Files.readAllBytes(request()))
          .path("run_key")
          .asText()
          .equals(run.getRunKey());
    } catch (IOException e) {
      return false;
    }
  }

  private Path request() {
    return root.resolve("request.json");
  }

  private static void copy(Task task, String part, Path into) throws IOException {
    Files.createDirectories(into);
    Files.copy(
        task.folder().trainingSet().resolve(part),
        into.resolve(part),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** What the trainer made: a folder as MLflow saves it, or an ONNX file. */
  Optional<Path> made() {
    if (Files.exists(model().resolve("MLmodel"))) {
      return Optional.of(model());
    }
    return Optional.of(model().resolve("model.onnx")).filter(Files::exists);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
