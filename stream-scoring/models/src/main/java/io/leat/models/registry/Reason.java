package io.leat.models.registry;

import java.util.List;
import java.util.Optional;

/**
 * Who changes the registry, and why; it stands in the audit.
 *
 * @param actor name of a user or a service
 * @param text why, in their words
 * @param evidence what it rests on: figures, links
 */
public record Reason(String actor, Optional<String> text, List<String> evidence) {
  public Reason {
    evidence = List.copyOf(evidence);
  }

  /** Of somebody who gives no reason. */
  public static Reason of(String actor) {
    return new Reason(actor, Optional.empty(), List.of());
  }
}
