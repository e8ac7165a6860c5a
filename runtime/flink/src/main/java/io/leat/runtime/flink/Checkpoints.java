package io.leat.runtime.flink;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one job in a local folder: {@code <run>/chk-<number>/_metadata}. */
final class Checkpoints {
  /** So many of a job are kept, for one whose files a disk or a crash has damaged. */
  static final int KEPT = 3;

  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final String METADATA = "_metadata";
  private static final String DAMAGED = METADATA + ".damaged";
  private static final Pattern NAME = Pattern.compile("chk-(\\d+)");

  private Checkpoints() {}

  /**
   * The newest complete checkpoint of a job whose files are all there as they were written. Numbers
   * go on from run to run, for every run resumes from the newest; the metadata is put in place as a
   * whole, last of all. One that is damaged is told of and set aside: its metadata is called {@code
   * _metadata.damaged} from then on.
   *
   * @param folder folder of the job's runs; may be absent
   * @return folder of the checkpoint; empty where none was ever completed
   * @throws LeatException with one sentence if all are damaged
   */
  static Optional<Path> newest(Path folder) {
    List<Path> complete = complete(folder);
    Optional<Path> usable = Optional.empty();
    String damage = "";
    for (Path checkpoint : complete) {
      Optional<String> problem = problem(checkpoint);
      if (problem.isEmpty()) {
        usable = Optional.of(checkpoint);
        break;
      }
      damage = "the checkpoint %s is damaged: %s".formatted(checkpoint, problem.get());
      log.error("{}. It is set aside", damage);
    }
    if (usable.isEmpty() && !complete.isEmpty()) {
      throw new LeatException(
          ErrorCode.CHECKPOINT,
          "No checkpoint in %s can be used: %s. Put the file back from a backup; or move the folder away, and the job begins where its consumer group stopped: an offline table holds no position twice, and lacks what was read and not committed."
              .formatted(folder, damage));
    }
    if (usable.isPresent() && !damage.isEmpty()) {
      log.warn(
          "The job goes on from an older one, {}, and reads again what came since", usable.get());
      complete.subList(0, complete.indexOf(usable.get())).forEach(Checkpoints::setAside);
    } else if (usable.isPresent()) {
      deleteAllBut(complete.subList(0, Math.min(KEPT, complete.size())), folder);
    }
    return usable;
  }

  /** Newest first. */
  private static List<Path> complete(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.find(folder, 3, (path, attributes) -> isComplete(path))) {
      return paths
          .map(Path::getParent)
          .sorted(Comparator.comparingLong(Checkpoints::number).reversed())
          .toList();
    } catch (IOException e) {
      throw failed("read", folder, e);
    }
  }

  private static Optional<String> problem(Path checkpoint) {
    Path metadata = checkpoint.resolve(METADATA);
    try {
      return CheckpointFiles.of(metadata).problem();
    } catch (IOException e) {
      return Optional.of("%s cannot be read to its end (%s)".formatted(metadata, e));
    }
  }

  private static void setAside(Path checkpoint) {
    try {
      Files.move(
          checkpoint.resolve(METADATA),
          checkpoint.resolve(DAMAGED),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed("set aside one of", checkpoint, e);
    }
  }

  /**
   * Deletes what no kept checkpoint is made of: a run deletes its own, and leaves the last ones to
   * the next run, which owns only the one that it goes on from. No job may run.
   */
  private static void deleteAllBut(List<Path> kept, Path folder) {
    try {
      Set<Path> needed = new HashSet<>();
      for (Path checkpoint : kept) {
        needed.add(checkpoint.resolve(METADATA));
        needed.addAll(CheckpointFiles.of(checkpoint.resolve(METADATA)).paths());
      }
      List<Path> found;
      try (Stream<Path> paths = Files.walk(folder)) {
        found = paths.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : found) {
        if (Files.isDirectory(path) ? isEmpty(path) : !needed.contains(path)) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      log.warn("Old checkpoints in {} stay for now: {}", folder, e.toString());
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static LeatException failed(String verb, Path folder, IOException e) {
    return new LeatException(
        ErrorCode.NOT_WRITABLE,
        "Cannot %s the checkpoints in %s: %s".formatted(verb, folder, e.getMessage()),
        e);
  }

  private static boolean isComplete(Path path) {
    Path checkpoint = path.getParent();
    return path.getFileName().toString().equals(METADATA)
        && checkpoint != null
        && number(checkpoint) >= 0;
  }

  private static long number(Path checkpoint) {
    Matcher matcher = NAME.matcher(checkpoint.getFileName().toString());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }
}
