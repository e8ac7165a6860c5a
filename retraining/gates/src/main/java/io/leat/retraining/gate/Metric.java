package io.leat.retraining.gate;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a gate looks at. */
public enum Metric {
  /** Area under the ROC curve; differences by DeLong's covariance over entities. More is better. */
  AUC(Needs.TRUTHS, true),

  /** Mean negative log-likelihood in nats; robust to clusters by entity. */
  LOG_LOSS(Needs.TRUTHS, true),

  /** Mean squared distance of a probability from 0 or 1; robust to clusters by entity. */
  BRIER(Needs.TRUTHS, true),

  /** Mean squared error of a regression, in the label's unit squared; robust to clusters. */
  SQUARED_ERROR(Needs.NUMBERS, true),

  /** Mean absolute error of a regression, in the label's unit; robust to clusters by entity. */
  ABSOLUTE_ERROR(Needs.NUMBERS, true),

  /** Expected calibration error over ten bins of about equally many rows. */
  CALIBRATION(Needs.TRUTHS, true),

  /** Largest difference between groups' shares of positive decisions. */
  SELECTION_RATE_GAP(Needs.GROUPS, true),

  /** Largest difference between groups' shares of positive decisions among true labels. */
  TPR_GAP(Needs.GROUPS, true),

  /** The larger of the gap of true and that of false labels. */
  EQUALIZED_ODDS_GAP(Needs.GROUPS, true),

  /** 99th percentile of the time that a call takes, in milliseconds, as the caller measured it. */
  LATENCY_P99(Needs.MEASUREMENT, false),

  /** Bytes of the model's file. */
  SIZE(Needs.MEASUREMENT, false);

  /** What has to be known. */
  enum Needs {
    /** Labels of 0 and 1. */
    TRUTHS,
    /** Labels. */
    NUMBERS,
    /** Labels of 0 and 1, decisions and a field of groups. */
    GROUPS,
    /** A number from the caller. */
    MEASUREMENT
  }

  private final Needs needs;
  private final boolean isOfRows;

  Metric(Needs needs, boolean isOfRows) {
    this.needs = needs;
    this.isOfRows = isOfRows;
  }

  /** As definitions and reports name it: {@code latency_p99}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The metric of a {@link #label}. */
  public static Optional<Metric> labelled(String label) {
    return Arrays.stream(values()).filter(one -> one.label().equals(label)).findFirst();
  }

  /** Whether more of it is better; of all others less is. */
  public boolean isBetterWhenMore() {
    return this == AUC;
  }

  /** Whether it compares groups of rows, so that a gate has to name a field of them. */
  public boolean isOfGroups() {
    return needs == Needs.GROUPS;
  }

  boolean isOfRows() {
    return isOfRows;
  }

  Needs needs() {
    return needs;
  }
}
