package io.leat.pipeline.definition;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * When a model is to be trained again, by what, and when the new version may score.
 *
 * @param model name of the model
 * @param when what asks for it
 * @param window event time that training data reaches back, from the last row whose label can be
 *     known; empty: all there is
 * @param trainer who trains it
 * @param gates what the new version has to pass beside the champion
 * @param approval whether somebody has to approve a version before it is rolled out
 */
public record RetrainingPolicy(
    String name,
    String model,
    Conditions when,
    Optional<Duration> window,
    Trainer trainer,
    Gates gates,
    Model.Approval approval) {
  /** A policy of drift alone, with the built-in trainer; the rest as it is by default. */
  public RetrainingPolicy(String name, String model, AlertSeverity severity, Duration coolDown) {
    this(
        name,
        model,
        Conditions.ofDrift(severity, coolDown),
        Optional.empty(),
        Trainer.DEFAULT,
        Gates.DEFAULT,
        Model.Approval.NONE);
  }

  /** As {@code io.leat.records.Severity}; declared here in the language's own words. */
  public enum AlertSeverity {
    WARN,
    CRITICAL
  }

  /** What may ask for a new version by itself. */
  public enum Cause {
    /** An input or output of the model drifts. */
    DRIFT,
    /** The model performs worse than it did. */
    PERFORMANCE,
    /** Time has passed since the last request. */
    SCHEDULE
  }

  /** Which episodes of drift ask. */
  public enum Harmful {
    /** Those during which an episode of performance is open too. */
    ONLY,
    /** All. */
    ALL
  }

  /** What holds requests back while it is open. */
  public enum Veto {
    /** An episode of data quality: what came in is broken, and nothing is to be learnt from it. */
    DATA_QUALITY
  }

  /**
   * What asks for a new version, and how often.
   *
   * @param causes at least one
   * @param severity the least severity of an alert that asks for it
   * @param veto what holds a request back
   * @param coolDown time, in event time, after a request in which no other is made, and after which
   *     what data quality holds back has lapsed
   * @param newLabels labels that are to be known since the champion learnt; 0: any number
   * @param budget how many requests are made at most; empty: any number
   * @param schedule event time from one request to the next; present where the causes have {@link
   *     Cause#SCHEDULE}
   */
  public record Conditions(
      Set<Cause> causes,
      AlertSeverity severity,
      Harmful harmful,
      Set<Veto> veto,
      Duration coolDown,
      int newLabels,
      Optional<Budget> budget,
      Optional<Duration> schedule) {
    public Conditions {
      causes = Set.copyOf(causes);
      veto = Set.copyOf(veto);
      if (causes.contains(Cause.SCHEDULE) != schedule.isPresent()) {
        throw new IllegalArgumentException(
            "causes are %s and the schedule is %s; expected both or none"
                .formatted(causes, schedule));
      }
    }

    /** All episodes of drift from a severity on. */
    public static Conditions ofDrift(AlertSeverity severity, Duration coolDown) {
      return new Conditions(
          Set.of(Cause.DRIFT),
          severity,
          Harmful.ALL,
          Set.of(Veto.DATA_QUALITY),
          coolDown,
          0,
          Optional.empty(),
          Optional.empty());
    }
  }

  /**
   * The most requests in any span of event time.
   *
   * @param runs at least 1
   */
  public record Budget(int runs, Duration per) {}
}
