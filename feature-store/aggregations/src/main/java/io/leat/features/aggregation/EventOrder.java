package io.leat.features.aggregation;

/**
 * How the events of a contract are ordered: by time and, of one time, by id.
 *
 * @param unitsPerMilli how many of the units of their times a millisecond has
 * @param ids how their ids are ordered
 */
public record EventOrder(long unitsPerMilli, IdOrder ids) {}
