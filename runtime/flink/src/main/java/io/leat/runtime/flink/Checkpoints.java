package io.leat.runtime.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The checkpoints of one job in a local folder: {@code <run>/chk-<number>/_metadata}. */
final class Checkpoints {
  private static final String METADATA = "_metadata";
  private static final Pattern NAME = Pattern.compile("chk-(\\d+)");

  private Checkpoints() {}

  /**
   * The newest complete checkpoint of a job. Numbers go on from run to run, for every run resumes
   * from the newest; the metadata is put in place as a whole, last of all.
   *
   * @param folder folder of the job's runs; may be absent
   * @return folder of the checkpoint; empty where none was ever completed
   */
  static Optional<Path> newest(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> paths = Files.find(folder, 3, (path, attributes) -> isComplete(path))) {
      return paths.map(Path::getParent).max(Comparator.comparingLong(Checkpoints::number));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the checkpoints in %s: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean isComplete(Path path) {
    return path.getFileName().toString().equals(METADATA) && number(path.getParent()) >= 0;
  }

  private static long number(Path checkpoint) {
    Matcher matcher = NAME.matcher(checkpoint.getFileName().toString());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }
}
