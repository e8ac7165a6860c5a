package io.leat.retraining.policy;

/** The kinds of alerts that this job reads, and the one that it writes. */
final class AlertKinds {
  static final String DRIFT = "drift";
  static final String PERFORMANCE = "performance";
  static final String DATA_QUALITY = "data_quality";

  /** A request has lapsed. */
  static final String RETRAINING = "retraining";

  private AlertKinds() {}
}
