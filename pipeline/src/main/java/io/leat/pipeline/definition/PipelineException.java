package io.leat.pipeline.definition;

import java.util.List;
import java.util.stream.Collectors;

/** A folder is no pipeline: everything that is wrong with it, at once. */
public final class PipelineException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public PipelineException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** All problems, by file and line. */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * One thing that is wrong.
   *
   * @param file file relative to the pipeline's folder
   * @param line line from 1
   * @param message what was found, what was expected, what to do
   */
  public record Problem(String file, int line, String message) {
    @Override
    public String toString() {
      return file + ":" + line + ": " + message;
    }
  }
}
