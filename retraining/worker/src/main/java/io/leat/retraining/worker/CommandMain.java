package io.leat.retraining.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program, and ends it with all that it started when the worker is gone, however that
 * happened, or when its time is over. A process of its own, which names nothing but the JDK.
 */
final class CommandMain {
  /** The program's time was over. */
  static final int OUT_OF_TIME = 124; // as coreutils' timeout has it

  private static final long LOOK_MILLIS = 200;
  private static final int BY_SIGNAL = 128;

  /** A process id that another process has by now began at another time than this much off. */
  private static final long CLOCK_MILLIS = 2_000; // the start is of the boot's time, in seconds

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
    note(Path.of(arguments[0]), program.toHandle());
    List<ProcessHandle> started = List.of();
    while (!program.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      started = program.descendants().toList();
      boolean orphaned =
          ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L) != worker;
      if (orphaned || System.nanoTime() - end > 0) {
        started.forEach(ProcessHandle::destroyForcibly);
        program.destroyForcibly().waitFor();
        System.exit(OUT_OF_TIME);
      }
    }
    if (program.exitValue() > BY_SIGNAL) {
      started.forEach(ProcessHandle::destroyForcibly);
    }
    System.exit(program.exitValue());
  }

  private static void note(Path folder, ProcessHandle program) throws IOException {
    Files.writeString(noteOf(folder), program.pid() + " " + startOf(program));
  }

  /** The program that was started last for a run's folder, while it is alive. */
  static Optional<ProcessHandle> program(Path folder) {
    try {
      String[] note = Files.readString(noteOf(folder)).split(" ", -1);
      long start = Long.parseLong(note[1]);
      return ProcessHandle.of(Long.parseLong(note[0]))
          .filter(process -> Math.abs(startOf(process) - start) <= CLOCK_MILLIS);
    } catch (IOException e) {
      return Optional.empty(); // none was started
    }
  }

  private static Path noteOf(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".pid");
  }

  private static long startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
