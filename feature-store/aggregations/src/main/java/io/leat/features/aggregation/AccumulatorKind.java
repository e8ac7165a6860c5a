package io.leat.features.aggregation;

import java.util.function.Supplier;

/**
 * A kind of accumulator. Its id and its bytes are what states on the disk and in changelogs are
 * made of: they never change, and a new kind takes an id that none has.
 *
 * @param id from 1; accumulators stand in a state in its order
 * @param name as {@code docs/reference/state-layout.md} names it
 * @param layout its bytes, for that page
 * @param reads what it looks at beside the value
 * @param sharing which ones are kept where functions ask for several of the kind
 * @param factory makes an empty one
 */
public record AccumulatorKind<A extends Accumulator>(
    int id, String name, String layout, Reads reads, Sharing sharing, Factory<A> factory) {
  /** What an accumulator looks at beside the value of an event. */
  public enum Reads {
    VALUES,
    TIMES,
    TIMES_AND_IDS
  }

  /** Which accumulators are kept where several functions ask for one of the kind. */
  public enum Sharing {
    /** One; the kind takes no parameter. */
    ONE,
    /** That of the greatest parameter, which serves the others too. */
    GREATEST,
    /** One a parameter. */
    EACH
  }

  /** Makes empty accumulators. */
  @FunctionalInterface
  public interface Factory<A> {
    /**
     * @param parameter what the kind takes; 0 where it takes nothing
     * @param events how the events are ordered that it will see
     */
    A create(double parameter, EventOrder events);
  }

  public AccumulatorKind {
    if (id < 1) {
      throw new IllegalArgumentException("accumulator " + name + " has id " + id);
    }
  }

  /** A kind of accumulator that looks at values alone and takes no parameter. */
  static <A extends Accumulator> AccumulatorKind<A> of(
      int id, String name, String layout, Supplier<A> factory) {
    return new AccumulatorKind<>(
        id, name, layout, Reads.VALUES, Sharing.ONE, (parameter, events) -> factory.get());
  }

  /** One without a parameter. */
  AccumulatorSpec spec() {
    return with(0);
  }

  AccumulatorSpec with(double parameter) {
    return new AccumulatorSpec(this, parameter);
  }
}
