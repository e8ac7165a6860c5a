package io.leat.ingestion.rules;

import io.leat.pipeline.definition.Severity;

/**
 * A rule that does not hold.
 *
 * @param failed whether it could not be evaluated, rather than said false
 * @param message what was found, for a person; empty of a warning that was evaluated, of which the
 *     name alone is told
 */
public record Finding(String rule, Severity severity, boolean failed, String message) {}
