package io.leat.ingestion.rules;

import io.leat.pipeline.Severity;

/**
 * A rule that does not hold.
 *
 * @param failed whether it could not be evaluated, rather than said false
 * @param message what was found, for a person
 */
public record Finding(String rule, Severity severity, boolean failed, String message) {}
