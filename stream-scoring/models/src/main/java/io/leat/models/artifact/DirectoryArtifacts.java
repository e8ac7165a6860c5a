package io.leat.models.artifact;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A folder of files: {@code <folder>/<first two digits>/<SHA-256>}. A file appears whole or not at
 * all.
 */
final class DirectoryArtifacts extends ArtifactStore {
  private final Path folder;

  DirectoryArtifacts(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public boolean has(String sha256) {
    return Files.exists(path(sha256));
  }

  @Override
  void write(String sha256, byte[] bytes) {
    Path file = path(sha256);
    Path unfinished = file.resolveSibling(sha256 + "." + UUID.randomUUID() + ".part");
    try {
      Files.createDirectories(file.getParent());
      try {
        Files.write(unfinished, bytes);
        move(unfinished, file);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          "The artifact %s could not be written: %s. Is the folder writable, and is there room?"
              .formatted(file, e),
          e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  byte[] read(String sha256) {
    Path file = path(sha256);
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new LeatException(
          ErrorCode.MODEL,
          "There is no artifact %s. Is this the store that the model was published to (--artifacts)?"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE, "The artifact %s could not be read: %s".formatted(file, e), e);
    }
  }

  @Override
  public void delete(String sha256) {
    try {
      Files.deleteIfExists(path(sha256));
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          "The artifact %s could not be deleted: %s".formatted(path(sha256), e),
          e);
    }
  }

  @Override
  public String place(String sha256) {
    return path(sha256).toString();
  }

  private Path path(String sha256) {
    return folder.resolve(shard(sha256));
  }

  @Override
  public void close() {
    // a folder is not held open
  }
}
