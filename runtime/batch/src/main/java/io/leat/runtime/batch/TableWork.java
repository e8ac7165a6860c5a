package io.leat.runtime.batch;

import io.leat.runtime.settings.ProcessLine;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process that works over the offline tables, out of the distribution's {@code lib/flink}. It
 * ends with whoever started it.
 *
 * @param name what people call it, for messages and its log
 * @param mainClass takes the arguments
 * @param heap as Java's {@code -Xmx} takes it
 * @param log file that takes what it writes for whoever looks into it
 */
public record TableWork(
    String name, String mainClass, List<String> arguments, String heap, Path log) {
  private static final int WRONG_INPUT = 2;
  private static final int DONE_BUT = 3;

  public TableWork {
    arguments = List.copyOf(arguments);
  }

  /**
   * How it ended.
   *
   * @param code 0: done; 3: done, and what it found is not as it should be; with a problem any
   *     other, 2 where the arguments or the pipeline are wrong
   * @param problem what the user can put right, one sentence
   */
  public record Outcome(int code, Optional<String> problem) {
    /** Whether the arguments or the pipeline are wrong. */
    public boolean isWrongInput() {
      return code == WRONG_INPUT && problem.isPresent();
    }
  }

  /**
   * Runs it to its end.
   *
   * @param lines takes what it says, but for its problem, in this thread
   * @throws io.leat.stack.StackException if it ends without having said why
   */
  public Outcome run(Consumer<ProcessLine> lines) {
    LeatHome home = LeatHome.find();
    JvmProcess.Command command =
        JvmProcess.Command.of(name, home.classPath("flink"), mainClass, arguments, log)
            .withJvmOptions(
                "@" + home.library("flink").resolve("jvm.options"),
                "-Xmx" + heap,
                "-XX:+DisplayVMOutputToStderr",
                "-Dleat.log.target=System.err");
    AtomicReference<@Nullable String> problem = new AtomicReference<>();
    JvmProcess process =
        JvmProcess.run(
            command,
            text -> {
              ProcessLine line = ProcessLine.parse(text);
              if (line instanceof ProcessLine.Problem found) {
                problem.set(found.sentence());
              } else {
                lines.accept(line);
              }
            });
    int code = process.exitCode().orElseThrow();
    if (problem.get() == null && code != 0 && code != DONE_BUT) {
      throw process.died();
    }
    return new Outcome(code, Optional.ofNullable(problem.get()));
  }
}
