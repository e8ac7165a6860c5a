package io.leat.pipeline.definition;

import java.time.Duration;

/**
 * When a model is to be trained again.
 *
 * @param model name of the model
 * @param severity the least severity of an alert that asks for it
 * @param coolDown time, in event time, after a request in which no other is made
 */
public record RetrainingPolicy(
    String name, String model, AlertSeverity severity, Duration coolDown) {
  /** As {@code io.leat.records.Severity}; declared here in the language's own words. */
  public enum AlertSeverity {
    WARN,
    CRITICAL
  }
}
