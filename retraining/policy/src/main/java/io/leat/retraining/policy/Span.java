package io.leat.retraining.policy;

import java.time.Instant;

/**
 * A span of event time.
 *
 * @param from inclusive
 * @param to exclusive
 */
public record Span(Instant from, Instant to) {
  boolean overlaps(Span other) {
    return from.isBefore(other.to) && other.from.isBefore(to);
  }
}
