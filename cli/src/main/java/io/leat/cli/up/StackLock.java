package io.leat.cli.up;

import io.leat.common.Cleanup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The lock of a stack's folder. The {@code leat up} that runs there holds it as long as it lives,
 * however it ends, and has written into it which process it is.
 */
public final class StackLock implements AutoCloseable {
  private static final String FILE = "up.lock";

  /** The system tells a process's start less exactly than this from one time to another. */
  private static final Duration SAME_START = Duration.ofSeconds(5);

  private final FileChannel channel;

  private StackLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock of an existing folder; empty while someone else holds it. */
  static Optional<StackLock> take(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return Optional.of(new StackLock(channel));
      }
    } catch (IOException e) {
      Cleanup.after(e, channel);
      throw e;
    } catch (OverlappingFileLockException e) {
      channel.close(); // this very process holds it
      return Optional.empty();
    }
    channel.close();
    return Optional.empty();
  }

  /** Whether a stack runs in a folder, which need not exist. */
  public static boolean isHeld(Path folder) throws IOException {
    if (!Files.exists(folder.resolve(FILE))) {
      return false;
    }
    Optional<StackLock> free = take(folder);
    if (free.isPresent()) {
      free.get().close();
    }
    return free.isEmpty();
  }

  /** Writes down that this process holds the lock. */
  void sign() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    Instant start = self.info().startInstant().orElse(Instant.EPOCH);
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap((self.pid() + "\n" + start + "\n").getBytes(StandardCharsets.UTF_8)), 0);
  }

  /**
   * When the stack of a folder was started last: when its lock was signed. Its process is older by
   * as long as Leat was built before.
   */
  static Instant takenAt(Path folder) throws IOException {
    return Files.getLastModifiedTime(folder.resolve(FILE)).toInstant();
  }

  /**
   * The process that the lock of a folder names; empty where it names none that lives, or a later
   * process has its number.
   */
  static Optional<ProcessHandle> holder(Path folder) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve(FILE));
    if (lines.size() < 2) {
      return Optional.empty();
    }
    try {
      Instant start = Instant.parse(lines.get(1));
      return ProcessHandle.of(Long.parseLong(lines.get(0)))
          .filter(
              process ->
                  Duration.between(start, process.info().startInstant().orElse(start))
                          .abs()
                          .compareTo(SAME_START)
                      < 0);
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
