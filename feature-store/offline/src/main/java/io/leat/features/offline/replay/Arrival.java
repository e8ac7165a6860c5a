package io.leat.features.offline.replay;

/**
 * Where an event lies on its valid topic, which is when it arrived.
 *
 * @param time when the broker appended it, by its clock, milliseconds since 1970-01-01 UTC
 * @param partition its partition, from 0
 * @param offset its offset there, from 0
 */
public record Arrival(long time, int partition, long offset) {}
