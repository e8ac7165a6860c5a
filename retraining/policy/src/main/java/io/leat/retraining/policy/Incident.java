package io.leat.retraining.policy;

/**
 * An episode of data quality that has closed.
 *
 * @param id of the episode
 * @param monitor name of the monitor that saw it
 * @param span when what came in was broken
 */
public record Incident(String id, String monitor, Span span) {}
