package io.leat.retraining.worker;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program, and ends it with all that it started when the worker is gone, however that
 * happened, or when its time is over. A process of its own, which names nothing but the JDK.
 */
final class CommandMain {
  /** The program's time was over. */
  static final int OUT_OF_TIME = 124; // as coreutils' timeout has it

  private static final long LOOK_MILLIS = 200;
  private static final int FIXED_ARGUMENTS = 3;

  private CommandMain() {}

  /**
   * @param arguments the run's folder, by which the process is found; the worker's process id;
   *     seconds that the program may take; the program and its arguments
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> line = Arrays.asList(arguments).subList(FIXED_ARGUMENTS, arguments.length);
    long worker = Long.parseLong(arguments[1]);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[2]));
    Process program = new ProcessBuilder(line).inheritIO().start();
    while (!program.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      boolean orphaned =
          ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L) != worker;
      if (orphaned || System.nanoTime() - end > 0) {
        program.descendants().forEach(ProcessHandle::destroyForcibly);
        program.destroyForcibly().waitFor();
        System.exit(OUT_OF_TIME);
      }
    }
    System.exit(program.exitValue());
  }
}
