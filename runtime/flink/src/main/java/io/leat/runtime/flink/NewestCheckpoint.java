package io.leat.runtime.flink;

import io.leat.common.LeatException;
import java.nio.file.Path;

/**
 * Says where the newest checkpoint of a job lies that can be used, for scripts that start the job
 * on a cluster: its folder on standard output, nothing where the job has none yet. Exit codes: 0,
 * or 1 and one sentence where all are damaged. No job may run on the folder meanwhile.
 */
public final class NewestCheckpoint {
  private NewestCheckpoint() {}

  /**
   * @param arguments the folder of the job's runs
   */
  public static void main(String[] arguments) {
    try {
      Checkpoints.newest(Path.of(arguments[0])).ifPresent(System.out::println);
    } catch (LeatException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }
}
