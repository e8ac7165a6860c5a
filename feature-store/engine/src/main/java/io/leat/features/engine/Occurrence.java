package io.leat.features.engine;

import org.jspecify.annotations.Nullable;

/** What one event brings to one measure. Mutable, used again and again; one thread's. */
final class Occurrence {
  /** The field as a number; 0 where only the event counts, or the measure looks at no number. */
  double number;

  /** The field as a Long, Double, Boolean or String; null where the measure looks at numbers. */
  @Nullable Object value;

  /** Event time in milliseconds. */
  long time;

  /** The event's id; orders events of one time. */
  String id = "";

  void set(Occurrence other) {
    number = other.number;
    value = other.value;
    time = other.time;
    id = other.id;
  }
}
