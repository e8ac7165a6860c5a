package io.leat.pipeline.expression;

import org.jspecify.annotations.Nullable;

/**
 * An expression does not compile, or could not be evaluated for some input. The message names file,
 * line and column, what was found and what was expected.
 */
public final class ExpressionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final int line;
  private final String problem;

  ExpressionException(Expression expression, int line, String problem, @Nullable Throwable cause) {
    super(expression.file() + ":" + line + ": " + problem, cause);
    this.file = expression.file();
    this.line = line;
    this.problem = problem;
  }

  /** File that the expression stands in, relative to the pipeline's folder. */
  public String file() {
    return file;
  }

  /** Line in the file, from 1. */
  public int line() {
    return line;
  }

  /** The message without file and line. */
  public String problem() {
    return problem;
  }
}
