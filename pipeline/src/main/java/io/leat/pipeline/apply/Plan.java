package io.leat.pipeline.apply;

import io.leat.pipeline.apply.Change.State;
import java.util.List;
import java.util.stream.Collectors;

/**
 * All that a pipeline needs of broker and registry, compared with what is there.
 *
 * @param pipeline name of the pipeline
 * @param changes topics, then schemas, then definitions
 */
public record Plan(String pipeline, List<Change> changes) {
  public Plan {
    changes = List.copyOf(changes);
  }

  /** Those in a state. */
  public List<Change> in(State state) {
    return changes.stream().filter(change -> change.state() == state).toList();
  }

  /** Whether something cannot be, so that apply would do nothing. */
  public boolean isRefused() {
    return !in(State.REFUSED).isEmpty();
  }

  /** Whether apply would have nothing to do. */
  public boolean isEmpty() {
    return in(State.CREATE).isEmpty();
  }

  /** A line for each change, those that are present too. */
  @Override
  public String toString() {
    return changes.stream().map(Change::toString).collect(Collectors.joining("\n"));
  }
}
