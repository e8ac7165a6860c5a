package io.leat.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells which process listens on a port, where the system lets us see it: on Linux, and only
 * processes of the same user.
 */
final class PortOwner {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";

  private PortOwner() {}

  /** For example {@code pid 4711 (java)}; empty if it cannot be told. */
  static Optional<String> find(int port) {
    Set<String> sockets = new HashSet<>(sockets(PROC.resolve("net/tcp"), port));
    sockets.addAll(sockets(PROC.resolve("net/tcp6"), port));
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    return ProcessHandle.allProcesses()
        .filter(process -> holdsAny(process.pid(), sockets))
        .findFirst()
        .map(PortOwner::describe);
  }

  /**
   * Lines of /proc/net/tcp: number, local address:port in hex, remote, state, ..., inode as 10th.
   */
  private static Set<String> sockets(Path table, int port) {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    try (Stream<String> lines = Files.lines(table)) {
      return lines
          .map(line -> line.trim().split("\\s+"))
          .filter(f -> f.length > 9 && f[1].endsWith(suffix) && f[3].equals(LISTENING))
          .map(f -> "socket:[" + f[9] + "]")
          .collect(Collectors.toSet());
    } catch (IOException e) {
      return Set.of(); // this system has no such table
    }
  }

  private static boolean holdsAny(long pid, Set<String> sockets) {
    try (Stream<Path> files = Files.list(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
      return files.anyMatch(file -> sockets.contains(target(file)));
    } catch (IOException e) {
      return false; // it ended, or belongs to somebody else
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed in the meantime
    }
  }

  private static String describe(ProcessHandle process) {
    return process
        .info()
        .command()
        .map(command -> "pid %d (%s)".formatted(process.pid(), Path.of(command).getFileName()))
        .orElse("pid " + process.pid());
  }
}
