package io.leat.runtime.streams;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.TaskId;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Stores of an application on this machine's disk whose files are not what was written. All that
 * they hold is in their changelogs, so they are deleted, and restored at the next start.
 *
 * @param task the task whose stores they are; empty where that is not known: all of them then
 * @param message what RocksDB said of them; names a file
 */
record DamagedStores(Optional<TaskId> task, String message) {
  private static final Pattern TASK = Pattern.compile("\\d+_\\d+(__.+_\\d+)?");

  /** What RocksDB says where a file that it knows is gone; it is no damage to its eyes. */
  private static final String GONE = "No such file or directory";

  /**
   * The damage that made a service stop; empty where it was something else.
   *
   * @param failure looked at with all its causes
   */
  static Optional<DamagedStores> of(Throwable failure) {
    List<Throwable> causes =
        Stream.iterate(failure, cause -> cause != null, Throwable::getCause).toList();
    return causes.stream()
        .filter(RocksDBException.class::isInstance)
        .map(RocksDBException.class::cast)
        .filter(DamagedStores::isDamage)
        .findFirst()
        .map(damage -> new DamagedStores(task(causes), String.valueOf(damage.getMessage())));
  }

  private static boolean isDamage(RocksDBException e) {
    return (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption)
        || String.valueOf(e.getMessage()).contains(GONE);
  }

  private static Optional<TaskId> task(List<Throwable> causes) {
    return causes.stream()
        .filter(StreamsException.class::isInstance)
        .map(StreamsException.class::cast)
        .flatMap(cause -> cause.taskId().stream())
        .findFirst()
        .or(
            () ->
                causes.stream()
                    .flatMap(cause -> task(String.valueOf(cause.getMessage())).stream())
                    .findFirst());
  }

  /** Kafka Streams words a store that cannot be opened with the folder that it lies in. */
  private static Optional<TaskId> task(String text) {
    Matcher matcher = Pattern.compile("/(" + TASK.pattern() + ")/rocksdb/").matcher(text);
    return matcher.find() ? Optional.of(TaskId.parse(matcher.group(1))) : Optional.empty();
  }

  /**
   * Deletes the stores, which nobody has open.
   *
   * @param application folder of the application's tasks
   * @return the folders that were deleted
   * @throws LeatException if that fails
   */
  List<Path> delete(Path application) {
    try (Stream<Path> folders = Files.list(application)) {
      List<Path> damaged =
          folders
              .filter(Files::isDirectory)
              .filter(
                  folder ->
                      task.isPresent()
                          ? folder.endsWith(task.get().toString())
                          : TASK.matcher(folder.getFileName().toString()).matches())
              .toList();
      for (Path folder : damaged) {
        Utils.delete(folder.toFile());
      }
      return damaged;
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.STATE,
          "The damaged stores in %s cannot be deleted (%s). Delete the folder and start again: they are restored from their changelogs."
              .formatted(application, e.getMessage()),
          e);
    }
  }
}
