package io.leat.pipeline;

import java.util.List;
import java.util.stream.Collectors;

/** A pipeline's folder holds mistakes. The message has one line for each. */
public final class PipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // never serialised
  private final List<Problem> problems;

  /**
   * @param problems all of them, at least one
   */
  public PipelineException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** All mistakes, by file and line. */
  public List<Problem> problems() {
    return problems;
  }
}
