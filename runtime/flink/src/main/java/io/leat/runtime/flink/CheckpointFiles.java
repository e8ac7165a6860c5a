package io.leat.runtime.flink;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;

/** The files that a checkpoint in a local folder is made of, by its metadata. */
final class CheckpointFiles {
  private final List<FileStateHandle> files = new ArrayList<>();

  private CheckpointFiles() {}

  /**
   * Reads a checkpoint's metadata.
   *
   * @param metadata the file
   * @throws IOException if it cannot be read; also where it ends too soon, or is none
   */
  static CheckpointFiles of(Path metadata) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(metadata)))) {
      CheckpointMetadata read =
          org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(
              in,
              CheckpointFiles.class.getClassLoader(),
              metadata.resolveSibling("").toUri().toString());
      CheckpointFiles found = new CheckpointFiles();
      for (OperatorState operator : read.getOperatorStates()) {
        operator.getStates().forEach(found::addAll);
      }
      return found;
    } catch (RuntimeException e) { // what is read is not trusted by Flink's reader to be whole
      throw new IOException(e);
    }
  }

  private void addAll(OperatorSubtaskState state) {
    Stream.of(
            state.getManagedOperatorState(),
            state.getRawOperatorState(),
            state.getManagedKeyedState(),
            state.getRawKeyedState())
        .flatMap(parts -> parts.stream())
        .flatMap(CheckpointFiles::streams)
        .filter(FileStateHandle.class::isInstance)
        .map(FileStateHandle.class::cast)
        .forEach(files::add);
  }

  private static Stream<StreamStateHandle> streams(StateObject part) {
    if (part instanceof OperatorStateHandle operator) {
      return Stream.of(operator.getDelegateStateHandle());
    }
    if (part instanceof KeyGroupsStateHandle keyed) {
      return Stream.of(keyed.getDelegateStateHandle());
    }
    return part instanceof IncrementalRemoteKeyedStateHandle incremental
        ? incremental.streamSubHandles()
        : Stream.of();
  }

  /** Where they lie. */
  List<Path> paths() {
    return files.stream().map(CheckpointFiles::path).toList();
  }

  /** The first file that is not there as it was written; empty where all are. */
  Optional<String> problem() {
    for (FileStateHandle file : files) {
      Path path = path(file);
      try {
        long size = Files.size(path);
        if (size != file.getStateSize()) {
          return Optional.of(
              "%s has %d bytes; it was written with %d".formatted(path, size, file.getStateSize()));
        }
      } catch (IOException e) {
        return Optional.of("%s cannot be read (%s)".formatted(path, e));
      }
    }
    return Optional.empty();
  }

  private static Path path(FileStateHandle file) {
    return Path.of(file.getFilePath().toUri().getPath());
  }
}
