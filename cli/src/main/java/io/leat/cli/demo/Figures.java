package io.leat.cli.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What became of a demonstration. */
sealed interface Figures permits DriftFigures, IncidentFigures {
  /**
   * Something that happened.
   *
   * @param at event time that the stream had reached
   * @param payments scored since the change
   * @param clock when, by the broker's clock
   */
  record Step(String what, Instant at, long payments, Instant clock) {
    /** Since another one. */
    Duration since(Step first) {
      return Duration.between(first.clock, clock);
    }
  }

  /** What happened, in order. */
  List<Step> steps();

  /** What has to hold in the end, in words. */
  Map<String, Boolean> checks();

  /** Whether all of it holds. */
  default boolean holds() {
    return checks().values().stream().allMatch(holds -> holds);
  }

  /** What was measured, in lines. */
  List<String> measured();

  long vectors();

  /** Vectors without a score. */
  long unscored();

  /** The figures in lines. */
  default List<String> lines() {
    List<String> lines = new ArrayList<>(measured());
    for (Step step : steps()) {
      lines.add(
          "%-27s %,8d payments after the change, %s, %d s"
              .formatted(
                  step.what(),
                  step.payments(),
                  step.at().toString().substring(0, 10),
                  step.since(steps().get(0)).toSeconds()));
    }
    lines.add("%,d vectors, %,d of them unscored".formatted(vectors(), unscored()));
    checks().forEach((what, holds) -> lines.add((holds ? "yes  " : "NO   ") + what));
    return lines;
  }

  /** The figures as a page that loads nothing. */
  String page();
}
