package io.leat.pipeline.definition;

import java.util.Optional;

/**
 * What is done where a field is null.
 *
 * @param field name of the field
 * @param fill what takes the place of null, in Avro's generic representation; empty: the event is
 *     rejected
 */
public record MissingValue(String field, Optional<Object> fill) {}
