package io.leat.pipeline.definition;

/**
 * What features are about: a card, a customer, an airport.
 *
 * @param name the entity's name
 * @param key field of the events that holds its key
 */
public record Entity(String name, String key) {}
