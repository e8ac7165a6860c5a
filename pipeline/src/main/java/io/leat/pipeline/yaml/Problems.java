package io.leat.pipeline.yaml;

import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.PipelineException.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All mistakes of a folder, as they are found. */
public final class Problems {
  private final List<Problem> problems = new ArrayList<>();

  /**
   * Adds a mistake.
   *
   * @param file file, relative to the folder
   * @param line line from 1
   * @param message what was found and what was expected
   */
  public void add(String file, int line, String message) {
    problems.add(new Problem(file, line, message));
  }

  /** Whether a file has a mistake. */
  public boolean in(String file) {
    return problems.stream().anyMatch(problem -> problem.file().equals(file));
  }

  /** Throws if there are any, sorted by file and line, each once. */
  public void throwIfAny() throws PipelineException {
    if (!problems.isEmpty()) {
      throw new PipelineException(
          problems.stream()
              .distinct()
              .sorted(Comparator.comparing(Problem::file).thenComparing(Problem::line))
              .toList());
    }
  }
}
