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
 * @param data what makes a service's features of the event; empty where there are none
 */
record ReadPlan(
    List<Planned> columns,
    Set<String> names,
    List<ServedView> views,
    Optional<String> service,
    Optional<EventFeatures> data) {
  /**
   * One column.
   *
   * @param name its name in the answer
   * @param view index of the view in the plan; -1 where it is made of the event
   * @param index index in the view's columns; where it is made of the event, in the service's
   */
  record Planned(String name, int view, int index) {}
}
