package io.leat.runtime.settings;

/**
 * A line that the process behind a command of the command line says on its standard output: how far
 * it is, why it cannot go on, or a line of what the command prints.
 */
public sealed interface ProcessLine {
  /**
   * How far the work is.
   *
   * @param done steps that are done
   * @param total about how many there are
   */
  record Progress(long done, long total) implements ProcessLine {
    private static final String MARK = "\u0001progress ";

    @Override
    public String toString() {
      return MARK + done + " " + total;
    }
  }

  /** What the user can put right: one sentence. */
  record Problem(String sentence) implements ProcessLine {
    private static final String MARK = "\u0001problem ";

    @Override
    public String toString() {
      return MARK + sentence.replace('\n', '\u0002');
    }
  }

  /** A line of what the command prints. */
  record Text(String line) implements ProcessLine {
    @Override
    public String toString() {
      return line;
    }
  }

  /** Reads what {@link Object#toString} wrote. */
  static ProcessLine parse(String line) {
    if (line.startsWith(Progress.MARK)) {
      String[] numbers = line.substring(Progress.MARK.length()).split(" ", -1);
      return new Progress(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }
    return line.startsWith(Problem.MARK)
        ? new Problem(line.substring(Problem.MARK.length()).replace('\u0002', '\n'))
        : new Text(line);
  }
}
