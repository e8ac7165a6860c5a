package io.leat.schemas.audit;

import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * A record that a change writes, its schema registered under {@code <topic>-value}.
 *
 * @param value null: a tombstone
 */
public record Entry(String topic, String key, @Nullable SpecificRecordBase value) {}
