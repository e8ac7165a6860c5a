package io.leat.cli.up;

import java.util.List;
import java.util.Optional;

/**
 * A running stack as it was a moment ago. Immutable: whoever shows it asks nobody.
 *
 * @param now what was counted last; empty before the first count has succeeded
 * @param before what was counted before that, to take rates from; empty before the second count
 * @param parts how each process does
 * @param problem why the newest count failed; empty if it did not
 */
record StackSnapshot(
    Optional<Figures> now,
    Optional<Figures> before,
    List<PartState> parts,
    Optional<String> problem) {
  StackSnapshot {
    parts = List.copyOf(parts);
  }
}
