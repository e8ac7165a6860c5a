package io.leat.pipeline.expression;

import io.leat.schemas.ValueType;

/**
 * A name that expressions may use beside an event's fields, and the type of its values; each may be
 * null.
 *
 * @param name with its dots, as expressions write it: {@code customer_activity.avg_amount_7d}
 * @param type what its values are
 */
public record TypedName(String name, ValueType type) {}
