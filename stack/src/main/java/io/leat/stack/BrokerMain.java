package io.leat.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Formats the broker's storage the first time, then runs the broker. Runs in the broker's process,
 * with the broker's class path.
 */
final class BrokerMain {
  /** Begins as Kafka's own message does, whose lock comes later: after it has read the logs. */
  static final String LOCKED = "Failed to acquire lock on file";

  private static @Nullable FileLock lock; // held as long as the process lives

  private BrokerMain() {}

  /** Arguments: the broker's settings file, its storage directory. */
  public static void main(String[] args) throws IOException {
    Path storage = Path.of(args[1]);
    Path file = storage.resolveSibling("broker.lock");
    lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).tryLock();
    if (lock == null) {
      System.out.println(LOCKED + " " + file);
      System.exit(1);
    }
    // Kafka writes this file last, so where it is, formatting was completed.
    if (!Files.exists(storage.resolve("meta.properties"))) {
      int code =
          StorageTool.execute(
              new String[] {
                "format", "--cluster-id", Uuid.randomUuid().toString(), "--config", args[0]
              },
              System.out);
      if (code != 0) {
        System.exit(code);
      }
    }
    Kafka.main(new String[] {args[0]});
  }
}
