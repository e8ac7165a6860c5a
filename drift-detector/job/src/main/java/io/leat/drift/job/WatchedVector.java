package io.leat.drift.job;

import io.leat.drift.ColumnValues;

/**
 * What the monitors of a service see of a feature vector.
 *
 * @param current whether the vector was made by the definition that the models were trained on;
 *     others are counted and passed over
 * @param afterGap whether records before it in its partition were never read
 * @param eventTime milliseconds since 1970-01-01 UTC
 * @param row the watched features' values in the order of {@link ServiceWatch#features()}, and the
 *     vector's segments in that of {@link ServiceWatch#segments()}; empty if not current
 */
public record WatchedVector(boolean current, boolean afterGap, long eventTime, ColumnValues row) {}
