package io.leat.cli.up;

import java.util.Optional;

/**
 * How one process of a stack does.
 *
 * @param name what people call it: {@code broker}
 * @param state what it is at
 * @param restarts how often it has been started again since the stack came up
 * @param lastEnd why it last ended by itself; empty if it never did
 */
record PartState(String name, State state, int restarts, Optional<String> lastEnd) {
  /** What a process is at. */
  enum State {
    RUNNING,
    /** It ended, and is started again after a pause. */
    WAITS,
    /** It has been started again and is not ready yet. */
    STARTS,
    /** It has done what it was there for. */
    DONE,
    /** It ended too often and is not started again. */
    GIVEN_UP
  }
}
