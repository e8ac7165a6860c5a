package io.leat.features.aggregation;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is computed of the events of a window, as {@code sum} or {@code quantile}. Stateless; any
 * thread's. A function is a class of this package and a line in {@link AggregateFunctions}.
 *
 * <p>What has been seen is kept in {@link Accumulator}s, which are created empty, take one event
 * after the other, and are combined: those of tiles into those of windows. A function names the
 * kinds that it needs ({@link #accumulators}); functions over the same field share them. When a
 * window is evaluated, the function makes its value of them ({@link #finish}).
 *
 * <p>A value is a function of the <em>set</em> of events: their order, and how they were split into
 * tiles, changes no bit of it. Accumulators therefore must not round until they are finished, as
 * {@link ExactSum} does not, and take logarithms and the like of {@link StrictMath}, whose bits are
 * the same on every machine. {@code AggregateFunctionProperties} holds every function of the
 * catalogue to that.
 */
public interface AggregateFunction {
  /** Its name in the definition language: lower case, words joined by {@code _}. */
  String name();

  /** What it gives, for the reference page: a sentence without a full stop. */
  String description();

  /** What it looks at, and so which events it passes over. */
  InputType input();

  /** What it takes beside its field. */
  default Parameter parameter() {
    return Parameter.NONE;
  }

  /**
   * Type of its values.
   *
   * @param field type of the field; {@link ValueType#LONG} where it takes none
   */
  default ValueType resultType(ValueType field) {
    return ValueType.DOUBLE;
  }

  /** Whether it means something over a lifetime, which is a window without a length. */
  default boolean takesLifetime() {
    return true;
  }

  /** Whether it gives several values, each a column of its own. */
  default boolean isList() {
    return parameter() == Parameter.SIZE;
  }

  /**
   * What is to be kept for it, beside the number of events.
   *
   * @param parameter what it takes beside its field; 0 where it takes nothing
   */
  default List<AccumulatorSpec> accumulators(double parameter) {
    return List.of();
  }

  /** Its value over a window without events; null where it has none. */
  default @Nullable Object emptyValue() {
    return null;
  }

  /**
   * Its value: Long, Double, Boolean or String of the type that {@link #resultType} says; or the
   * {@link NullReason} for which there is none. A number that is not finite is taken for {@link
   * NullReason#NOT_FINITE}. Of functions that give several values, the first.
   *
   * @param window at least one event; valid during the call
   */
  Object finish(AggregatedWindow window);

  /**
   * Writes its values, as many as it gives, from a place on. Functions that give several implement
   * it.
   */
  default void finish(AggregatedWindow window, @Nullable Object[] values, int first) {
    values[first] = finish(window);
  }
}
