package io.leat.features.aggregation;

/**
 * An accumulator that is to be kept.
 *
 * @param parameter what its kind takes; 0 where it takes nothing
 */
public record AccumulatorSpec(AccumulatorKind<?> kind, double parameter) {
  /** An empty one. */
  public Accumulator create(EventOrder events) {
    return kind.factory().create(parameter, events);
  }
}
