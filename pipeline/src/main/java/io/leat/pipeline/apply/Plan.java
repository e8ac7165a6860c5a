package io.leat.pipeline.apply;

import io.leat.pipeline.apply.Change.State;
import java.util.List;
import java.util.Set;
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

  /**
   * The same plan, in which some of its things are said to be made though they are there by now.
   */
  Plan with(Set<Change> made) {
    return new Plan(
        pipeline,
        changes.stream()
            .map(
                change ->
                    made.stream()
                        .filter(one -> one.kind() == change.kind())
                        .filter(one -> one.name().equals(change.name()))
                        .findFirst()
                        .orElse(change))
            .toList());
  }

  /** A line for each change, those that are present too. */
  @Override
  public String toString() {
    return changes.stream().map(Change::toString).collect(Collectors.joining("\n"));
  }
}
