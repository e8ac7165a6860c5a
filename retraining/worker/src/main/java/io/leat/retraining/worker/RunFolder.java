package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.retraining.samples.TrainingSetFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a run. What it holds is there whole or not at all; all but the training set can be
 * made again of it.
 *
 * @param root the folder
 */
record RunFolder(Path root) {
  /** What {@code leat training-set} wrote. */
  Path trainingSet() {
    return root.resolve("training-set");
  }

  boolean hasTrainingSet() {
    return Files.exists(trainingSet().resolve(TrainingSetFolder.LINEAGE));
  }

  /** The new model and its reference profile. */
  Path model() {
    return root.resolve("model");
  }

  /** Those reports that are there. */
  List<Path> reports() {
    return Stream.of("gates.json", "gates.html").map(root::resolve).filter(Files::exists).toList();
  }

  Path log() {
    return root.resolve("logs").resolve("training-set.log");
  }

  /** Puts a file into the folder; one that is there is replaced at once. */
  void write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      Path unfinished = file.resolveSibling(file.getFileName() + ".part");
      Files.write(unfinished, bytes);
      Files.move(
          unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw notWritable(file, e);
    }
  }

  /** The exception for a file of the folder that cannot be written or read. */
  static LeatException notWritable(Path file, IOException e) {
    return new LeatException(
        ErrorCode.NOT_WRITABLE, "Cannot use %s, a file of a run: %s".formatted(file, e), e);
  }
}
