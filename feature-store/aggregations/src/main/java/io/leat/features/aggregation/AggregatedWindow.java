package io.leat.features.aggregation;

/** What is known of the events of a window, for one aggregation over it. */
public interface AggregatedWindow {
  /** How many events there are, those passed over not counted; at least 1. */
  long count();

  /**
   * The accumulator of a kind that the function names in {@link AggregateFunction#accumulators}.
   *
   * @throws IllegalArgumentException if it does not name it
   */
  <A extends Accumulator> A get(AccumulatorKind<A> kind);

  /** What the function takes beside its field; 0 where it takes nothing. */
  double parameter();

  /** Length of the window in seconds; of no meaning for a lifetime. */
  double seconds();

  /** Time at which the window ends, in the unit of the events' times. */
  long end();

  /** How many of the units of the events' times a second has. */
  double unitsPerSecond();
}
