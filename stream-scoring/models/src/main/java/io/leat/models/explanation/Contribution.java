package io.leat.models.explanation;

/**
 * What one feature added to a raw margin.
 *
 * @param feature its name
 * @param value in the margin's unit: log odds for most binary classifiers
 */
public record Contribution(String feature, double value) {}
