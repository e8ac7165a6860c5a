package io.leat.drift.job;

/**
 * A part of a monitor's window: some of its vectors, summarised.
 *
 * @param monitor name of the monitor
 * @param windowStart milliseconds since 1970-01-01 UTC
 * @param vectors how many vectors it is of
 * @param summary {@link io.leat.drift.WindowSummary#toBytes}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WindowPart(String monitor, long windowStart, long vectors, byte[] summary) {}
