package io.leat.pipeline.definition;

/** What a broken rule does to an event. */
public enum Severity {
  /** The event goes to the dead letters. */
  ERROR,
  /** The event passes, marked and counted. */
  WARN
}
