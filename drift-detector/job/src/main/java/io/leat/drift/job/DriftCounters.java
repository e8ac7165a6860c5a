package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** What an operator sees of a monitor; {@code docs/reference/drift.md} lists the counters. */
final class DriftCounters {
  private final Counter windowsEvaluated;
  private final Counter beyondThreshold;
  private final Counter alertsOpened;
  private final Counter alertsClosed;
  private final Counter lateVectors;
  private final Counter windowsIncomplete;

  DriftCounters(MetricGroup metrics) {
    windowsEvaluated = metrics.counter("windowsEvaluated");
    beyondThreshold = metrics.counter("statisticsBeyondThreshold");
    alertsOpened = metrics.counter("alertsOpened");
    alertsClosed = metrics.counter("alertsClosed");
    lateVectors = metrics.counter("lateVectors");
    windowsIncomplete = metrics.counter("windowsIncomplete");
  }

  void evaluated(DriftDetector.Verdict verdict) {
    windowsEvaluated.inc();
    beyondThreshold.inc(
        verdict.metrics().stream().filter(DriftCounters::isBeyondThreshold).count());
    verdict.alerts().forEach(this::told);
  }

  /** An alert that opened or closed; not one that says more of an open one. */
  void told(DriftAlert alert) {
    if (alert.getState() == AlertState.CLOSED) {
      alertsClosed.inc();
    } else if (alert.getUpdates() == 0) {
      alertsOpened.inc();
    }
  }

  private static boolean isBeyondThreshold(DriftMetric metric) {
    return metric.getValue() != null && metric.getValue() > metric.getThreshold();
  }

  /** A window that is known to lack vectors, and was not evaluated. */
  void incomplete() {
    windowsIncomplete.inc();
  }

  void late(long vectors) {
    lateVectors.inc(vectors);
  }
}
