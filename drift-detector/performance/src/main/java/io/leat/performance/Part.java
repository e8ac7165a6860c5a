package io.leat.performance;

import io.leat.records.Outcome;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A part of what is joined, on its way to the others of its key. Times are in microseconds. */
sealed interface Part {
  /**
   * A score that has no label yet.
   *
   * @param isAlone whether it is not known what a label would name its event by
   */
  record Scored(Outcome outcome, boolean isAlone) implements Part {}

  /**
   * What the vector says of an event.
   *
   * @param keys entity to key
   * @param segments feature to value
   * @param inputs what a score is made of; {@link Inputs#NONE} where nobody asks
   */
  record Described(long time, Map<String, String> keys, Map<String, String> segments, Inputs inputs)
      implements Part {
    public Described {
      keys = new TreeMap<>(keys); // one order, so that a replay writes the same bytes
      segments = new TreeMap<>(segments);
    }
  }

  /**
   * What a spine event shares with its label's.
   *
   * @param on null where the event has none
   */
  record Named(long time, @Nullable String on) implements Part {}

  /**
   * A label.
   *
   * @param time of the event that brings it
   * @param id of that event
   * @param value Boolean, Long, Double or String; null where the event has none
   */
  record Labelled(long time, String id, @Nullable Object value) implements Part {}
}
