package io.leat.retraining.policy;

/** What became of a drift alert: the label {@code outcome} of its count. */
enum AlertOutcome {
  /** A retraining request was made. */
  REQUESTED,
  /** The alert says that drift ceased; it asks for nothing. */
  CLOSED,
  /** The pipeline has no retraining policy for the alert's model. */
  NO_POLICY,
  /** The alert's severity is below that of the model's policies. */
  BELOW_SEVERITY,
  /** A run for the model is under way, or a request waits for one and its cool-down is not over. */
  REQUEST_OPEN,
  /** The alert's window ends before the cool-down after the last request, which has ended. */
  COOL_DOWN
}
