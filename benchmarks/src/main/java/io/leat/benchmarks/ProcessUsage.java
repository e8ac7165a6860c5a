package io.leat.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process takes, as Linux tells in {@code /proc}. */
final class ProcessUsage {
  /** Ticks of /proc/pid/stat in a second: USER_HZ, 100 on every Linux that Java 17 runs on. */
  private static final double TICKS = 100;

  private ProcessUsage() {}

  /** Seconds of CPU that a process has had, in user and kernel mode, of all of its threads. */
  static double cpuSeconds(long pid) {
    String stat = read(pid, "stat");
    // The second field, the name, may hold spaces; it ends at the last parenthesis.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }

  /** Bytes of memory that a process has resident. */
  static long residentBytes(long pid) {
    return read(pid, "status")
            .lines()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no VmRSS: process " + pid + " ended"))
        * 1024;
  }

  /**
   * Bytes of all files under a directory that processes may be writing to; 0 if it is not there.
   */
  static long bytesOnDisk(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(Files::isRegularFile).mapToLong(ProcessUsage::size).sum();
    } catch (NoSuchFileException e) {
      return 0; // not made yet
    } catch (UncheckedIOException e) {
      return bytesOnDisk(directory); // a folder went while we looked
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // RocksDB has deleted it since
    }
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
