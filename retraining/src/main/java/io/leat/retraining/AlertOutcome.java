package io.leat.retraining;

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
  /** A request for the model has not come to an end yet. */
  REQUEST_OPEN,
  /** The alert's window ends before the cool-down after the last request's cause is over. */
  COOL_DOWN
}
