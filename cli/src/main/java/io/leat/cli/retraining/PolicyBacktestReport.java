package io.leat.cli.retraining;

import java.time.Instant;
import java.util.List;

/**
 * What a policy would have done, and how well its champions.
 *
 * @param begin when the replay begins
 * @param vectors that were replayed
 * @param notes what was taken otherwise than it would be in the stream
 * @param totals one a strategy: the policy first
 */
record PolicyBacktestReport(
    String policy,
    String model,
    Instant begin,
    Instant until,
    int vectors,
    List<String> notes,
    List<Opened> episodes,
    List<Run> runs,
    List<Weeks> weeks,
    List<Total> totals) {
  /** An episode that opened. */
  record Opened(String episode, Instant at, String message) {}

  /**
   * A run.
   *
   * @param at event time of its request
   * @param learnt rows that the challenger learnt from
   * @param compared rows that it was compared on
   * @param verdict PASS, FAIL, INCONCLUSIVE, or NONE where nothing could be trained
   */
  record Run(
      int number, String cause, Instant at, int learnt, int compared, String verdict, String why) {}

  /**
   * A week.
   *
   * @param champion number of the policy's champion at its end; 0 is the first
   * @param labelled rows that the figures are of
   * @param policy area under the ROC curve of the policy's champions, NaN where the rows have one
   *     label
   * @param hindsight of the best in this week of all versions that any strategy has trained
   */
  record Weeks(
      Instant from,
      int champion,
      int labelled,
      double policy,
      double never,
      double weekly,
      double hindsight) {}

  /**
   * A strategy.
   *
   * @param trained how often a version was put in place
   * @param auc mean over the weeks that have one, by their labelled rows
   */
  record Total(String strategy, int trained, double auc) {}
}
