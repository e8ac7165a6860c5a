package io.leat.features.aggregation;

import org.jspecify.annotations.Nullable;

/** What one event brings to one input. Mutable, used again and again; one thread's. */
public final class InputValue {
  /** The field as a number; 0 where only the event counts, or the input looks at no number. */
  public double number;

  /** What the number lacks of the field's: of a whole number beyond 2^53; else 0. */
  public double rest;

  /** The field as a Long, Double, Boolean or String; null where the input looks at numbers. */
  public @Nullable Object value;

  /** Event time in the unit of the event's contract. */
  public long time;

  /** The event's id, where some accumulator looks at ids; orders events of one time. */
  public String id = "";

  /** Makes it the same as another. */
  public void set(InputValue other) {
    number = other.number;
    rest = other.rest;
    value = other.value;
    time = other.time;
    id = other.id;
  }
}
