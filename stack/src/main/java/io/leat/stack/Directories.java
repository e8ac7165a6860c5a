package io.leat.stack;

import io.leat.common.ErrorCode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Checks of the directories that processes are given. */
final class Directories {
  private Directories() {}

  /**
   * Makes the directory where it is missing.
   *
   * @throws StackException if it cannot be made or written
   */
  static void requireWritable(Path directory) {
    try {
      createForOwner(directory);
      Files.delete(Files.createTempFile(directory, ".leat", ".probe"));
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No space left on device")) {
        throw full(directory, 0, e);
      }
      throw new StackException(
          ErrorCode.NOT_WRITABLE,
          "The directory %s cannot be written (%s); give another, or make it writable for %s."
              .formatted(
                  directory.toAbsolutePath(),
                  e.getClass().getSimpleName(),
                  System.getProperty("user.name")),
          e);
    }
  }

  /**
   * Makes a directory where it is missing, and what is missing above it, for its owner alone where
   * the system has such permissions: what lies in it may be personal.
   */
  static void createForOwner(Path directory) throws IOException {
    if (isPosix(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(directory);
    }
  }

  /** Makes a file where it is missing, for its owner alone as {@link #createForOwner} does. */
  static void createFileForOwner(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    if (isPosix(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Makes sure that room is left.
   *
   * @param directory exists
   * @param bytes at least so many
   * @throws StackException if fewer are left
   */
  static void requireRoom(Path directory, long bytes) {
    long usable;
    try {
      FileStore store = Files.getFileStore(directory);
      usable = store.getUsableSpace();
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.NOT_WRITABLE,
          "The room left for %s cannot be told: %s".formatted(directory, e.getMessage()),
          e);
    }
    if (usable < bytes) {
      throw full(directory, usable, null);
    }
  }

  private static StackException full(Path directory, long usable, @Nullable Throwable cause) {
    return new StackException(
        ErrorCode.DISK_FULL,
        "The disk that holds %s is full (%d MB left); make room, or give another directory."
            .formatted(directory.toAbsolutePath(), usable >> 20),
        cause);
  }
}
