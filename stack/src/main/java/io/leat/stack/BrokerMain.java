package io.leat.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * Formats the broker's storage the first time, then runs the broker. Runs in the broker's process,
 * with the broker's class path.
 */
final class BrokerMain {
  private BrokerMain() {}

  /** Arguments: the broker's settings file, its storage directory. */
  public static void main(String[] args) {
    Path storage = Path.of(args[1]);
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
