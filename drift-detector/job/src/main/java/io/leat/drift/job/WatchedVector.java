package io.leat.drift.job;

/**
 * What the monitors of a service see of a feature vector.
 *
 * @param current whether the vector was made by the definition that the models were trained on;
 *     others are counted and passed over
 * @param afterGap whether records before it in its partition were never read
 * @param eventTime milliseconds since 1970-01-01 UTC
 * @param values the watched features' values in the order of {@link ServiceWatch#features()}, NaN
 *     where null; empty if not current
 * @param reasons for each value that is NaN the code of its {@link io.leat.schemas.NullReason}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WatchedVector(
    boolean current, boolean afterGap, long eventTime, double[] values, byte[] reasons) {}
