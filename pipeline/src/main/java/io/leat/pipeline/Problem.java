package io.leat.pipeline;

/**
 * A mistake in a pipeline's folder.
 *
 * @param file file, relative to the folder
 * @param line line in the file, from 1; 0 where the problem is the file itself
 * @param message what was found and what was expected
 */
public record Problem(String file, int line, String message) {
  /** {@code file:line: message}. */
  @Override
  public String toString() {
    return line == 0 ? file + ": " + message : file + ":" + line + ": " + message;
  }
}
