package io.leat.features.server;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What names of features stand for, found out once for all requests that use the same names.
 *
 * @param columns the columns to answer with, in order
 * @param names their names
 * @param views the views to read
 * @param service the service that was asked for
 * @param made what makes the columns that are made of the event, or derived; a service's, or one
 *     for each view that derived features are asked of
 * @param data the event's fields, keys and time apart, that all of {@code made} need: a request
 *     gives each, or none
 */
record ReadPlan(
    List<Planned> columns,
    Set<String> names,
    List<ServedView> views,
    Optional<String> service,
    List<EventFeatures> made,
    Set<String> data) {
  /**
   * One column.
   *
   * @param name its name in the answer
   * @param view index in the plan of the view that it is of; {@link #NONE} where it is a service's
   *     own
   * @param index index in the view's columns; {@link #NONE} where it is made
   */
  record Planned(String name, int view, int index) {
    static final int NONE = -1;

    /** Whether it is made of the event, or derived. */
    boolean isMade() {
      return index == NONE;
    }
  }
}
