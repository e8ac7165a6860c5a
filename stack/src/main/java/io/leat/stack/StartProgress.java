package io.leat.stack;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Evaluates whether a process that is being started makes progress. One thread owns it. */
final class StartProgress {
  /** Idle JVMs of ours use a hundredth of a processor; eight busy loops on two leave a tenth. */
  static final int CPU_SHARE = 20;

  /** Times, counters and addresses differ from one try of the same step to the next. */
  private static final Pattern NUMBERS = Pattern.compile("\\d+");

  private final Duration noProgress;
  private final Set<String> steps = new HashSet<>();
  private final Duration began;
  private Duration progressAt;
  private Duration cpuAtProgress = Duration.ZERO;

  /**
   * What a process shows from outside.
   *
   * @param cpu processor time that it has used
   * @param lastLine of its log; empty if it has written nothing
   * @param missing what it lacks before it is ready
   */
  record Signs(Duration cpu, String lastLine, String missing) {}

  /**
   * @param now time since any fixed moment, as for the other methods
   */
  StartProgress(Duration noProgress, Duration now) {
    this.noProgress = noProgress;
    this.began = now;
    this.progressAt = now;
  }

  /** Takes in what the process shows now. */
  void look(Duration now, Signs signs) {
    boolean newLine = steps.add("log " + NUMBERS.matcher(signs.lastLine()).replaceAll("#"));
    boolean newPart = steps.add("missing " + NUMBERS.matcher(signs.missing()).replaceAll("#"));
    boolean works =
        signs.cpu().minus(cpuAtProgress).compareTo(noProgress.dividedBy(CPU_SHARE)) >= 0;
    if (newLine || newPart || works) {
      progressAt = now;
      cpuAtProgress = signs.cpu();
    }
  }

  /** Whether the process has shown no progress for as long as it may. */
  boolean isStalled(Duration now) {
    return now.minus(progressAt).compareTo(noProgress) >= 0;
  }

  /** How long the process has been waited for. */
  Duration waited(Duration now) {
    return now.minus(began);
  }
}
