package io.leat.retraining.policy;

/** What became of a cause: the label {@code outcome} of its count. */
public enum AlertOutcome {
  /** A retraining request was made. */
  REQUESTED,
  /** The alert says that its episode is over; it asks for nothing. */
  CLOSED,
  /** The pipeline has no retraining policy for the model. */
  NO_POLICY,
  /** No policy of the model asks because of such alerts. */
  NOT_ASKED,
  /** An episode of data quality has opened: it holds requests back while it is open. */
  VETO,
  /** The alert's severity is below that of the model's policies. */
  BELOW_SEVERITY,
  /** The drift does no harm so far; it asks if an episode of performance opens beside it. */
  NO_HARM,
  /** An episode of data quality holds it back; it asks when that closes. */
  VETOED,
  /**
   * A run for the model is under way, or a request waits for one and its cool-down is not over. It
   * asks afterwards, if its episode is open then.
   */
  REQUEST_OPEN,
  /**
   * It comes before the end of the cool-down after the last request, which has ended. It asks
   * afterwards, if its episode is open then.
   */
  COOL_DOWN,
  /**
   * The policies have made as many requests as they may in this time. It asks when they may again,
   * if its episode is open then.
   */
  OVER_BUDGET,
  /** A run of its episode has put a new version in place. */
  ANSWERED,
  /** What was asked for, or would have been, does not hold any more. */
  LAPSED;

  /** Whether an episode with this outcome may ask later on, while it is open. */
  public boolean mayAskAgain() {
    return switch (this) {
      case REQUESTED, NO_HARM, VETOED, REQUEST_OPEN, COOL_DOWN, OVER_BUDGET -> true;
      case CLOSED, NO_POLICY, NOT_ASKED, VETO, BELOW_SEVERITY, ANSWERED, LAPSED -> false;
    };
  }
}
